import { Alert, Badge, Group, List, Progress, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Job } from '../../../../shared/jobs.ts';

const colors = { running: 'blue', stopped: 'gray', finished: 'teal', failed: 'red' } as const;

/** How far work is, what it cost, and what failed of what. */
export function JobStatus({ job, title }: { job: Job; title: string }) {
  const { t, i18n } = useTranslation();
  const count = (n: number) => n.toLocaleString(i18n.language);
  const share = (n: number) => (job.total === 0 ? 0 : (100 * n) / job.total);
  const { state, done, total, failed, calls, cached, input, output, cost, cut } = job;
  const spent = [
    calls > 0 && t('sampling.calls', { calls: count(calls), input: count(input), output: count(output) }),
    cached > 0 && t('sampling.cached', { cached: count(cached) }),
    cost !== null && t('sampling.cost', { cost: cost.toLocaleString(i18n.language, { maximumSignificantDigits: 3 }) }),
    cut > 0 && t('sampling.cut', { cut: count(cut) }),
  ].filter(Boolean);
  return (
    <Stack gap="xs">
      <Group justify="space-between" gap="xs">
        <Group gap="xs">
          <Badge variant="light" color={colors[state]}>
            {t(`sampling.states.${state}`)}
          </Badge>
          <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
            <bdi>{title}</bdi>
          </Text>
        </Group>
        <Text size="sm" role="status">
          {t('sampling.progress', { done: count(done), total: count(total) })}
        </Text>
      </Group>
      <Progress.Root>
        <Progress.Section value={share(done)} aria-label={t('sampling.done')} />
        <Progress.Section value={share(failed)} color="red" aria-label={t('sampling.failed')} />
      </Progress.Root>
      {spent.length > 0 && (
        <Text size="sm" c="dimmed">
          {spent.join(' · ')}
        </Text>
      )}
      {job.error !== null && (
        <Alert color="red" title={t('sampling.error')}>
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {job.error}
          </Text>
        </Alert>
      )}
      {job.failures.length > 0 && <Failures failures={job.failures} />}
    </Stack>
  );
}

function Failures({ failures }: Pick<Job, 'failures'>) {
  const { t, i18n } = useTranslation();
  return (
    <List size="sm" aria-label={t('sampling.failed')}>
      {failures.map(({ reason, count, example }) => (
        <List.Item key={reason}>
          {t(`sampling.reasons.${reason as 'failed call'}`, { defaultValue: reason })}
          {': '}
          {count.toLocaleString(i18n.language)}
          {example !== '' && (
            <Text size="xs" c="dimmed" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
              <bdi>{example}</bdi>
            </Text>
          )}
        </List.Item>
      ))}
    </List>
  );
}
