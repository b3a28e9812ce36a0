import { Button, Center, Code, Paper, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { AuditPage as Page } from '../../../../shared/people.ts';
import { get } from '../../api.ts';
import { Failure, Loading } from '../../ui/States.tsx';
import { useProject } from '../project/useProject.ts';

/** Who changed what. */
export function AuditPage() {
  const { t, i18n } = useTranslation();
  const { id } = useProject();
  const trail = useInfiniteQuery({
    queryKey: ['projects', id, 'audit'],
    queryFn: ({ signal, pageParam }) =>
      get<Page>(`/projects/${id}/audit${pageParam === null ? '' : `?before=${pageParam}`}`, signal),
    initialPageParam: null as number | null,
    getNextPageParam: ({ next }) => next,
  });
  if (trail.isPending) return <Loading />;
  if (trail.isError) return <Failure error={trail.error} retry={trail.refetch} />;
  const entries = trail.data.pages.flatMap((page) => page.entries);
  const time = (at: number) => new Date(at).toLocaleString(i18n.language, { dateStyle: 'medium', timeStyle: 'medium' });
  return (
    <Paper withBorder p="lg">
      <Text size="sm" c="dimmed" mb="md">
        {t('audit.text')}
      </Text>
      <Table.ScrollContainer minWidth={600}>
        <Table verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('audit.at')}</Table.Th>
              <Table.Th>{t('audit.who')}</Table.Th>
              <Table.Th>{t('audit.action')}</Table.Th>
              <Table.Th>{t('audit.details')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {entries.map((entry) => (
              <Table.Tr key={entry.id}>
                <Table.Td style={{ whiteSpace: 'nowrap' }}>{time(entry.at)}</Table.Td>
                <Table.Td>
                  <bdi>{entry.who || t('audit.nobody')}</bdi>
                </Table.Td>
                <Table.Td>
                  <Code>{entry.action}</Code>
                </Table.Td>
                <Table.Td>
                  <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                    {Object.entries(entry.details).map(asText).join(' · ')}
                  </Text>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {trail.hasNextPage && (
        <Center mt="md">
          <Button variant="default" onClick={() => void trail.fetchNextPage()} loading={trail.isFetchingNextPage}>
            {t('app.more')}
          </Button>
        </Center>
      )}
    </Paper>
  );
}

const asText = ([name, value]: [string, unknown]): string =>
  `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`;
