import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { DissectGroup, DissectOverview, ExplainedPage, GroupDissection } from '../../../../shared/dissect.ts';
import { get } from '../../api.ts';

export const overviewQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['dissect', projectId],
    queryFn: ({ signal }) => get<DissectOverview>(`/projects/${projectId}/dissect`, signal),
  });

/** Kept for as long as the votes stay as they are. */
export const groupQuery = (projectId: string, version: string, group: DissectGroup) =>
  queryOptions({
    queryKey: ['dissect', projectId, version, group],
    queryFn: ({ signal }) => get<GroupDissection>(`/projects/${projectId}/dissect/groups/${group}`, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

export interface SampleChoice {
  readonly group: DissectGroup;
  readonly judge: string;
  readonly order: 'surprising' | 'imported';
  readonly offset: number;
}

export const samplesQuery = (projectId: string, version: string, { group, ...choice }: SampleChoice) =>
  queryOptions({
    queryKey: ['dissect', projectId, version, group, 'samples', choice],
    queryFn: ({ signal }) => {
      const query = new URLSearchParams({ ...choice, offset: String(choice.offset) });
      return get<ExplainedPage>(`/projects/${projectId}/dissect/groups/${group}/samples?${query}`, signal);
    },
    placeholderData: keepPreviousData,
  });
