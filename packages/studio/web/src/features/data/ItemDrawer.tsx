import { Badge, Box, Drawer, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ItemDetail, ItemRow, ItemVote } from '../../../../shared/items.ts';
import { get } from '../../api.ts';
import { Conversation } from '../../ui/Conversation.tsx';
import { Note } from '../../ui/Note.tsx';
import { Rendered } from '../../ui/Rendered.tsx';
import { Failure, Loading } from '../../ui/States.tsx';

/** One item with everything that was said about it. */
export function ItemDrawer({
  projectId,
  item,
  onClose,
}: {
  projectId: string;
  item: ItemRow | undefined;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Drawer
      opened={item !== undefined}
      onClose={onClose}
      position="right"
      size="xl"
      title={item && t('data.detail', { n: item.position + 1 })}
    >
      {item && <Detail projectId={projectId} itemId={item.id} />}
    </Drawer>
  );
}

function Detail({ projectId, itemId }: { projectId: string; itemId: string }) {
  const { t } = useTranslation();
  const item = useQuery({
    queryKey: ['projects', projectId, 'items', 'one', itemId],
    queryFn: ({ signal }) => get<ItemDetail>(`/projects/${projectId}/items/${itemId}`, signal),
  });
  if (item.isPending) return <Loading />;
  if (item.isError) return <Failure error={item.error} retry={item.refetch} />;
  const { prompt, a, b, aSource, bSource, said, adjudication } = item.data;
  return (
    <Stack>
      <Conversation messages={prompt} />
      {a !== null && b !== null && (
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <Response title={t('data.responseA')} source={aSource} text={a} />
          <Response title={t('data.responseB')} source={bSource} text={b} />
        </SimpleGrid>
      )}
      {adjudication && (
        <Text size="sm">
          {t('data.adjudicated', { by: adjudication.by, choice: t(`quality.choices.${adjudication.choice}`) })}
        </Text>
      )}
      <Text fw={600} size="sm">
        {t('data.said')}
      </Text>
      {said.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('data.nothingSaid')}
        </Text>
      )}
      {said.map((vote) => (
        <Said key={vote.voteId} vote={vote} />
      ))}
    </Stack>
  );
}

function Response({ title, source, text }: { title: string; source: string | null; text: string }) {
  return (
    <Box>
      <Text size="xs" fw={600} c="dimmed" mb={4}>
        {title}
        {source && (
          <>
            {' · '}
            <bdi>{source}</bdi>
          </>
        )}
      </Text>
      <Rendered text={text} />
    </Box>
  );
}

function Said({ vote: { annotator, choice, strength, note, seconds } }: { vote: ItemVote }) {
  const { t } = useTranslation();
  return (
    <Group gap="xs">
      <Badge variant="light" miw={72}>
        {t(`quality.choices.${choice}`)}
        {strength !== null && ` ${'●'.repeat(strength)}`}
      </Badge>
      <Text size="sm">
        <bdi>{annotator}</bdi>
      </Text>
      {seconds !== null && (
        <Text size="xs" c="dimmed">
          {t('quality.seconds', { seconds: seconds.toFixed(1) })}
        </Text>
      )}
      {note && <Note text={note} />}
    </Group>
  );
}
