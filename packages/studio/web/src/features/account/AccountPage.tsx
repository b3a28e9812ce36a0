import { Button, Container, Group, Paper, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiKey } from '../../../../shared/people.ts';
import { call, get } from '../../api.ts';
import { useMe } from '../../app/me.ts';
import { CopyField } from '../../ui/CopyField.tsx';
import { Failure, Loading } from '../../ui/States.tsx';

const keysKey = ['keys'];

/** Who one is here, and the keys of one's programs. */
export function AccountPage() {
  const { t } = useTranslation();
  const me = useMe();
  return (
    <Container size="md" py="md">
      <Title order={1} size="h3" mb={4}>
        {t('account.title')}
      </Title>
      <Text c="dimmed" mb="lg">
        <bdi>{me.name}</bdi> · {me.email}
      </Text>
      <Paper withBorder p="lg">
        <Title order={2} size="h5" mb={4}>
          {t('account.keys')}
        </Title>
        <Text size="sm" c="dimmed" mb="md">
          {t('account.keysText')}
        </Text>
        <Stack>
          <NewKey />
          <Keys />
        </Stack>
      </Paper>
    </Container>
  );
}

function NewKey() {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [name, setName] = useState('');
  const make = useMutation({
    mutationFn: () => call<ApiKey & { key: string }>('POST', '/keys', { name }),
    onSuccess: async () => {
      setName('');
      await cache.invalidateQueries({ queryKey: keysKey });
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <Stack>
      <form onSubmit={submit}>
        <Group align="flex-end" wrap="nowrap">
          <TextInput
            flex={1}
            label={t('account.name')}
            value={name}
            onChange={({ currentTarget: { value } }) => setName(value)}
            required
            maxLength={100}
          />
          <Button type="submit" loading={make.isPending}>
            {t('account.make')}
          </Button>
        </Group>
      </form>
      {make.isError && <Failure error={make.error} />}
      {make.data && <CopyField label={t('account.made')} description={t('account.madeHint')} value={make.data.key} />}
    </Stack>
  );
}

function Keys() {
  const { t, i18n } = useTranslation();
  const cache = useQueryClient();
  const keys = useQuery({ queryKey: keysKey, queryFn: ({ signal }) => get<ApiKey[]>('/keys', signal) });
  const revoke = useMutation({
    mutationFn: (id: string) => call('DELETE', `/keys/${id}`),
    onSuccess: () => cache.invalidateQueries({ queryKey: keysKey }),
  });
  if (keys.isPending) return <Loading />;
  if (keys.isError) return <Failure error={keys.error} retry={keys.refetch} />;
  if (keys.data.length === 0) return <Text c="dimmed">{t('account.none')}</Text>;
  const day = (at: number) => new Date(at).toLocaleDateString(i18n.language, { dateStyle: 'medium' });
  return (
    <>
      {revoke.isError && <Failure error={revoke.error} />}
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('account.purpose')}</Table.Th>
            <Table.Th visibleFrom="xs">{t('account.created')}</Table.Th>
            <Table.Th>{t('account.used')}</Table.Th>
            <Table.Th aria-label={t('account.revoke')} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {keys.data.map(({ id, name, createdAt, lastUsedAt }) => (
            <Table.Tr key={id}>
              <Table.Td>
                <bdi>{name}</bdi>
              </Table.Td>
              <Table.Td visibleFrom="xs">{day(createdAt)}</Table.Td>
              <Table.Td style={{ whiteSpace: 'nowrap' }}>
                {lastUsedAt === null ? t('account.never') : day(lastUsedAt)}
              </Table.Td>
              <Table.Td ta="right">
                <Button
                  size="compact-sm"
                  variant="subtle"
                  color="red"
                  onClick={() => window.confirm(t('account.sure', { name })) && revoke.mutate(id)}
                >
                  {t('account.revoke')}
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </>
  );
}
