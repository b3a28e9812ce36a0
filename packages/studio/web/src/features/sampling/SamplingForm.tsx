import {
  Alert,
  Button,
  Group,
  NumberInput,
  SegmentedControl,
  Select,
  SimpleGrid,
  Stack,
  TextInput,
} from '@mantine/core';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { NewSampling, PromptChoice, SamplingPage } from '../../../../shared/sampling.ts';

interface FormProps extends Pick<SamplingPage, 'choices' | 'left'> {
  readonly start: (asked: NewSampling) => void;
  readonly cancel: () => void;
  readonly isPending: boolean;
}

/** From which model, to which prompts, and how. */
export function SamplingForm({ choices, left, start, cancel, isPending }: FormProps) {
  const { t } = useTranslation();
  const { models, endpoints } = choices;
  const [from, setFrom] = useState<'model' | 'endpoint'>(models.length > 0 ? 'model' : 'endpoint');
  const [prompts, setPrompts] = useState<PromptChoice>(left.kept > 0 ? 'kept' : 'all');
  const [folder, setFolder] = useState(models[0]?.id ?? '');
  const [url, setUrl] = useState(endpoints[0] ?? '');
  const [model, setModel] = useState('');
  const [keyName, setKeyName] = useState('');
  const [temperature, setTemperature] = useState<number | string>(0.8);
  const [maxTokens, setMaxTokens] = useState<number | string>(512);
  const [price, setPrice] = useState<{ input?: number | string; output?: number | string }>({});
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const { input, output } = price;
    const isPriced = typeof input === 'number' && typeof output === 'number';
    start({
      source:
        from === 'model'
          ? { from, model: folder }
          : { from, url, model, keyName: keyName || null, price: isPriced ? { input, output } : null },
      ...{ prompts, temperature: Number(temperature), maxTokens: Number(maxTokens) },
    });
  };
  const isMissing = from === 'model' ? models.length === 0 : endpoints.length === 0;
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
        {isMissing && <Alert color="yellow">{t(`sampling.missing.${from}`)}</Alert>}
        <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }}>
          {from === 'model' && (
            <Select
              label={t('sampling.model')}
              data={models.map(({ id }) => id)}
              value={folder || null}
              onChange={(id) => setFolder(id ?? '')}
              allowDeselect={false}
              required
            />
          )}
          {from === 'endpoint' && (
            <>
              <Select
                label={t('sampling.url')}
                data={endpoints}
                value={url || null}
                onChange={(next) => setUrl(next ?? '')}
                allowDeselect={false}
                required
              />
              <TextInput
                label={t('sampling.model')}
                value={model}
                onChange={({ currentTarget }) => setModel(currentTarget.value)}
                maxLength={200}
                required
              />
              <TextInput
                label={t('sampling.keyName')}
                placeholder="ATTUNE_…_KEY"
                value={keyName}
                onChange={({ currentTarget }) => setKeyName(currentTarget.value.trim())}
                pattern="ATTUNE_[A-Z0-9_]*KEY"
                title={t('sampling.keyNameForm')}
              />
            </>
          )}
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
          {from === 'endpoint' &&
            (['input', 'output'] as const).map((side) => (
              <NumberInput
                key={side}
                label={t(`sampling.price.${side}`)}
                value={price[side] ?? ''}
                onChange={(value) => setPrice((now) => ({ ...now, [side]: value }))}
                {...{ min: 0, decimalScale: 4, hideControls: true }}
              />
            ))}
        </SimpleGrid>
        <Group>
          <Button type="submit" loading={isPending} disabled={isMissing || left[prompts] === 0}>
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
