import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { NewSampling, SamplingPage } from '../../../../shared/sampling.ts';
import { call } from '../../api.ts';
import { Failure } from '../../ui/States.tsx';
import { JobStatus } from './JobStatus.tsx';
import { samplingKey, samplingQuery } from './queries.ts';
import { SamplingForm } from './SamplingForm.tsx';

/** Two responses of a model to each prompt that has none; nothing to be seen in a project without prompts. */
export function SamplingCard({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const page = useQuery(samplingQuery(projectId));
  const [isOpen, setOpen] = useState(false);
  const refresh = () => cache.invalidateQueries({ queryKey: samplingKey(projectId) });
  const path = `/projects/${projectId}/sampling`;
  const start = useMutation({
    mutationFn: (asked: NewSampling) => call('POST', path, asked),
    onSuccess: () => {
      setOpen(false);
      return refresh();
    },
  });
  const act = useMutation({
    mutationFn: (action: 'stop' | 'resume') => call('POST', `${path}/${action}`),
    onSuccess: refresh,
  });
  useRefreshedItems(projectId, page.data);
  if (page.isError) return <Failure error={page.error} retry={page.refetch} />;
  if (!page.data || (page.data.left.all === 0 && !page.data.sampling)) return null;
  const { sampling, left, choices } = page.data;
  const isRunning = sampling?.state === 'running';
  const mayResume = sampling && !isRunning && left[sampling.settings.prompts] > 0;
  return (
    <Paper withBorder p="lg" component="section">
      <Title order={2} size="h5" mb={4}>
        {t('sampling.title')}
      </Title>
      <Text size="sm" c="dimmed" mb="md">
        {t('sampling.text', { count: left.all, kept: left.kept })}
      </Text>
      <Stack>
        {sampling && <JobStatus job={sampling} title={sampling.settings.source.model} />}
        {act.isError && <Failure error={act.error} />}
        {isOpen && !isRunning && (
          <SamplingForm
            {...{ choices, left }}
            start={(asked) => start.mutate(asked)}
            cancel={() => setOpen(false)}
            isPending={start.isPending}
          />
        )}
        {start.isError && <Failure error={start.error} />}
        {!isOpen && (
          <Group>
            {isRunning && (
              <Button variant="default" onClick={() => act.mutate('stop')} loading={act.isPending}>
                {t('sampling.stop')}
              </Button>
            )}
            {!isRunning && left.all > 0 && (
              <Button onClick={() => setOpen(true)} variant={mayResume ? 'default' : 'filled'}>
                {t('sampling.open')}
              </Button>
            )}
            {mayResume && (
              <Button onClick={() => act.mutate('resume')} loading={act.isPending}>
                {t('sampling.resume')}
              </Button>
            )}
          </Group>
        )}
      </Stack>
    </Paper>
  );
}

/** New comparisons show in the list below when the work has come to its end. */
function useRefreshedItems(projectId: string, page: SamplingPage | undefined) {
  const cache = useQueryClient();
  const state = page?.sampling?.state;
  const before = useRef(state);
  useEffect(() => {
    if (before.current === 'running' && state !== 'running') {
      void cache.invalidateQueries({ queryKey: ['projects', projectId] });
    }
    before.current = state;
  }, [cache, projectId, state]);
}
