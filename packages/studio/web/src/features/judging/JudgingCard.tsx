import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { NewJudging } from '../../../../shared/judging.ts';
import { Failure } from '../../ui/States.tsx';
import { JobCard } from '../sampling/JobCard.tsx';
import { judgingQuery } from '../sampling/queries.ts';
import { JudgingForm } from './JudgingForm.tsx';

/** A judge that is no person votes on the project's comparisons; nothing to be seen where there are none. */
export function JudgingCard({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const page = useQuery(judgingQuery(projectId));
  if (page.isError) return <Failure error={page.error} retry={page.refetch} />;
  if (!page.data || page.data.comparisons === 0) return null;
  const { judging, comparisons, choices, presets } = page.data;
  return (
    <JobCard<NewJudging>
      {...{ projectId, name: 'judging', title: t('judging.title') }}
      text={t('judging.text', { count: comparisons })}
      job={judging}
      jobTitle={judging?.judge ?? ''}
      mayStart
      startLabel={t('judging.open')}
      mayResume={judging !== null && judging.done < judging.total}
      form={(starting) => <JudgingForm {...{ choices, presets, ...starting }} />}
    />
  );
}
