import {
  Anchor,
  Button,
  Group,
  SegmentedControl,
  SimpleGrid,
  Stack,
  Text,
  Textarea,
  TextInput,
  Title,
  useMatches,
} from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { z } from 'zod';
import { missing } from '../../../../shared/runNeeds.ts';
import { NewRun, type Run, type RunChoices, TrainStage } from '../../../../shared/runs.ts';
import { call } from '../../api.ts';
import { useMe } from '../../app/me.ts';
import { Section } from '../../ui/Section.tsx';
import { Failure, Loading } from '../../ui/States.tsx';
import { useProject } from '../project/useProject.ts';
import { fieldsBeside, freeName, type PresetName, presetNames, presetOf, type Settings } from './presets.ts';
import { choicesQuery, runsQuery } from './queries.ts';
import { RunFields } from './RunFields.tsx';
import { dataAsked, Needs, OF_PROJECT, RunSources, type Sources } from './RunSources.tsx';

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

interface FormProps {
  readonly projectId: string;
  readonly choices: RunChoices;
  readonly taken: readonly string[];
}

function RunForm({ projectId, choices, taken }: FormProps) {
  const { t } = useTranslation();
  const { owner } = useMe();
  const go = useNavigate();
  const cache = useQueryClient();
  const [asked] = useSearchParams(); // a finished run's page links here to go on from it
  const { openPrompts } = choices;
  const [stage, setStage] = useState<TrainStage>(TrainStage.catch('dpo').parse(asked.get('stage')));
  const [preset, setPreset] = useState<PresetName>('adapters');
  const [settings, setSettings] = useState<Settings>(presetOf(stage, 'adapters', openPrompts));
  const [name, setName] = useState<string>();
  const [sources, setSources] = useState<Sources>({
    model: asked.get('model') ?? choices.models[0]?.id ?? '',
    rewardModel: asked.get('reward') ?? choices.rewardModels[0]?.id ?? '',
    data: choices.pairs > 0 ? OF_PROJECT : (choices.files[0] ?? OF_PROJECT),
  });
  const [written, setWritten] = useState('');
  const runName = name ?? freeName(stage, taken);
  const data = dataAsked(stage, sources.data);
  const lacking = { stage, data, ...(stage === 'spa' && { promptsPerRound: settings.prompts_per_round }) };
  const needs = missing(lacking, choices).filter(({ code }) => !(owner && code === 'no_model' && sources.model));
  const start = useMutation({
    mutationFn: () => {
      const { model, rewardModel } = sources;
      const wish = { name: runName, stage, model, data, fields: fieldsBeside(settings, written), settings: written };
      const checked = NewRun.safeParse({ ...wish, ...(stage === 'ppo' && { rewardModel }) });
      if (!checked.success) throw new Error(z.prettifyError(checked.error));
      return call<Run>('POST', `/projects/${projectId}/runs`, checked.data);
    },
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: ['runs', projectId] });
      go(`../${runName}`, { relative: 'path' });
    },
  });
  const choose = (nextStage: TrainStage, nextPreset: PresetName) => {
    setStage(nextStage);
    setPreset(nextPreset);
    setSettings(presetOf(nextStage, nextPreset, openPrompts));
  };
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    start.mutate();
  };
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
              <RunSources
                {...{ stage, choices, sources }}
                change={(change) => setSources((now) => ({ ...now, ...change }))}
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
            <Needs needs={needs} />
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
            <RunFields {...{ stage, settings }} change={(change) => setSettings((now) => ({ ...now, ...change }))} />
            <Textarea
              label={t('runs.more')}
              description={t('runs.moreHint', { stage })}
              value={written}
              onChange={({ currentTarget }) => setWritten(currentTarget.value)}
              placeholder={examples[stage]}
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
          <Button type="submit" loading={start.isPending} disabled={needs.length > 0 || sources.model === ''}>
            {t('runs.start')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Settings that have no field. */
const examples: Record<TrainStage, string> = {
  sft: 'warmup_steps: 0.1',
  reward: 'warmup_steps: 0.1',
  dpo: 'loss_type: [sigmoid, sft]\nloss_weights: [1, 0.2]',
  ppo: 'kl_target: 6\nsave_steps: 5',
  spa: 'refine_alpha: 0.1\ntemperature: 0.7',
};

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly text: string;
  readonly value: Value;
  readonly data: { value: Value; label: string }[];
  readonly onChange: (value: Value) => void;
}

function Choice<Value extends string>({ label, text, ...control }: ChoiceProps<Value>) {
  const orientation = useMatches({ base: 'vertical', sm: 'horizontal' } as const); // side by side they would be too wide for a phone
  return (
    <div>
      <SegmentedControl aria-label={label} {...control} orientation={orientation} />
      <Text size="sm" c="dimmed" mt={6}>
        {text}
      </Text>
    </div>
  );
}
