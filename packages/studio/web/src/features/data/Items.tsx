import {
  Badge,
  Button,
  Center,
  Group,
  Paper,
  SegmentedControl,
  Table,
  Text,
  TextInput,
  Title,
  UnstyledButton,
} from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ItemKind, ItemPage, ItemRow } from '../../../../shared/items.ts';
import { get } from '../../api.ts';
import { Empty, Failure, Loading } from '../../ui/States.tsx';
import { ItemDrawer } from './ItemDrawer.tsx';

type Kind = ItemKind | 'all';
const kinds = ['all', 'comparison', 'gold', 'prompt'] as const;

/** What is in the project, in the order of its import. */
export function Items({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<Kind>('all');
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), 250);
  const [opened, setOpened] = useState<ItemRow>();
  const items = useInfiniteQuery({
    queryKey: ['projects', projectId, 'items', kind, search],
    queryFn: ({ signal, pageParam }) => {
      const query = new URLSearchParams({
        after: String(pageParam),
        ...(kind !== 'all' && { kind }),
        ...(search && { search }),
      });
      return get<ItemPage>(`/projects/${projectId}/items?${query}`, signal);
    },
    initialPageParam: -1,
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
  });
  const rows = items.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Paper withBorder p="lg" component="section">
      <Group justify="space-between" mb="md">
        <Group gap="sm" align="baseline">
          <Title order={2} size="h5">
            {t('data.items')}
          </Title>
          {items.data && (
            <Text size="sm" c="dimmed">
              {t('data.total', { count: items.data.pages[0]!.total })}
            </Text>
          )}
        </Group>
        <Group gap="sm">
          <TextInput
            size="xs"
            w={{ base: '100%', sm: 220 }}
            type="search"
            aria-label={t('data.search')}
            placeholder={t('data.searchHint')}
            value={typed}
            onChange={({ currentTarget: { value } }) => setTyped(value)}
          />
          <SegmentedControl
            size="xs"
            value={kind}
            onChange={(value) => setKind(value as Kind)}
            data={kinds.map((value) => ({ value, label: t(`data.kinds.${value}`) }))}
          />
        </Group>
      </Group>
      {items.isPending && <Loading />}
      {items.isError && <Failure error={items.error} retry={items.refetch} />}
      {items.isSuccess && rows.length === 0 && <Empty>{t(search ? 'data.noneFound' : 'data.noItems')}</Empty>}
      {rows.length > 0 && <Rows rows={rows} open={setOpened} />}
      {items.hasNextPage && (
        <Center mt="md">
          <Button variant="default" onClick={() => void items.fetchNextPage()} loading={items.isFetchingNextPage}>
            {t('app.more')}
          </Button>
        </Center>
      )}
      <ItemDrawer projectId={projectId} item={opened} onClose={() => setOpened(undefined)} />
    </Paper>
  );
}

function Rows({ rows, open }: { rows: readonly ItemRow[]; open: (row: ItemRow) => void }) {
  const { t } = useTranslation();
  return (
    <Table verticalSpacing="xs" highlightOnHover layout="fixed">
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={56}>{t('data.number')}</Table.Th>
          <Table.Th>{t('data.prompt')}</Table.Th>
          <Table.Th w={130} visibleFrom="xs" aria-label={t('data.what')} />
          <Table.Th w={72} ta="right">
            {t('data.votes')}
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={row.id}>
            <Table.Td c="dimmed">{row.position + 1}</Table.Td>
            <Table.Td>
              <UnstyledButton onClick={() => open(row)} w="100%" display="block">
                <Text size="sm" truncate>
                  <bdi>{row.prompt}</bdi>
                </Text>
              </UnstyledButton>
            </Table.Td>
            <Table.Td visibleFrom="xs">
              <Badge display="flex" w="fit-content" variant={row.kind === 'comparison' ? 'default' : 'light'}>
                {t(`data.kind.${row.kind}`)}
              </Badge>
            </Table.Td>
            <Table.Td ta="right">{row.votes}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
