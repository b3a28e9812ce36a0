import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { AnnotationPage } from '../../../../shared/annotation.ts';
import type { DissectGroup, DissectOverview, ExplainedPage, GroupDissection } from '../../../../shared/dissect.ts';
import { get } from '../../api.ts';

/** Votes that are dissected by properties counted in the texts, or by what a chat model rated. */
export interface Dissected {
  readonly projectId: string;
  readonly annotator: string | null;
}

const pathOf = ({ projectId }: Dissected) => `/projects/${projectId}/dissect`;
const keyOf = ({ projectId, annotator }: Dissected) => ['projects', projectId, 'dissect', annotator];

/** The path with its query; properties are counted in the texts where it names no annotator. */
function asked(path: string, { annotator }: Dissected, query: Readonly<Record<string, string>> = {}): string {
  const all = new URLSearchParams({ ...query, ...(annotator !== null && { annotator }) });
  return all.size === 0 ? path : `${path}?${all}`;
}

export const overviewQuery = (of: Dissected) =>
  queryOptions({
    queryKey: keyOf(of),
    queryFn: ({ signal }) => get<DissectOverview>(asked(pathOf(of), of), signal),
  });

/** Kept for as long as the votes stay as they are. */
export const groupQuery = (of: Dissected, version: string, group: DissectGroup) =>
  queryOptions({
    queryKey: [...keyOf(of), version, group],
    queryFn: ({ signal }) =>
      get<GroupDissection>(asked(`${pathOf(of)}/groups/${encodeURIComponent(group)}`, of), signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

export interface SampleChoice {
  readonly group: DissectGroup;
  readonly judge: string;
  readonly order: 'surprising' | 'imported';
  readonly offset: number;
}

export const samplesQuery = (of: Dissected, version: string, { group, ...choice }: SampleChoice) =>
  queryOptions({
    queryKey: [...keyOf(of), version, group, 'samples', choice],
    queryFn: ({ signal }) => {
      const path = `${pathOf(of)}/groups/${encodeURIComponent(group)}/samples`;
      return get<ExplainedPage>(asked(path, of, { ...choice, offset: String(choice.offset) }), signal);
    },
    placeholderData: keepPreviousData,
  });

const OFTEN_MS = 1000;

/** Which model can rate properties, and how far the latest is; asked again while it goes on. */
export const annotationQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['projects', projectId, 'annotation'],
    queryFn: ({ signal }) => get<AnnotationPage>(`/projects/${projectId}/annotation`, signal),
    refetchInterval: ({ state }) => (state.data?.annotation?.state === 'running' ? OFTEN_MS : false),
  });
