import {
  Button,
  Card,
  Container,
  Group,
  Modal,
  Progress,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import type { Project } from '../../../../shared/projects.ts';
import { call } from '../../api.ts';
import { meQuery, useMe } from '../../app/me.ts';
import { Empty, Failure } from '../../ui/States.tsx';
import { projectQuery } from './query.ts';

/** All projects of whoever is signed in. */
export function ProjectsPage() {
  const { t } = useTranslation();
  const me = useMe();
  const [isOpen, { open, close }] = useDisclosure();
  const begin = me.owner && <Button onClick={open}>{t('projects.begin')}</Button>;
  return (
    <Container size="lg" py="md">
      <Group justify="space-between" mb="lg">
        <Title order={1} size="h2">
          {t('projects.title')}
        </Title>
        {me.projects.length > 0 && begin}
      </Group>
      {me.projects.length === 0 ? (
        <Empty action={begin}>{me.owner ? t('projects.none') : t('projects.noneForMember')}</Empty>
      ) : (
        <SimpleGrid cols={{ base: 1, sm: 2, md: 3 }}>
          {me.projects.map(({ id, name }) => (
            <ProjectCard key={id} id={id} name={name} />
          ))}
        </SimpleGrid>
      )}
      <NewProject opened={isOpen} onClose={close} />
    </Container>
  );
}

function ProjectCard({ id, name }: { id: string; name: string }) {
  const { t } = useTranslation();
  const project = useQuery(projectQuery(id));
  const { items = 0, done = 0 } = project.data ?? {};
  return (
    <Card component={Link} to={`/projects/${id}`} withBorder padding="md">
      <Stack gap="xs">
        <Text fw={600}>{name}</Text>
        <Progress
          value={items > 0 ? (100 * done) / items : 0}
          aria-label={t('projects.progress', { done, count: items })}
        />
        <Text size="sm" c="dimmed">
          {t('projects.progress', { done, count: items })}
        </Text>
      </Stack>
    </Card>
  );
}

function NewProject({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const go = useNavigate();
  const cache = useQueryClient();
  const [name, setName] = useState('');
  const create = useMutation({
    mutationFn: () => call<Project>('POST', '/projects', { name, language: i18n.language }),
    onSuccess: async ({ id }) => {
      await cache.invalidateQueries({ queryKey: meQuery.queryKey });
      go(`/projects/${id}`);
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <Modal opened={opened} onClose={onClose} title={t('projects.begin')}>
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label={t('projects.name')}
            value={name}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
            required
            maxLength={100}
            data-autofocus
          />
          {create.isError && <Failure error={create.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('projects.cancel')}
            </Button>
            <Button type="submit" loading={create.isPending}>
              {t('projects.create')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
