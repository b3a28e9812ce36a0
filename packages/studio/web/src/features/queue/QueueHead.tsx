import { Button, Group, Kbd, Progress, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import classes from './QueueHead.module.css';

interface Action {
  readonly word: string;
  readonly key: string;
  readonly act: () => void;
  readonly isOff?: boolean;
}

interface Props {
  judged: number;
  left: number;
  /** What has just happened. */
  news: string;
  /** What the next item asks: read to those who listen. */
  next: string | undefined;
  actions: readonly Action[];
}

/** Above a queue: how far it is, what was just recorded, and what else the keys do. */
export function QueueHead({ judged, left, news, next, actions }: Props) {
  const { t } = useTranslation();
  const all = judged + left;
  return (
    <>
      <Group justify="space-between" mb={6} gap="xs">
        <Text size="sm" c="dimmed" style={{ fontVariantNumeric: 'tabular-nums' }} data-judged={judged} data-left={left}>
          {t('judge.count', { judged, left })}
          {news && ` · ${news}`}
        </Text>
        <Group gap={4}>
          {actions.map(({ word, key, act, isOff = false }) => (
            <Button
              key={key}
              className={classes.action}
              size="compact-sm"
              variant="subtle"
              color="gray"
              onClick={act}
              disabled={isOff}
              fw={500}
              bg={isOff ? 'transparent' : undefined}
              rightSection={
                <Kbd size="xs" visibleFrom="sm" aria-hidden>
                  {key}
                </Kbd>
              }
            >
              {word}
            </Button>
          ))}
        </Group>
      </Group>
      <Progress
        size="xs"
        mb="md"
        value={all > 0 ? (100 * judged) / all : 0}
        aria-label={t('judge.count', { judged, left })}
      />
      <div className="for-readers" aria-live="polite">
        {news} {next && t('judge.nextIs', { prompt: next.slice(0, 200) })}
      </div>
    </>
  );
}
