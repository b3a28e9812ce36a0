import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { NewAnnotation } from '../../../../shared/annotation.ts';
import { Failure } from '../../ui/States.tsx';
import { JobCard } from '../sampling/JobCard.tsx';
import { AnnotationForm } from './AnnotationForm.tsx';
import { annotationQuery } from './queries.ts';

/** A chat model rates what people judged; nothing to be seen where nobody has judged anything. */
export function AnnotationCard({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const page = useQuery(annotationQuery(projectId));
  if (page.isError) return <Failure error={page.error} retry={page.refetch} />;
  if (!page.data || page.data.judged === 0) return null;
  const { annotation, judged, choices } = page.data;
  return (
    <JobCard<NewAnnotation>
      {...{ projectId, name: 'annotation', title: t('annotation.title') }}
      text={t('annotation.text', { count: judged })}
      job={annotation}
      jobTitle={annotation?.settings.model ?? ''}
      mayStart
      startLabel={t('annotation.open')}
      mayResume={annotation !== null && annotation.done < annotation.total}
      form={(starting) => <AnnotationForm {...{ projectId, choices, judged, ...starting }} />}
    />
  );
}
