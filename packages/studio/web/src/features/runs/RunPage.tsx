import {
  Alert,
  Anchor,
  Code,
  Group,
  Paper,
  Progress,
  SimpleGrid,
  Stack,
  Switch,
  Tabs,
  Text,
  Title,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { isAtWork, type RunDetails, type RunLine } from '../../../../shared/runs.ts';
import { LineChart } from '../../ui/charts/LineChart.tsx';
import { Failure, Loading } from '../../ui/States.tsx';
import { useProject } from '../project/useProject.ts';
import { plotsOf, smoothed } from './charts.ts';
import { Diagnosis } from './Diagnosis.tsx';
import { GoOn } from './GoOn.tsx';
import { runQuery } from './queries.ts';
import { Rounds } from './Rounds.tsx';
import { RunActions } from './RunActions.tsx';
import { Samples } from './Samples.tsx';
import { StateBadge } from './StateBadge.tsx';
import { useLiveRun } from './useLiveRun.ts';

const SMOOTH = 0.9;

/** One run: how far it is, what its numbers say, its curves as they grow, and what it was started with. */
export function RunPage() {
  const { id } = useProject();
  const { name } = useParams();
  const run = useQuery(runQuery(id, name!));
  const live = useLiveRun(id, name!, run.data?.startedAt ?? 0);
  if (run.isPending) return <Loading />;
  if (run.isError) return <Failure error={run.error} retry={run.refetch} />;
  return (
    <Stack gap="lg">
      <Head projectId={id} run={run.data} step={live.metrics.at(-1)?.step ?? run.data.step} isCut={live.isCut} />
      {run.data.state === 'failed' && <WhyItFailed log={run.data.log} />}
      <Diagnosis lines={live.metrics} />
      {run.data.stage === 'spa' && <Rounds projectId={id} run={run.data} />}
      {(run.data.stage !== 'spa' || live.metrics.length > 1) && (
        <Curves lines={live.metrics} isAtWork={isAtWork(run.data.state)} />
      )}
      {run.data.state === 'finished' && <GoOn projectId={id} run={run.data} />}
      <Details run={run.data} samples={live.samples} />
    </Stack>
  );
}

function Head({ projectId, run, step, isCut }: { projectId: string; run: RunDetails; step: number; isCut: boolean }) {
  const { t, i18n } = useTranslation();
  const { name, stage, state, progress, startedAt, checkpoint } = run;
  const facts = [
    t(`runs.stages.${stage}`),
    t('runs.step', { step: step.toLocaleString(i18n.language) }),
    checkpoint !== null && t('runs.checkpoint', { step: checkpoint.toLocaleString(i18n.language) }),
    t('runs.started', {
      at: new Date(startedAt).toLocaleString(i18n.language, { dateStyle: 'medium', timeStyle: 'short' }),
    }),
  ].filter(Boolean);
  return (
    <Stack gap="xs">
      <Anchor component={Link} to=".." relative="path" size="sm">
        ← {t('runs.title')}
      </Anchor>
      <Group justify="space-between">
        <Group gap="sm">
          <Title order={2} size="h3">
            {name}
          </Title>
          <StateBadge state={state} />
        </Group>
        <RunActions projectId={projectId} run={run} />
      </Group>
      <Text size="sm" c="dimmed">
        {facts.join(' · ')}
      </Text>
      {progress !== null && (
        <Progress value={100 * progress} animated={state === 'running'} aria-label={t('runs.howFar')} />
      )}
      {isCut && isAtWork(state) && (
        <Text size="sm" c="yellow" role="status">
          {t('runs.cut')}
        </Text>
      )}
    </Stack>
  );
}

function WhyItFailed({ log }: { log: string }) {
  const { t } = useTranslation();
  const lines = log.trim().split('\n').slice(-8).join('\n');
  return (
    <Alert color="red" title={t('runs.failed')} role="alert">
      <Text size="sm" mb="xs">
        {t('runs.failedText')}
      </Text>
      {lines && (
        <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {lines}
        </Code>
      )}
    </Alert>
  );
}

function Curves({ lines, isAtWork }: { lines: readonly RunLine[]; isAtWork: boolean }) {
  const { t } = useTranslation();
  const [isSmooth, setSmooth] = useState(false);
  if (lines.length === 0) {
    return <Text c="dimmed">{isAtWork ? t('runs.noStepYet') : t('runs.noStep')}</Text>;
  }
  return (
    <section>
      <Group justify="space-between" mb="sm">
        <Title order={3} size="h5">
          {t('runs.curves')}
        </Title>
        <Switch
          label={t('runs.smooth')}
          checked={isSmooth}
          onChange={({ currentTarget }) => setSmooth(currentTarget.checked)}
        />
      </Group>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        {plotsOf(lines).map(({ name, curves }) => (
          <LineChart
            key={name}
            title={t(`runs.charts.${name}`)}
            unit={t(`runs.units.${name}`)}
            curves={isSmooth ? curves.map((curve) => smoothed(curve, SMOOTH)) : curves}
          />
        ))}
      </SimpleGrid>
    </section>
  );
}

function Details({ run: { settings, log }, samples }: { run: RunDetails; samples: readonly RunLine[] }) {
  const { t } = useTranslation();
  return (
    <Paper withBorder>
      <Tabs defaultValue={samples.length > 0 ? 'samples' : 'settings'}>
        <Tabs.List>
          {samples.length > 0 && <Tabs.Tab value="samples">{t('runs.samples')}</Tabs.Tab>}
          <Tabs.Tab value="settings">{t('runs.settings')}</Tabs.Tab>
          <Tabs.Tab value="log">{t('runs.log')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="samples" p="md">
          <Samples lines={samples} />
        </Tabs.Panel>
        <Tabs.Panel value="settings" p="md">
          <Code block mah={420}>
            {settings}
          </Code>
        </Tabs.Panel>
        <Tabs.Panel value="log" p="md">
          <Code block mah={420} style={{ overflow: 'auto', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {log || '–'}
          </Code>
        </Tabs.Panel>
      </Tabs>
    </Paper>
  );
}
