import { Alert, Autocomplete, List, Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { dataOf, type Need } from '../../../../shared/runNeeds.ts';
import type { NewRun, RunChoices, TrainStage } from '../../../../shared/runs.ts';
import { useMe } from '../../app/me.ts';

/** Where a run's models and data come from, as the form has it. `data` is a file's name, or what the project has. */
export interface Sources {
  readonly model: string;
  readonly rewardModel: string;
  readonly data: string;
}

export const OF_PROJECT = ' project'; // no file is called that

/** The data as the server is asked for it. */
export const dataAsked = (stage: TrainStage, data: string): NewRun['data'] =>
  data === OF_PROJECT ? { from: dataOf(stage) } : { from: 'file', file: data };

interface Props {
  readonly stage: TrainStage;
  readonly choices: RunChoices;
  readonly sources: Sources;
  readonly change: (change: Partial<Sources>) => void;
}

/** The model to start from, the reward model where there is one to be asked, and the data. */
export function RunSources({ stage, choices, sources, change }: Props) {
  const { t, i18n } = useTranslation();
  const count = stage === 'ppo' ? choices.prompts : choices.pairs;
  const own = t(`runs.${dataOf(stage)}`, { count, number: count.toLocaleString(i18n.language) });
  return (
    <>
      <ModelInput models={choices.models} value={sources.model} onChange={(model) => change({ model })} />
      {stage === 'ppo' && choices.rewardModels.length > 0 && (
        <Select
          label={t('runs.rewardModel')}
          description={t('runs.rewardModelHint')}
          data={choices.rewardModels.map(({ id }) => id)}
          value={sources.rewardModel || null}
          onChange={(rewardModel) => change({ rewardModel: rewardModel ?? '' })}
          allowDeselect={false}
          required
        />
      )}
      <Select
        label={t(stage === 'spa' ? 'runs.seed' : 'runs.data')}
        description={
          stage === 'spa'
            ? t('runs.seedHint', { number: choices.openPrompts.toLocaleString(i18n.language) })
            : t(stage === 'ppo' ? 'runs.promptsHint' : 'runs.dataHint')
        }
        data={[{ value: OF_PROJECT, label: own }, ...choices.files.map((file) => ({ value: file, label: file }))]}
        value={sources.data}
        onChange={(data) => change({ data: data ?? OF_PROJECT })}
        allowDeselect={false}
      />
    </>
  );
}

interface ModelProps {
  readonly models: RunChoices['models'];
  readonly value: string;
  readonly onChange: (id: string) => void;
}

/** The owner may also name a folder anywhere on the machine. */
function ModelInput({ models, value, onChange }: ModelProps) {
  const { t } = useTranslation();
  const { owner } = useMe();
  const common = {
    label: t('runs.model'),
    description: t(owner ? 'runs.modelHintOwner' : 'runs.modelHint'),
    required: true,
    data: models.map(({ id }) => id),
  };
  if (owner) return <Autocomplete {...common} value={value} onChange={onChange} />;
  if (models.length === 0) return null;
  return <Select {...common} value={value} onChange={(id) => onChange(id ?? '')} allowDeselect={false} />;
}

/** What the project lacks for such a training, and what to do about it. */
export function Needs({ needs }: { needs: readonly Need[] }) {
  const { t } = useTranslation();
  if (needs.length === 0) return null;
  return (
    <Alert color="yellow" title={t('runs.lacks')} role="status">
      <List size="sm" spacing="xs">
        {needs.map(({ code, values }) => (
          <List.Item key={code}>{t(`runs.needs.${code}`, values as { pairs: number })}</List.Item>
        ))}
      </List>
    </Alert>
  );
}
