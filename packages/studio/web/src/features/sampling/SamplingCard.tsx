import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { NewSampling } from '../../../../shared/sampling.ts';
import { Failure } from '../../ui/States.tsx';
import { JobCard } from './JobCard.tsx';
import { samplingQuery } from './queries.ts';
import { SamplingForm } from './SamplingForm.tsx';

/** Two responses of a model to each prompt that has none; nothing to be seen in a project without prompts. */
export function SamplingCard({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const page = useQuery(samplingQuery(projectId));
  if (page.isError) return <Failure error={page.error} retry={page.refetch} />;
  if (!page.data || (page.data.left.all === 0 && !page.data.sampling)) return null;
  const { sampling, left, choices } = page.data;
  return (
    <JobCard<NewSampling>
      {...{ projectId, name: 'sampling', title: t('sampling.title') }}
      text={t('sampling.text', { count: left.all, kept: left.kept })}
      job={sampling}
      jobTitle={sampling?.settings.source.model ?? ''}
      mayStart={left.all > 0}
      startLabel={t('sampling.open')}
      mayResume={sampling !== null && left[sampling.settings.prompts] > 0}
      form={(starting) => <SamplingForm {...{ choices, left, ...starting }} />}
    />
  );
}
