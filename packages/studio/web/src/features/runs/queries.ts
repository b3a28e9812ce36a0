import { queryOptions } from '@tanstack/react-query';
import type { BesidePage } from '../../../../shared/beside.ts';
import {
  isAtWork,
  type Run,
  type RunChoices,
  type RunDetails,
  type RunLine,
  type RunState,
  type SpaRound,
} from '../../../../shared/runs.ts';
import { get } from '../../api.ts';

const OFTEN_MS = 3000;

/** All runs of a project; asked again while one of them is at work. */
export const runsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['runs', projectId],
    queryFn: ({ signal }) => get<Run[]>(`/projects/${projectId}/runs`, signal),
    refetchInterval: ({ state }) => (state.data?.some((run) => isAtWork(run.state)) ? OFTEN_MS : false),
  });

export const runQuery = (projectId: string, name: string) =>
  queryOptions({
    queryKey: ['runs', projectId, 'of', name],
    queryFn: ({ signal }) => get<RunDetails>(`/projects/${projectId}/runs/${name}`, signal),
    refetchInterval: ({ state }) => (state.data && isAtWork(state.data.state) ? OFTEN_MS : false),
  });

export const metricsQuery = (projectId: string, name: string, isLive: boolean) =>
  queryOptions({
    queryKey: ['runs', projectId, 'of', name, 'metrics'],
    queryFn: ({ signal }) => get<RunLine[]>(`/projects/${projectId}/runs/${name}/metrics`, signal),
    refetchInterval: isLive && OFTEN_MS,
  });

/** @param state another one asks again: what was written last comes with the end */
export const roundsQuery = (projectId: string, name: string, state: RunState) =>
  queryOptions({
    queryKey: ['runs', projectId, 'of', name, 'rounds', state],
    queryFn: ({ signal }) => get<SpaRound[]>(`/projects/${projectId}/runs/${name}/rounds`, signal),
    refetchInterval: isAtWork(state) && OFTEN_MS,
  });

export const besideQuery = (projectId: string, name: string) =>
  queryOptions({
    queryKey: ['runs', projectId, 'of', name, 'beside'],
    queryFn: ({ signal }) => get<BesidePage>(`/projects/${projectId}/runs/${name}/beside`, signal),
    refetchInterval: ({ state }) => (state.data?.job?.state === 'running' ? OFTEN_MS : false),
  });

export const choicesQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['runs', projectId, 'choices'],
    queryFn: ({ signal }) => get<RunChoices>(`/projects/${projectId}/run-choices`, signal),
  });
