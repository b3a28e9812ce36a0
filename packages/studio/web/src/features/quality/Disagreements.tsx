import { Badge, Box, Button, Center, Group, Paper, SimpleGrid, Stack, Text } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Disagreement, DisagreementPage } from '../../../../shared/quality.ts';
import { call, get } from '../../api.ts';
import { Conversation } from '../../ui/Conversation.tsx';
import { Note } from '../../ui/Note.tsx';
import { Rendered } from '../../ui/Rendered.tsx';
import { Empty, Failure, Loading } from '../../ui/States.tsx';

const decisions = ['a', 'b', 'tie', 'bothBad'] as const;

/** Comparisons on which the votes are divided, for an editor to decide. */
export function Disagreements({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const divided = useInfiniteQuery({
    queryKey: ['projects', projectId, 'disagreements'],
    queryFn: ({ signal, pageParam }) =>
      get<DisagreementPage>(`/projects/${projectId}/disagreements?limit=5&after=${pageParam}`, signal),
    initialPageParam: -1,
    getNextPageParam: ({ next }) => next,
  });
  if (divided.isPending) return <Loading />;
  if (divided.isError) return <Failure error={divided.error} retry={divided.refetch} />;
  const items = divided.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return <Empty>{t('quality.noDisagreements')}</Empty>;
  return (
    <Stack>
      {items.map((item) => (
        <Divided key={item.itemId} projectId={projectId} item={item} />
      ))}
      {divided.hasNextPage && (
        <Center>
          <Button variant="default" onClick={() => void divided.fetchNextPage()} loading={divided.isFetchingNextPage}>
            {t('app.more')}
          </Button>
        </Center>
      )}
    </Stack>
  );
}

function Divided({ projectId, item }: { projectId: string; item: Disagreement }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const decide = useMutation({
    mutationFn: (choice: (typeof decisions)[number]) =>
      call('PUT', `/projects/${projectId}/items/${item.itemId}/adjudication`, { choice }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['projects', projectId] }),
  });
  return (
    <Paper withBorder p="md" component="article" data-item={item.itemId}>
      <Stack>
        <Conversation messages={item.prompt} />
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          {(['a', 'b'] as const).map((side) => (
            <Box key={side}>
              <Text size="xs" fw={600} c="dimmed" mb={4}>
                {t(side === 'a' ? 'quality.responseA' : 'quality.responseB')}
              </Text>
              <Rendered text={item[side]} />
            </Box>
          ))}
        </SimpleGrid>
        <Votes votes={item.votes} />
        {decide.isError && <Failure error={decide.error} />}
        <Group gap="xs">
          {decisions.map((choice) => (
            <Button
              key={choice}
              variant="default"
              size="xs"
              onClick={() => decide.mutate(choice)}
              loading={decide.isPending && decide.variables === choice}
            >
              {t(`quality.decide.${choice}`)}
            </Button>
          ))}
        </Group>
      </Stack>
    </Paper>
  );
}

function Votes({ votes }: { votes: Disagreement['votes'] }) {
  const { t } = useTranslation();
  return (
    <Stack gap={4}>
      {votes.map(({ annotator, choice, strength, note }) => (
        <Group key={annotator} gap="xs" wrap="nowrap">
          <Badge variant="light" miw={72}>
            {t(`quality.choices.${choice}`)}
            {strength !== null && ` ${'●'.repeat(strength)}`}
          </Badge>
          <Text size="sm">
            <bdi>{annotator}</bdi>
          </Text>
          {note && <Note text={note} />}
        </Group>
      ))}
    </Stack>
  );
}
