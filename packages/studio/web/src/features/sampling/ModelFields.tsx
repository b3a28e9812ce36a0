import { Alert, NumberInput, Select, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LocalModel, ModelChoices, ServedModel } from '../../../../shared/jobs.ts';

/** Inputs for a model, and what they say by now; `missing` where there is none to choose. */
interface ModelFields {
  readonly local: LocalModel;
  readonly served: ServedModel;
  readonly fields: Record<'model' | 'endpoint', ReactNode>;
  readonly missing: Record<'model' | 'endpoint', ReactNode>;
}

/** A model on this machine, or on a server that is allowed. */
export function useModelFields({ models, endpoints }: ModelChoices): ModelFields {
  const { t } = useTranslation();
  const [local, setLocal] = useState<LocalModel>({ from: 'model', model: models[0]?.id ?? '' });
  const [served, setServed] = useState({ url: endpoints[0] ?? '', model: '', keyName: '' });
  const [price, setPrice] = useState<{ input?: number | string; output?: number | string }>({});
  const set = (change: Partial<typeof served>) => setServed((now) => ({ ...now, ...change }));
  const { input, output } = price;
  const isPriced = typeof input === 'number' && typeof output === 'number';
  const missing = (from: 'model' | 'endpoint') => <Alert color="yellow">{t(`sampling.missing.${from}`)}</Alert>;
  return {
    local,
    served: {
      ...{ from: 'endpoint', ...served, keyName: served.keyName || null },
      price: isPriced ? { input, output } : null,
    },
    missing: {
      model: models.length === 0 && missing('model'),
      endpoint: endpoints.length === 0 && missing('endpoint'),
    },
    fields: {
      model: (
        <Select
          label={t('sampling.model')}
          data={models.map(({ id }) => id)}
          value={local.model || null}
          onChange={(model) => setLocal({ from: 'model', model: model ?? '' })}
          allowDeselect={false}
          required
        />
      ),
      endpoint: (
        <>
          <Select
            label={t('sampling.url')}
            data={endpoints}
            value={served.url || null}
            onChange={(url) => set({ url: url ?? '' })}
            allowDeselect={false}
            required
          />
          <TextInput
            label={t('sampling.model')}
            value={served.model}
            onChange={({ currentTarget }) => set({ model: currentTarget.value })}
            maxLength={200}
            required
          />
          <TextInput
            label={t('sampling.keyName')}
            placeholder="ATTUNE_…_KEY"
            value={served.keyName}
            onChange={({ currentTarget }) => set({ keyName: currentTarget.value.trim() })}
            pattern="ATTUNE_[A-Z0-9_]*KEY"
            title={t('sampling.keyNameForm')}
          />
          {(['input', 'output'] as const).map((side) => (
            <NumberInput
              key={side}
              label={t(`sampling.price.${side}`)}
              value={price[side] ?? ''}
              onChange={(value) => setPrice((now) => ({ ...now, [side]: value }))}
              {...{ min: 0, decimalScale: 4, hideControls: true }}
            />
          ))}
        </>
      ),
    },
  };
}
