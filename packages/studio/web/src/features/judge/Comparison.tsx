import { Badge, Group, Kbd, Paper, SimpleGrid, Text } from '@mantine/core';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { QueueItem } from '../../../../shared/queue.ts';
import { Conversation } from '../../ui/Conversation.tsx';
import { Rendered } from '../../ui/Rendered.tsx';
import classes from './Comparison.module.css';

/** A prompt and its two responses, side by side; on a narrow screen below one another. */
export const Comparison = memo(function Comparison({ item, raw }: { item: QueueItem; raw: boolean }) {
  const { t } = useTranslation();
  const { prompt, first, second } = item;
  return (
    <article data-item={item.itemId}>
      <section aria-label={t(prompt.length > 1 ? 'judge.context' : 'judge.prompt')} className={classes.prompt}>
        <Conversation messages={prompt} raw={raw} />
      </section>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
        <Response n={1} text={first} raw={raw} />
        <Response n={2} text={second} raw={raw} />
      </SimpleGrid>
    </article>
  );
});

function Response({ n, text, raw }: { n: 1 | 2; text: string; raw: boolean }) {
  const { t } = useTranslation();
  const title = t('judge.response', { n });
  return (
    <Paper withBorder component="section" aria-label={title} p="md">
      <Group justify="space-between" mb="sm">
        <Text fw={600} size="sm">
          {title}
        </Text>
        <Kbd aria-hidden>{n}</Kbd>
      </Group>
      {text === '' ? <Badge variant="default">∅</Badge> : <Rendered text={text} raw={raw} />}
    </Paper>
  );
}
