import { Group, Paper, SimpleGrid, Stack, Text, Textarea } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Criterion } from '../../../../shared/projects.ts';
import classes from './Details.module.css';

/** What may be said beyond the choice. */
export interface Said {
  readonly criteria: Readonly<Record<string, number>>;
  readonly note: string;
}

const ratings = [
  [3, 'p3'],
  [2, 'p2'],
  [1, 'p1'],
  [0, 'z'],
  [-1, 'm1'],
  [-2, 'm2'],
  [-3, 'm3'],
] as const;

/** Ratings by criterion from response 1 to response 2, and a note; none of it is asked for. */
export function Details({
  criteria,
  said,
  say,
}: {
  criteria: readonly Criterion[];
  said: Said;
  say: (said: Said) => void;
}) {
  const { t } = useTranslation();
  return (
    <Paper withBorder p="md" id="judge-details">
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xl">
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            {t('judge.rate')}
          </Text>
          {criteria.map((criterion) => (
            <Rating
              key={criterion.name}
              criterion={criterion}
              value={said.criteria[criterion.name]}
              rate={(value) => say({ ...said, criteria: { ...said.criteria, [criterion.name]: value } })}
            />
          ))}
        </Stack>
        <Textarea
          label={t('judge.note')}
          placeholder={t('judge.notePlaceholder')}
          value={said.note}
          onChange={({ currentTarget: { value } }) => say({ ...said, note: value })}
          onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
          maxLength={2000}
          autosize
          minRows={3}
          maxRows={6}
        />
      </SimpleGrid>
    </Paper>
  );
}

interface RatingProps {
  criterion: Criterion;
  value: number | undefined;
  rate: (value: number) => void;
}

function Rating({ criterion: { name, points }, value, rate }: RatingProps) {
  const { t } = useTranslation();
  const label = useCriterionName()(name);
  return (
    <Group justify="space-between" gap={4} component="fieldset" className={classes.rating} title={points.join('\n')}>
      <legend className="for-readers">{label}</legend>
      <Text size="sm" fw={500} aria-hidden>
        <bdi>{label}</bdi>
      </Text>
      <Group gap={2} wrap="nowrap">
        <Text size="xs" c="dimmed" aria-hidden>
          1
        </Text>
        {ratings.map(([rating, word]) => (
          <label key={rating} className={classes.step} title={t(`judge.rating.${word}`)}>
            <input
              type="radio"
              name={`criterion ${name}`}
              checked={value === rating}
              onChange={() => rate(rating)}
              aria-label={t(`judge.rating.${word}`)}
            />
            <span data-size={Math.abs(rating)} aria-hidden />
          </label>
        ))}
        <Text size="xs" c="dimmed" aria-hidden>
          2
        </Text>
      </Group>
    </Group>
  );
}

/** The usual criteria have names in both languages; a project's own are called what it calls them. */
export function useCriterionName(): (name: string) => string {
  const { t, i18n } = useTranslation();
  return (name) => (i18n.exists(`judge.criteria.${name}`) ? t(`judge.criteria.${name as 'fluency'}`) : name);
}
