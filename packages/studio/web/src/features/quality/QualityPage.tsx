import { SimpleGrid, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Estimate, Quality, Share } from '../../../../shared/quality.ts';
import { get } from '../../api.ts';
import { IntervalPlot, type IntervalRow } from '../../ui/IntervalPlot.tsx';
import { Section } from '../../ui/Section.tsx';
import { Empty, Failure, Loading } from '../../ui/States.tsx';
import { JudgingCard } from '../judging/JudgingCard.tsx';
import { useProject } from '../project/useProject.ts';
import { AnnotatorTable, PairTable } from './AnnotatorTable.tsx';
import { Disagreements } from './Disagreements.tsx';
import { coefficient, percent } from './numbers.ts';

/** How far the votes can be relied on: agreement, biases, annotators, and what to decide. */
export function QualityPage() {
  const { t, i18n } = useTranslation();
  const { id } = useProject();
  const quality = useQuery({
    queryKey: ['projects', id, 'quality'],
    queryFn: ({ signal }) => get<Quality>(`/projects/${id}/quality`, signal),
  });
  if (quality.isPending) return <Loading />;
  if (quality.isError) return <Failure error={quality.error} retry={quality.refetch} />;
  if (quality.data.annotators.length === 0) {
    return (
      <>
        <Empty>{t('quality.none')}</Empty>
        <JudgingCard projectId={id} />
      </>
    );
  }
  const { annotators, pairs, computedAt } = quality.data;
  return (
    <Stack gap="lg">
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Agreement agreement={quality.data.agreement} />
        <Biases quality={quality.data} />
      </SimpleGrid>
      <Section title={t('quality.annotators')}>
        <AnnotatorTable annotators={annotators} />
      </Section>
      <JudgingCard projectId={id} />
      {pairs.length > 0 && (
        <Section title={t('quality.pairs')} text={t('quality.pairsText')}>
          <PairTable pairs={pairs} annotators={annotators} />
        </Section>
      )}
      <Section title={t('quality.disagreements')} text={t('quality.disagreementsText')}>
        <Disagreements projectId={id} />
      </Section>
      <Text size="xs" c="dimmed">
        {t('quality.computed', { time: new Date(computedAt).toLocaleTimeString(i18n.language) })}
      </Text>
    </Stack>
  );
}

function Agreement({ agreement }: { agreement: Quality['agreement'] }) {
  const { t } = useTranslation();
  const row = (name: 'percent' | 'krippendorffAlpha' | 'fleissKappa' | 'gwetAc1'): IntervalRow => ({
    label: t(`quality.measures.${name}`),
    hint: t(`quality.measureHints.${name}`),
    value: ofEstimate(agreement[name]),
  });
  const rows = [row('percent'), row('krippendorffAlpha'), row('fleissKappa'), row('gwetAc1')];
  const lowest = Math.min(-0.2, ...rows.map(({ value }) => value?.interval[0] ?? 0));
  if (agreement.items === 0) return <Section title={t('quality.agreement')}>{t('quality.noAgreement')}</Section>;
  return (
    <Section title={t('quality.agreement')} text={t('quality.agreementText', { count: agreement.items })}>
      <IntervalPlot
        rows={rows}
        unit={t('quality.axisCoefficient')}
        {...{ from: lowest, to: 1, ticks: [0, 0.5, 1], reference: 0, show: coefficient }}
      />
    </Section>
  );
}

function Biases({ quality }: { quality: Quality }) {
  const { t } = useTranslation();
  const row = (name: 'firstShown' | 'longer' | 'gold'): IntervalRow => ({
    label: t(`quality.${name}`),
    hint: t(`quality.${name}Hint`),
    value: ofShare(quality[name]),
  });
  return (
    <Section title={t('quality.bias')}>
      <IntervalPlot
        rows={[row('firstShown'), row('longer'), row('gold')]}
        unit={t('quality.axisShare')}
        {...{ from: 0, to: 1, ticks: [0, 0.5, 1], reference: 0.5, show: percent }}
      />
    </Section>
  );
}

const ofEstimate = (estimate: Estimate | null) => estimate && { at: estimate.value, interval: estimate.interval };
const ofShare = (share: Share | null) => share && { at: share.share, interval: share.interval };
