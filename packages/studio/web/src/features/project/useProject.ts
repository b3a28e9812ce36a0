import { useSuspenseQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import type { Project } from '../../../../shared/projects.ts';
import { projectQuery } from '../projects/query.ts';

/** The project whose page this is; its layout shows that it is being loaded, or is not there. */
export function useProject(): Project {
  const { projectId } = useParams();
  return useSuspenseQuery(projectQuery(projectId!)).data;
}
