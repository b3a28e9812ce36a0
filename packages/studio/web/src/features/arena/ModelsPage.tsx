import { Badge, Button, Group, Paper, SimpleGrid, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ArenaModel, ModelCheck, NewArenaModel } from '../../../../shared/arena.ts';
import { call, get } from '../../api.ts';
import { Failure, Loading } from '../../ui/States.tsx';
import { useProject } from '../project/useProject.ts';

const modelsKey = (projectId: string) => ['arena', projectId, 'models'];

/** The models of the arena, for editors. */
export function ModelsPage() {
  const { id } = useProject();
  const models = useQuery({
    queryKey: modelsKey(id),
    queryFn: ({ signal }) => get<ArenaModel[]>(`/projects/${id}/arena/models`, signal),
  });
  if (models.isPending) return <Loading />;
  if (models.isError) return <Failure error={models.error} retry={models.refetch} />;
  return (
    <Stack gap="lg">
      {models.data.length > 0 && (
        <Paper withBorder style={{ overflowX: 'auto' }}>
          <Table verticalSpacing="sm" horizontalSpacing="md">
            <Table.Tbody>
              {models.data.map((model) => (
                <Model key={model.id} projectId={id} model={model} />
              ))}
            </Table.Tbody>
          </Table>
        </Paper>
      )}
      <AddModel projectId={id} />
    </Stack>
  );
}

function Model({
  projectId,
  model: { id, name, url, model, keyName, hasKey, retired },
}: {
  projectId: string;
  model: ArenaModel;
}) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const path = `/projects/${projectId}/arena/models/${id}`;
  const check = useMutation({ mutationFn: () => call<ModelCheck>('POST', `${path}/check`) });
  const retire = useMutation({
    mutationFn: () => call<ArenaModel[]>('PATCH', path, { retired: !retired }),
    onSuccess: (models) => cache.setQueryData(modelsKey(projectId), models),
  });
  return (
    <Table.Tr>
      <Table.Td>
        <Group gap="xs">
          <Text fw={600}>
            <bdi>{name}</bdi>
          </Text>
          {retired && (
            <Badge color="gray" variant="light" tt="none">
              {t('arena.retired')}
            </Badge>
          )}
          {!hasKey && (
            <Badge color="orange" variant="light" tt="none">
              {t('arena.noKey', { name: keyName })}
            </Badge>
          )}
        </Group>
        <Text size="xs" c="dimmed">
          {model} · {url}
          {keyName && ` · ${keyName}`}
        </Text>
        {check.data && (
          <Text size="sm" c={check.data.answered ? 'teal' : 'red'} mt={4} role="status">
            {check.data.text}
          </Text>
        )}
        {check.isError && (
          <Text size="sm" c="red" mt={4} role="alert">
            {check.error.message}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Group justify="flex-end" gap="xs">
          <Button size="xs" variant="default" loading={check.isPending} onClick={() => check.mutate()}>
            {t('arena.check')}
          </Button>
          <Button size="xs" variant="subtle" color="gray" loading={retire.isPending} onClick={() => retire.mutate()}>
            {retired ? t('arena.return') : t('arena.retire')}
          </Button>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

const nothing = { name: '', url: '', model: '', keyName: '' };

function AddModel({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [given, setGiven] = useState(nothing);
  const add = useMutation({
    mutationFn: () => {
      const body: NewArenaModel = { ...given, keyName: given.keyName.trim() || null };
      return call<ArenaModel>('POST', `/projects/${projectId}/arena/models`, body);
    },
    onSuccess: async () => {
      setGiven(nothing);
      await cache.invalidateQueries({ queryKey: modelsKey(projectId) });
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    add.mutate();
  };
  const field = (name: keyof typeof nothing) => ({
    label: t(`arena.fields.${name}`),
    description: t(`arena.hints.${name}`),
    value: given[name],
    onChange: ({ currentTarget: { value } }: { currentTarget: { value: string } }) =>
      setGiven((now) => ({ ...now, [name]: value })),
  });
  return (
    <Paper withBorder p="lg" maw={860}>
      <Title order={3} size="h5" mb="md">
        {t('arena.add')}
      </Title>
      <form onSubmit={submit}>
        <Stack>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextInput {...field('name')} required maxLength={80} />
            <TextInput {...field('model')} required maxLength={200} />
            <TextInput {...field('url')} required type="url" placeholder="http://127.0.0.1:8000/v1" />
            <TextInput {...field('keyName')} placeholder="ATTUNE_ARENA_KEY" pattern="ATTUNE_[A-Z0-9_]*KEY" />
          </SimpleGrid>
          {add.isError && <Failure error={add.error} />}
          <Group justify="flex-end">
            <Button type="submit" loading={add.isPending}>
              {t('arena.add')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}
