import { Alert, Button, Group, NumberInput, SimpleGrid, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AnnotationEstimate, AnnotationPage, NewAnnotation } from '../../../../shared/annotation.ts';
import { call } from '../../api.ts';
import { Failure } from '../../ui/States.tsx';
import type { Starting } from '../sampling/JobCard.tsx';
import { useModelFields } from '../sampling/ModelFields.tsx';

const USUAL = 1000;
const MOST = 10_000;

interface FormProps extends Pick<AnnotationPage, 'choices' | 'judged'>, Starting<NewAnnotation> {
  readonly projectId: string;
}

/** Which model rates how many comparisons; what that costs is told before it can begin. */
export function AnnotationForm({ projectId, choices, judged, start, cancel, isPending }: FormProps) {
  const { t } = useTranslation();
  const model = useModelFields(choices);
  const [most, setMost] = useState<number | string>(Math.min(judged, USUAL));
  const estimate = useMutation({
    mutationFn: (asked: NewAnnotation) =>
      call<AnnotationEstimate>('POST', `/projects/${projectId}/annotation/estimate`, asked),
  });
  const asked: NewAnnotation = { ...model.served, most: Number(most) };
  const isOfThese = JSON.stringify(estimate.variables) === JSON.stringify(asked);
  const told = isOfThese ? estimate.data : undefined;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (told) start(asked);
    else estimate.mutate(asked);
  };
  const missing = model.missing.endpoint;
  return (
    <form onSubmit={submit}>
      <Stack>
        {missing}
        <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }}>
          {model.fields.endpoint}
          <NumberInput
            label={t('annotation.most')}
            value={most}
            onChange={setMost}
            {...{ min: 1, max: MOST, step: 100, allowDecimal: false, required: true }}
          />
        </SimpleGrid>
        {isOfThese && estimate.isError && <Failure error={estimate.error} />}
        {told && <Estimate estimate={told} />}
        <Group>
          {told ? (
            <Button type="submit" loading={isPending} disabled={told.comparisons === 0}>
              {t('annotation.start')}
            </Button>
          ) : (
            <Button type="submit" loading={estimate.isPending} disabled={Boolean(missing)}>
              {t('annotation.estimate')}
            </Button>
          )}
          <Button variant="default" onClick={cancel}>
            {t('sampling.cancel')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Estimate({ estimate }: { estimate: AnnotationEstimate }) {
  const { t, i18n } = useTranslation();
  const { comparisons, calls, cached, input, output, cost } = estimate;
  const count = (n: number) => n.toLocaleString(i18n.language);
  if (comparisons === 0) {
    return (
      <Alert color="gray" role="status">
        {t('annotation.nothing')}
      </Alert>
    );
  }
  const money = cost?.toLocaleString(i18n.language, { maximumSignificantDigits: 3 });
  const numbers = { calls: count(calls), input: count(input), output: count(output) };
  return (
    <Alert color="blue" role="status">
      <Text size="sm">
        {t('annotation.estimated', { count: comparisons, comparisons: count(comparisons), ...numbers })}
      </Text>
      {cached > 0 && <Text size="sm">{t('annotation.cached', { cached: count(cached) })}</Text>}
      <Text size="sm" fw={600}>
        {money === undefined ? t('annotation.noPrice') : t('annotation.cost', { cost: money })}
      </Text>
      <Text size="xs" c="dimmed">
        {t('annotation.tooMuch')}
      </Text>
    </Alert>
  );
}
