import { Button, Group, NumberInput, SegmentedControl, SimpleGrid, Stack } from '@mantine/core';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { NewSampling, PromptChoice, SamplingPage } from '../../../../shared/sampling.ts';
import type { Starting } from './JobCard.tsx';
import { useModelFields } from './ModelFields.tsx';

type FormProps = Pick<SamplingPage, 'choices' | 'left'> & Starting<NewSampling>;

/** From which model, to which prompts, and how. */
export function SamplingForm({ choices, left, start, cancel, isPending }: FormProps) {
  const { t } = useTranslation();
  const model = useModelFields(choices);
  const [from, setFrom] = useState<'model' | 'endpoint'>(choices.models.length > 0 ? 'model' : 'endpoint');
  const [prompts, setPrompts] = useState<PromptChoice>(left.kept > 0 ? 'kept' : 'all');
  const [temperature, setTemperature] = useState<number | string>(0.8);
  const [maxTokens, setMaxTokens] = useState<number | string>(512);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const source = from === 'model' ? model.local : model.served;
    start({ source, prompts, temperature: Number(temperature), maxTokens: Number(maxTokens) });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Group>
          <SegmentedControl
            aria-label={t('sampling.from')}
            value={from}
            onChange={setFrom}
            data={(['model', 'endpoint'] as const).map((value) => ({ value, label: t(`sampling.froms.${value}`) }))}
          />
          <SegmentedControl
            aria-label={t('sampling.prompts')}
            value={prompts}
            onChange={setPrompts}
            data={(['kept', 'all'] as const).map((value) => ({
              ...{ value, label: t(`sampling.promptsOf.${value}`, { count: left[value] }) },
            }))}
          />
        </Group>
        {model.missing[from]}
        <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }}>
          {model.fields[from]}
          <NumberInput
            label={t('sampling.temperature')}
            value={temperature}
            onChange={setTemperature}
            {...{ min: 0.05, max: 2, step: 0.1, decimalScale: 2, required: true }}
          />
          <NumberInput
            label={t('sampling.maxTokens')}
            value={maxTokens}
            onChange={setMaxTokens}
            {...{ min: 1, max: 32_768, step: 128, allowDecimal: false, required: true }}
          />
        </SimpleGrid>
        <Group>
          <Button type="submit" loading={isPending} disabled={Boolean(model.missing[from]) || left[prompts] === 0}>
            {t('sampling.start')}
          </Button>
          <Button variant="default" onClick={cancel}>
            {t('sampling.cancel')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
