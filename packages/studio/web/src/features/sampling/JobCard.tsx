import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Job } from '../../../../shared/jobs.ts';
import { call } from '../../api.ts';
import { Failure } from '../../ui/States.tsx';
import { JobStatus } from './JobStatus.tsx';

/** What a form is given to begin work with. */
export interface Starting<Asked> {
  readonly start: (asked: Asked) => void;
  readonly cancel: () => void;
  readonly isPending: boolean;
}

interface CardProps<Asked> {
  readonly projectId: string;
  readonly name: 'sampling' | 'judging' | 'annotation';
  readonly title: string;
  readonly text: string;
  /** The latest work. */
  readonly job: Job | null;
  readonly jobTitle: string;
  readonly mayStart: boolean;
  readonly startLabel: string;
  readonly mayResume: boolean;
  readonly form: (starting: Starting<Asked>) => ReactNode;
}

/** Work of the studio: how far it is, and what can be done about it. */
export function JobCard<Asked>({ projectId, name, title, text, job, jobTitle, ...props }: CardProps<Asked>) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const path = `/projects/${projectId}/${name}`;
  const refresh = () => cache.invalidateQueries({ queryKey: ['projects', projectId, name] });
  const start = useMutation({
    mutationFn: (asked: Asked) => call('POST', path, asked),
    onSuccess: () => {
      setOpen(false);
      return refresh();
    },
  });
  const act = useMutation({
    mutationFn: (action: 'stop' | 'resume') => call('POST', `${path}/${action}`),
    onSuccess: refresh,
  });
  useRefreshedProject(projectId, job?.state);
  const isRunning = job?.state === 'running';
  const mayResume = job !== null && !isRunning && props.mayResume;
  return (
    <Paper withBorder p="lg" component="section">
      <Title order={2} size="h5" mb={4}>
        {title}
      </Title>
      <Text size="sm" c="dimmed" mb="md">
        {text}
      </Text>
      <Stack>
        {job && <JobStatus job={job} title={jobTitle} />}
        {act.isError && <Failure error={act.error} />}
        {start.isError && <Failure error={start.error} />}
        {isOpen && !isRunning ? (
          props.form({ start: start.mutate, cancel: () => setOpen(false), isPending: start.isPending })
        ) : (
          <Group>
            {isRunning && (
              <Button variant="default" onClick={() => act.mutate('stop')} loading={act.isPending}>
                {t('sampling.stop')}
              </Button>
            )}
            {mayResume && (
              <Button onClick={() => act.mutate('resume')} loading={act.isPending}>
                {t('sampling.resume')}
              </Button>
            )}
            {!isRunning && props.mayStart && (
              <Button onClick={() => setOpen(true)} variant={mayResume ? 'default' : 'filled'}>
                {props.startLabel}
              </Button>
            )}
          </Group>
        )}
      </Stack>
    </Paper>
  );
}

/** What came of the work shows elsewhere on the page when it has come to its end. */
function useRefreshedProject(projectId: string, state: Job['state'] | undefined) {
  const cache = useQueryClient();
  const before = useRef(state);
  useEffect(() => {
    if (before.current === 'running' && state !== 'running') {
      void cache.invalidateQueries({ queryKey: ['projects', projectId] });
    }
    before.current = state;
  }, [cache, projectId, state]);
}
