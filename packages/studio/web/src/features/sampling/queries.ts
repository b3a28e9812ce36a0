import { queryOptions } from '@tanstack/react-query';
import type { SamplingPage } from '../../../../shared/sampling.ts';
import { get } from '../../api.ts';

const OFTEN_MS = 1000;

export const samplingKey = (projectId: string) => ['projects', projectId, 'sampling'];

/** What there is to sample from, and how far it is; asked again while it goes on. */
export const samplingQuery = (projectId: string) =>
  queryOptions({
    queryKey: samplingKey(projectId),
    queryFn: ({ signal }) => get<SamplingPage>(`/projects/${projectId}/sampling`, signal),
    refetchInterval: ({ state }) => (state.data?.sampling?.state === 'running' ? OFTEN_MS : false),
  });
