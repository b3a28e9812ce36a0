import { Anchor, Group, MultiSelect, SimpleGrid, Stack, Switch, Text, Title } from '@mantine/core';
import { useQueries, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { isAtWork } from '../../../../shared/runs.ts';
import { LineChart } from '../../ui/charts/LineChart.tsx';
import { Failure, Loading } from '../../ui/States.tsx';
import { useProject } from '../project/useProject.ts';
import { comparedPlots, smoothed } from './charts.ts';
import { metricsQuery, runsQuery } from './queries.ts';

const MOST = 7; // as many as there are colours

/** Several runs in the same plots; which ones is in the address. */
export function ComparePage() {
  const { t } = useTranslation();
  const { id } = useProject();
  const [search, setSearch] = useSearchParams();
  const [isSmooth, setSmooth] = useState(true);
  const runs = useQuery(runsQuery(id));
  const names = (search.get('runs') ?? '').split(',').filter(Boolean).slice(0, MOST);
  const known = names.filter((name) => runs.data?.some((run) => run.name === name));
  const metrics = useQueries({
    queries: known.map((name) => metricsQuery(id, name, isAtWork(runs.data!.find((run) => run.name === name)!.state))),
  });
  if (runs.isPending) return <Loading />;
  if (runs.isError) return <Failure error={runs.error} retry={runs.refetch} />;
  const plots = comparedPlots(known.map((name, i) => ({ name, lines: metrics[i]!.data ?? [] })));
  return (
    <Stack gap="lg">
      <Stack gap="xs">
        <Anchor component={Link} to=".." relative="path" size="sm">
          ← {t('runs.title')}
        </Anchor>
        <Title order={2} size="h3">
          {t('runs.compareTitle')}
        </Title>
      </Stack>
      <Group align="flex-end" justify="space-between">
        <MultiSelect
          label={t('runs.which')}
          data={runs.data.map(({ name }) => name)}
          value={known}
          onChange={(chosen) => setSearch({ runs: chosen.join(',') }, { replace: true })}
          maxValues={MOST}
          searchable
          miw={320}
        />
        <Switch
          label={t('runs.smooth')}
          checked={isSmooth}
          onChange={({ currentTarget }) => setSmooth(currentTarget.checked)}
        />
      </Group>
      {plots.length === 0 && <Text c="dimmed">{t('runs.nothingToCompare')}</Text>}
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        {plots.map(({ name, curves }) => (
          <LineChart
            key={name}
            title={t(`runs.charts.${name}`)}
            unit={t(`runs.units.${name}`)}
            curves={isSmooth ? curves.map((curve) => smoothed(curve, 0.8)) : curves}
          />
        ))}
      </SimpleGrid>
    </Stack>
  );
}
