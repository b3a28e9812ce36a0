import { Button, Group, Paper, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Criterion } from '../../../../shared/projects.ts';

const MOST = 10;

/** Names of criteria, and what belongs to each. */
export function CriteriaEditor({
  criteria,
  change,
}: {
  criteria: Criterion[];
  change: (criteria: Criterion[]) => void;
}) {
  const { t } = useTranslation();
  const set = (i: number, part: Partial<Criterion>) =>
    change(criteria.map((one, at) => (at === i ? { ...one, ...part } : one)));
  const remove = (i: number) => change(criteria.filter((_, at) => at !== i));
  return (
    <>
      <Title order={2} size="h5" mb={4}>
        {t('settings.criteria')}
      </Title>
      <Text size="sm" c="dimmed" mb="md">
        {t('settings.criteriaHint')}
      </Text>
      <Stack gap="sm">
        {criteria.map((criterion, i) => (
          <Paper key={i} withBorder p="sm">
            <Group align="flex-end" wrap="nowrap" mb="xs">
              <TextInput
                flex={1}
                label={t('settings.criterion', { n: i + 1 })}
                value={criterion.name}
                onChange={({ currentTarget: { value } }) => set(i, { name: value })}
                required
                maxLength={60}
              />
              <Button variant="default" onClick={() => remove(i)}>
                {t('settings.remove')}
              </Button>
            </Group>
            <Textarea
              label={t('settings.points')}
              value={criterion.points.join('\n')}
              onChange={({ currentTarget: { value } }) => set(i, { points: value === '' ? [] : value.split('\n') })}
              autosize
              minRows={2}
            />
          </Paper>
        ))}
        <Group>
          <Button
            variant="default"
            disabled={criteria.length >= MOST}
            onClick={() => change([...criteria, { name: '', points: [] }])}
          >
            {t('settings.add')}
          </Button>
        </Group>
      </Stack>
    </>
  );
}
