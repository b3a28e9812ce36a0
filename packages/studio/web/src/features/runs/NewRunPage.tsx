import {
  Alert,
  Anchor,
  Autocomplete,
  Button,
  Group,
  NumberInput,
  SegmentedControl,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  Text,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { type NewRun, type Run, type RunChoices, type RunData, TrainStage } from '../../../../shared/runs.ts';
import { call } from '../../api.ts';
import { useMe } from '../../app/me.ts';
import { Section } from '../../ui/Section.tsx';
import { Failure, Loading } from '../../ui/States.tsx';
import { useProject } from '../project/useProject.ts';
import { freeName, type PresetName, presetNames, presetOf, type Settings, yamlOf } from './presets.ts';
import { choicesQuery, runsQuery } from './queries.ts';

/** Starts a run, once it is known what there is to start from. */
export function NewRunPage() {
  const { id } = useProject();
  const choices = useQuery(choicesQuery(id));
  const runs = useQuery(runsQuery(id));
  if (choices.isPending || runs.isPending) return <Loading />;
  if (choices.isError) return <Failure error={choices.error} retry={choices.refetch} />;
  if (runs.isError) return <Failure error={runs.error} retry={runs.refetch} />;
  return <RunForm projectId={id} choices={choices.data} taken={runs.data.map(({ name }) => name)} />;
}

const VOTES = ' votes'; // no file is called that

interface FormProps {
  readonly projectId: string;
  readonly choices: RunChoices;
  readonly taken: readonly string[];
}

function RunForm({ projectId, choices, taken }: FormProps) {
  const { t, i18n } = useTranslation();
  const go = useNavigate();
  const cache = useQueryClient();
  const [stage, setStage] = useState<TrainStage>('dpo');
  const [preset, setPreset] = useState<PresetName>('adapters');
  const [settings, setSettings] = useState<Settings>(presetOf('dpo', 'adapters'));
  const [name, setName] = useState<string>();
  const [model, setModel] = useState(choices.models[0]?.id ?? '');
  const [data, setData] = useState(choices.pairs > 0 ? VOTES : (choices.files[0] ?? VOTES));
  const [written, setWritten] = useState('');
  const runName = name ?? freeName(stage, taken);
  const start = useMutation({
    mutationFn: () => {
      const from: RunData = data === VOTES ? { from: 'votes' } : { from: 'file', file: data };
      const asked: NewRun = { name: runName, stage, model, data: from, settings: yamlOf(settings, written) };
      return call<Run>('POST', `/projects/${projectId}/runs`, asked);
    },
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: ['runs', projectId] });
      go(`../${runName}`, { relative: 'path' });
    },
  });
  const choose = (nextStage: TrainStage, nextPreset: PresetName) => {
    setStage(nextStage);
    setPreset(nextPreset);
    setSettings(presetOf(nextStage, nextPreset));
  };
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    start.mutate();
  };
  const dataChoices = [
    {
      value: VOTES,
      label: t('runs.votes', { count: choices.pairs, pairs: choices.pairs.toLocaleString(i18n.language) }),
    },
    ...choices.files.map((file) => ({ value: file, label: file })),
  ];
  return (
    <form onSubmit={submit}>
      <Stack gap="lg" maw={860}>
        <Stack gap="xs">
          <Anchor component={Link} to=".." relative="path" size="sm">
            ← {t('runs.title')}
          </Anchor>
          <Title order={2} size="h3">
            {t('runs.begin')}
          </Title>
        </Stack>
        <Section level={3} title={t('runs.what')}>
          <Stack>
            <Choice
              label={t('runs.stage')}
              text={t(`runs.stageTexts.${stage}`)}
              value={stage}
              data={TrainStage.options.map((value) => ({ value, label: t(`runs.stages.${value}`) }))}
              onChange={(value) => choose(value, preset)}
            />
            <SimpleGrid cols={{ base: 1, sm: 2 }}>
              <ModelInput choices={choices} value={model} onChange={setModel} />
              <Select
                label={t('runs.data')}
                description={t('runs.dataHint')}
                data={dataChoices}
                value={data}
                onChange={(value) => setData(value ?? VOTES)}
                allowDeselect={false}
              />
              <TextInput
                label={t('runs.name')}
                description={t('runs.nameHint')}
                value={runName}
                onChange={({ currentTarget }) => setName(currentTarget.value)}
                pattern="[a-z0-9][a-z0-9\-]*"
                maxLength={60}
                required
              />
            </SimpleGrid>
          </Stack>
        </Section>
        <Section level={3} title={t('runs.how')}>
          <Stack>
            <Choice
              label={t('runs.preset')}
              text={t(`runs.presetTexts.${preset}`)}
              value={preset}
              data={presetNames.map((value) => ({ value, label: t(`runs.presets.${value}`) }))}
              onChange={(value) => choose(stage, value)}
            />
            <Fields settings={settings} change={(change) => setSettings((now) => ({ ...now, ...change }))} />
            <Textarea
              label={t('runs.more')}
              description={t('runs.moreHint', { stage })}
              value={written}
              onChange={({ currentTarget }) => setWritten(currentTarget.value)}
              placeholder={stage === 'dpo' ? 'loss_type: [sigmoid, sft]\nloss_weights: [1, 0.2]' : 'warmup_steps: 0.1'}
              autosize
              minRows={3}
              styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } }}
            />
          </Stack>
        </Section>
        {start.isError && <Failure error={start.error} />}
        <Group justify="flex-end">
          <Button variant="default" component={Link} to=".." relative="path">
            {t('runs.cancel')}
          </Button>
          <Button type="submit" loading={start.isPending} disabled={model === ''}>
            {t('runs.start')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly text: string;
  readonly value: Value;
  readonly data: { value: Value; label: string }[];
  readonly onChange: (value: Value) => void;
}

