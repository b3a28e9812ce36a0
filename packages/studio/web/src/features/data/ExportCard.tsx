import {
  Button,
  Group,
  NumberInput,
  Paper,
  Radio,
  SegmentedControl,
  SimpleGrid,
  Stack,
  Text,
  Title,
} from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ExportQuery, ExportSummary } from '../../../../shared/items.ts';
import { get } from '../../api.ts';

const whats = ['pairs', 'comparisons', 'triage'] as const;

/** What goes out, and how much that is before it is fetched. */
export function ExportCard({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const [query, setQuery] = useState<ExportQuery>({
    ...{ what: 'pairs', format: 'jsonl', form: 'messages', annotators: 'pseudonyms', agreement: 0, leastVotes: 1 },
  });
  const set = (part: Partial<ExportQuery>) => setQuery((now) => ({ ...now, ...part }));
  const address = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
  const { what } = query;
  return (
    <Paper withBorder p="lg" component="section">
      <Title order={2} size="h5" mb="md">
        {t('data.export')}
      </Title>
      <Stack>
        <Radio.Group label={t('data.what')} value={what} onChange={(value) => set({ what: value as typeof what })}>
          <Stack gap="xs" mt={6}>
            {whats.map((one) => (
              <Radio key={one} value={one} label={t(`data.whats.${one}`)} />
            ))}
          </Stack>
        </Radio.Group>
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <Choice label={t('data.fileFormat')}>
            <SegmentedControl
              fullWidth
              value={query.format}
              onChange={(value) => set({ format: value as ExportQuery['format'] })}
              data={[
                { value: 'jsonl', label: 'JSONL' },
                { value: 'parquet', label: 'Parquet' },
              ]}
            />
          </Choice>
          {what === 'pairs' ? (
            <Choice label={t('data.form')}>
              <SegmentedControl
                fullWidth
                value={query.form}
                onChange={(value) => set({ form: value as ExportQuery['form'] })}
                data={(['messages', 'text'] as const).map((value) => ({ value, label: t(`data.forms.${value}`) }))}
              />
            </Choice>
          ) : (
            <Choice label={t('data.people')}>
              <SegmentedControl
                fullWidth
                value={query.annotators}
                onChange={(value) => set({ annotators: value as ExportQuery['annotators'] })}
                data={(['pseudonyms', 'names'] as const).map((value) => ({
                  value,
                  label: t(`data.peopleAs.${value}`),
                }))}
              />
            </Choice>
          )}
          {what === 'pairs' && <Limits query={query} set={set} />}
        </SimpleGrid>
        <Group justify="space-between">
          <Button component="a" href={`/api/projects/${projectId}/export?${address}`} download>
            {t('data.download')}
          </Button>
          <Summary projectId={projectId} query={query} />
        </Group>
      </Stack>
    </Paper>
  );
}

function Choice({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Stack gap={4} component="fieldset" m={0} p={0} bd={0}>
      <Text component="legend" size="sm" fw={600} p={0} mb={4}>
        {label}
      </Text>
      {children}
    </Stack>
  );
}

function Limits({ query, set }: { query: ExportQuery; set: (part: Partial<ExportQuery>) => void }) {
  const { t } = useTranslation();
  return (
    <>
      <NumberInput
        label={t('data.agreement')}
        description={t('data.agreementHint')}
        value={Math.round(100 * query.agreement)}
        onChange={(value) => typeof value === 'number' && set({ agreement: value / 100 })}
        {...{ min: 0, max: 100, step: 5, suffix: ' %', allowDecimal: false, clampBehavior: 'strict' }}
      />
      <NumberInput
        label={t('data.leastVotes')}
        description={t('data.leastVotesHint')}
        value={query.leastVotes}
        onChange={(value) => typeof value === 'number' && set({ leastVotes: value })}
        {...{ min: 1, max: 100, allowDecimal: false, clampBehavior: 'strict' }}
      />
    </>
  );
}

function Summary({ projectId, query }: { projectId: string; query: ExportQuery }) {
  const { t } = useTranslation();
  const { what, agreement, leastVotes } = query;
  const address = new URLSearchParams({ what, agreement: String(agreement), leastVotes: String(leastVotes) });
  const summary = useQuery({
    queryKey: ['projects', projectId, 'export', String(address)],
    queryFn: ({ signal }) => get<ExportSummary>(`/projects/${projectId}/export/summary?${address}`, signal),
    placeholderData: keepPreviousData,
  });
  if (!summary.data) return null;
  const { comparisons, triage, ...pairs } = summary.data;
  return (
    <Text size="sm" c="dimmed" role="status">
      {what === 'pairs' && t('data.summary', pairs)}
      {what === 'comparisons' && t('data.summaryComparisons', { count: comparisons })}
      {what === 'triage' && t('data.summaryTriage', { count: triage })}
    </Text>
  );
}
