import { Anchor, Button, Checkbox, Group, Paper, Progress, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Run } from '../../../../shared/runs.ts';
import { shortNumber } from '../../ui/charts/shortNumber.ts';
import { Empty, Failure, Loading } from '../../ui/States.tsx';
import { useProject } from '../project/useProject.ts';
import { runsQuery } from './queries.ts';
import { StateBadge } from './StateBadge.tsx';

/** All runs of the project, the newest first. */
export function RunList() {
  const { t } = useTranslation();
  const { id } = useProject();
  const runs = useQuery(runsQuery(id));
  const [chosen, setChosen] = useState<readonly string[]>([]);
  if (runs.isPending) return <Loading />;
  if (runs.isError) return <Failure error={runs.error} retry={runs.refetch} />;

  const begin = (
    <Button component={Link} to="new">
      {t('runs.begin')}
    </Button>
  );
  if (runs.data.length === 0) return <Empty action={begin}>{t('runs.none')}</Empty>;
  const choose = (name: string) =>
    setChosen((now) => (now.includes(name) ? now.filter((other) => other !== name) : [...now, name]));
  return (
    <>
      <Group justify="space-between" mb="md">
        <Title order={2} size="h4">
          {t('runs.title')}
        </Title>
        <Group gap="sm">
          <Button
            component={Link}
            to={`compare?runs=${chosen.join(',')}`}
            variant="default"
            data-disabled={chosen.length < 2 || undefined}
            aria-disabled={chosen.length < 2}
            onClick={(event) => chosen.length < 2 && event.preventDefault()}
          >
            {t('runs.compare', { count: chosen.length })}
          </Button>
          {begin}
        </Group>
      </Group>
      <Paper withBorder style={{ overflowX: 'auto' }}>
        <Table verticalSpacing="sm" horizontalSpacing="md" highlightOnHover miw={880}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={40} aria-label={t('runs.chosen')} />
              <Table.Th>{t('runs.name')}</Table.Th>
              <Table.Th>{t('runs.state')}</Table.Th>
              <Table.Th>{t('runs.stage')}</Table.Th>
              <Table.Th>{t('runs.howFar')}</Table.Th>
              <Table.Th ta="right">{t('runs.charts.loss')}</Table.Th>
              <Table.Th ta="right">{t('runs.charts.accuracy')}</Table.Th>
              <Table.Th ta="right">{t('runs.charts.score')}</Table.Th>
              <Table.Th ta="right">{t('runs.startedAt')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {runs.data.map((run) => (
              <Row key={run.name} run={run} isChosen={chosen.includes(run.name)} choose={() => choose(run.name)} />
            ))}
          </Table.Tbody>
        </Table>
      </Paper>
    </>
  );
}

function Row({ run, isChosen, choose }: { run: Run; isChosen: boolean; choose: () => void }) {
  const { t, i18n } = useTranslation();
  const { name, stage, state, progress, step, latest, startedAt } = run;
  const number = (...keys: string[]) => keys.map((key) => latest?.[key]).find((value) => typeof value === 'number');
  return (
    <Table.Tr>
      <Table.Td>
        <Checkbox checked={isChosen} onChange={choose} aria-label={t('runs.choose', { name })} />
      </Table.Td>
      <Table.Td>
        <Anchor component={Link} to={name} fw={600} style={{ whiteSpace: 'nowrap' }}>
          {name}
        </Anchor>
      </Table.Td>
      <Table.Td>
        <StateBadge state={state} />
      </Table.Td>
      <Table.Td style={{ whiteSpace: 'nowrap' }}>{t(`runs.stages.${stage}`)}</Table.Td>
      <Table.Td miw={140}>
        {progress !== null && <Progress value={100 * progress} size="sm" aria-label={t('runs.howFar')} mb={4} />}
        <Text size="xs" c="dimmed">
          {t('runs.step', { step: step.toLocaleString(i18n.language) })}
        </Text>
      </Table.Td>
      <Table.Td ta="right">{shortNumber(number('loss'), i18n.language)}</Table.Td>
      <Table.Td ta="right">
        {shortNumber(number('rewards/accuracies', 'accuracy', 'spa/agreement'), i18n.language)}
      </Table.Td>
      <Table.Td ta="right">{shortNumber(number('objective/scores'), i18n.language)}</Table.Td>
      <Table.Td ta="right">
        <Text size="sm" c="dimmed">
          {new Date(startedAt).toLocaleString(i18n.language, { dateStyle: 'medium', timeStyle: 'short' })}
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}
