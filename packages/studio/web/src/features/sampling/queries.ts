import { queryOptions } from '@tanstack/react-query';
import type { JudgingPage } from '../../../../shared/judging.ts';
import type { SamplingPage } from '../../../../shared/sampling.ts';
import { get } from '../../api.ts';

const OFTEN_MS = 1000;

/** What there is to sample from, and how far it is; asked again while it goes on. */
export const samplingQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['projects', projectId, 'sampling'],
    queryFn: ({ signal }) => get<SamplingPage>(`/projects/${projectId}/sampling`, signal),
    refetchInterval: ({ state }) => (state.data?.sampling?.state === 'running' ? OFTEN_MS : false),
  });

/** Who can be a judge, and how far the latest is; asked again while it goes on. */
export const judgingQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['projects', projectId, 'judging'],
    queryFn: ({ signal }) => get<JudgingPage>(`/projects/${projectId}/judging`, signal),
    refetchInterval: ({ state }) => (state.data?.judging?.state === 'running' ? OFTEN_MS : false),
  });