function Choice<Value extends string>({ label, text, ...control }: ChoiceProps<Value>) {
  return (
    <div>
      <SegmentedControl aria-label={label} {...control} />
      <Text size="sm" c="dimmed" mt={6}>
        {text}
      </Text>
    </div>
  );
}

/** The owner may also name a folder anywhere on the machine. */
function ModelInput({
  choices: { models },
  value,
  onChange,
}: {
  choices: RunChoices;
  value: string;
  onChange: (id: string) => void;
}) {
  const { t } = useTranslation();
  const { owner } = useMe();
  const common = {
    label: t('runs.model'),
    description: t(owner ? 'runs.modelHintOwner' : 'runs.modelHint'),
    required: true,
  };
  if (models.length === 0 && !owner) return <Alert color="yellow">{t('runs.noModel')}</Alert>;
  if (owner) return <Autocomplete {...common} data={models.map(({ id }) => id)} value={value} onChange={onChange} />;
  return (
    <Select
      {...common}
      data={models.map(({ id }) => id)}
      value={value}
      onChange={(id) => onChange(id ?? '')}
      allowDeselect={false}
    />
  );
}

function Fields({ settings, change }: { settings: Settings; change: (change: Partial<Settings>) => void }) {
  const { t } = useTranslation();
  const field = (
    name: 'learning_rate' | 'num_train_epochs' | 'max_steps' | 'per_device_train_batch_size' | 'max_length' | 'beta',
  ) => (
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
  );
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 2, sm: 3 }}>
        {field('learning_rate')}
        {field(settings.max_steps === undefined ? 'num_train_epochs' : 'max_steps')}
        {field('per_device_train_batch_size')}
        {field('max_length')}
        {settings.beta !== undefined && field('beta')}
      </SimpleGrid>
      <Group gap="xl">
        <Switch
          label={t('runs.fields.use_lora')}
          checked={settings.use_lora}
          onChange={({ currentTarget }) => change({ use_lora: currentTarget.checked })}
        />
        <Switch
          label={t('runs.fields.eval_share')}
          checked={settings.eval_share > 0}
          onChange={({ currentTarget }) => change({ eval_share: currentTarget.checked ? 0.1 : 0 })}
        />
      </Group>
    </>
  );
}
