import { queryOptions } from '@tanstack/react-query';
import type { Project } from '../../../../shared/projects.ts';
import { get } from '../../api.ts';

/** A project, its settings, and how far it is. */
export const projectQuery = (id: string) =>
  queryOptions({ queryKey: ['projects', id], queryFn: ({ signal }) => get<Project>(`/projects/${id}`, signal) });
