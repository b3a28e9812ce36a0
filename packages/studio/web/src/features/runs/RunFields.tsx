import { Group, NumberInput, Select, SimpleGrid, Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { PpoFields } from '../../../../shared/runFields.ts';
import type { TrainStage } from '../../../../shared/runs.ts';
import { type Settings, withEstimator } from './presets.ts';

type NumberField =
  | 'learning_rate'
  | 'num_train_epochs'
  | 'max_steps'
  | 'per_device_train_batch_size'
  | 'gradient_accumulation_steps'
  | 'max_length'
  | 'beta'
  | 'num_generations'
  | 'response_length'
  | 'kl_coef'
  | 'missing_eos_penalty'
  | 'critic_learning_rate'
  | 'critic_warmup_steps'
  | 'seed_epochs';

/** In their order; one that a preset leaves out has no field. */
const numbers: Record<TrainStage, readonly NumberField[]> = {
  sft: ['learning_rate', 'num_train_epochs', 'max_steps', 'per_device_train_batch_size', 'max_length'],
  reward: ['learning_rate', 'num_train_epochs', 'max_steps', 'per_device_train_batch_size', 'max_length'],
  dpo: ['learning_rate', 'num_train_epochs', 'max_steps', 'per_device_train_batch_size', 'max_length', 'beta'],
  ppo: [
    ...(['learning_rate', 'max_steps', 'kl_coef', 'response_length', 'num_generations'] as const),
    ...(['per_device_train_batch_size', 'gradient_accumulation_steps', 'missing_eos_penalty'] as const),
    ...(['critic_learning_rate', 'critic_warmup_steps'] as const),
  ],
  spa: [
    ...(['learning_rate', 'response_length', 'seed_epochs', 'beta'] as const),
    ...(['per_device_train_batch_size', 'max_length'] as const),
  ],
};

interface Props {
  readonly stage: TrainStage;
  readonly settings: Settings;
  readonly change: (change: Settings) => void;
}

/** The settings that most runs change; what a training has no use for is not asked. */
export function RunFields({ stage, settings, change }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 2, sm: 3 }}>
        {stage === 'ppo' && <Estimator settings={settings} change={change} />}
        {stage === 'spa' && <Rounds settings={settings} change={change} />}
        {numbers[stage]
          .filter((name) => settings[name] !== undefined)
          .map((name) => (
            <NumberInput
              key={name}
              label={t(`runs.fields.${name}`)}
              description={<code>{name}</code>}
              value={settings[name] ?? ''}
              onChange={(value) => typeof value === 'number' && change({ [name]: value })}
              min={0}
              decimalScale={10}
              hideControls
            />
          ))}
      </SimpleGrid>
      <Switches stage={stage} settings={settings} change={change} />
    </>
  );
}

function Switches({ stage, settings, change }: Props) {
  const { t } = useTranslation();
  const share = stage === 'spa' ? 0.2 : 0.1;
  return (
    <Group gap="xl" align="flex-start">
      <Switch
        label={t('runs.fields.use_lora')}
        checked={settings.use_lora ?? false}
        onChange={({ currentTarget }) => change({ use_lora: currentTarget.checked })}
      />
      {stage === 'ppo' ? (
        <Switch
          label={t('runs.fields.reference_reward')}
          description={t('runs.fields.referenceRewardHint')}
          checked={settings.reference_reward ?? false}
          onChange={({ currentTarget }) => change({ reference_reward: currentTarget.checked })}
        />
      ) : (
        <Switch
          label={t(stage === 'spa' ? 'runs.fields.agreement_share' : 'runs.fields.eval_share')}
          checked={(settings.eval_share ?? 0) > 0}
          onChange={({ currentTarget }) => change({ eval_share: currentTarget.checked ? share : 0 })}
        />
      )}
    </Group>
  );
}

function Estimator({ settings, change }: Pick<Props, 'settings' | 'change'>) {
  const { t } = useTranslation();
  const estimators = PpoFields.shape.advantage_estimator.unwrap().options;
  return (
    <Select
      label={t('runs.fields.advantage_estimator')}
      description={<code>advantage_estimator</code>}
      data={estimators.map((value) => ({ value, label: t(`runs.estimators.${value}`) }))}
      value={settings.advantage_estimator ?? null}
      onChange={(value) => value && change(withEstimator(value))}
      allowDeselect={false}
    />
  );
}

/** As many rounds, with as many prompts each; other sizes are written by hand. */
function Rounds({ settings: { prompts_per_round: sizes = [] }, change }: Pick<Props, 'settings' | 'change'>) {
  const { t } = useTranslation();
  const set = (rounds: number, each: number) => change({ prompts_per_round: Array<number>(rounds).fill(each) });
  const [rounds, each] = [sizes.length, sizes[0] ?? 1];
  const common = { min: 1, allowDecimal: false, hideControls: true, description: <code>prompts_per_round</code> };
  return (
    <>
      <NumberInput
        {...common}
        label={t('runs.fields.rounds')}
        value={rounds}
        max={20}
        onChange={(value) => typeof value === 'number' && set(Math.max(1, Math.min(20, value)), each)}
      />
      <NumberInput
        {...common}
        label={t('runs.fields.promptsPerRound')}
        value={each}
        onChange={(value) => typeof value === 'number' && set(rounds, Math.max(1, value))}
      />
    </>
  );
}
