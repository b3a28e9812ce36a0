import { Anchor, Button, Group, List, NumberInput, Select, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { BesidePage, BesideVotes, NewBeside, Rate } from '../../../../shared/beside.ts';
import type { RunDetails } from '../../../../shared/runs.ts';
import { call } from '../../api.ts';
import { Section } from '../../ui/Section.tsx';
import { Failure } from '../../ui/States.tsx';
import { JobStatus } from '../sampling/JobStatus.tsx';
import { BesidePairs } from './BesidePairs.tsx';
import { besideQuery, choicesQuery } from './queries.ts';

interface Props {
  readonly projectId: string;
  readonly run: RunDetails;
}

/** What can be done with the result of a run: be a start again, answer prompts, and be held beside its own start. */
export function GoOn({ projectId, run }: Props) {
  const { t } = useTranslation();
  const { name, stage } = run;
  const from = (next: string, as: 'model' | 'reward') =>
    `../new?stage=${next}&${as}=${encodeURIComponent(`runs/${name}`)}`;
  const links =
    stage === 'reward'
      ? [
          { to: from('ppo', 'reward'), label: t('runs.goOn.reinforce') },
          { to: '../../quality', label: t('runs.goOn.judge') },
        ]
      : [
          { to: from('dpo', 'model'), label: t('runs.goOn.train', { stage: t('runs.stages.dpo') }) },
          { to: from('ppo', 'model'), label: t('runs.goOn.train', { stage: t('runs.stages.ppo') }) },
          { to: from('spa', 'model'), label: t('runs.goOn.train', { stage: t('runs.stages.spa') }) },
          { to: '../../data', label: t('runs.goOn.sample', { name }) },
        ];
  return (
    <>
      <Section level={3} title={t('runs.goOn.title')}>
        <List listStyleType="none" spacing="xs" p={0} m={0}>
          {links.map(({ to, label }) => (
            <List.Item key={label}>
              <Anchor component={Link} to={to} relative="path">
                {label} →
              </Anchor>
            </List.Item>
          ))}
        </List>
      </Section>
      {stage !== 'reward' && <Beside projectId={projectId} run={run} />}
    </>
  );
}

/** The result's responses beside those of the model that it was made from. */
function Beside({ projectId, run: { name } }: Props) {
  const { t, i18n } = useTranslation();
  const cache = useQueryClient();
  const page = useQuery(besideQuery(projectId, name));
  const path = `/projects/${projectId}/runs/${name}/beside`;
  const refresh = () => cache.invalidateQueries({ queryKey: ['runs', projectId, 'of', name, 'beside'] });
  const start = useMutation({
    mutationFn: (asked: NewBeside) => call<BesidePage>('POST', path, asked),
    onSuccess: refresh,
  });
  const stop = useMutation({ mutationFn: () => call<BesidePage>('POST', `${path}/stop`), onSuccess: refresh });
  const ask = useMutation({ mutationFn: () => call<{ added: number }>('POST', `${path}/ask`) });
  if (page.isError) return <Failure error={page.error} retry={page.refetch} />;
  if (!page.data) return null;
  const { job, summary, votes, pairs, start: begin } = page.data;
  const isRunning = job?.state === 'running';
  const error = start.error ?? stop.error ?? ask.error;
  return (
    <Section level={3} title={t('runs.beside.title')} text={t('runs.beside.text', { name, start: begin })}>
      <Stack>
        {job && <JobStatus job={job} title={`runs/${name}`} />}
        {summary && <Summary summary={summary} />}
        {votes && <Votes votes={votes} />}
        {isRunning ? (
          <Group>
            <Button variant="default" loading={stop.isPending} onClick={() => stop.mutate()}>
              {t('sampling.stop')}
            </Button>
          </Group>
        ) : (
          <BesideForm projectId={projectId} isPending={start.isPending} begin={start.mutate} />
        )}
        {!isRunning && pairs.length > 0 && (
          <Group>
            <Button variant="default" loading={ask.isPending} onClick={() => ask.mutate()}>
              {t('runs.beside.ask')}
            </Button>
            {ask.data && (
              <Text size="sm" role="status">
                {t('runs.beside.asked', {
                  count: ask.data.added,
                  number: ask.data.added.toLocaleString(i18n.language),
                })}
              </Text>
            )}
          </Group>
        )}
        {error && <Failure error={error} />}
        <BesidePairs pairs={pairs} names={{ start: begin, result: `runs/${name}` }} />
      </Stack>
    </Section>
  );
}

const numberIn = (language: string) => (value: number) => value.toLocaleString(language, { maximumFractionDigits: 1 });

const percents = ({ rate, low, high }: Rate, number: (value: number) => string) => ({
  rate: number(100 * rate),
  low: number(100 * low),
  high: number(100 * high),
});

function Summary({ summary }: { summary: NonNullable<BesidePage['summary']> }) {
  const { t, i18n } = useTranslation();
  const { pairs, same, startTokens, resultTokens, winRate } = summary;
  const number = numberIn(i18n.language);
  return (
    <Text>
      {winRate &&
        `${t('runs.beside.wins', {
          ...percents(winRate, number),
          pairs: number(pairs),
        })} `}
      {t('runs.beside.lengths', { start: number(startTokens), result: number(resultTokens) })}{' '}
      {same > 0 && t('runs.beside.same', { same: number(same), pairs: number(pairs) })}
    </Text>
  );
}

/** What people said of both. */
function Votes({ votes: { comparisons, votes, winRate } }: { votes: BesideVotes }) {
  const { t, i18n } = useTranslation();
  const number = numberIn(i18n.language);
  return (
    <Text>
      {t('runs.beside.votes', {
        ...{ count: comparisons, comparisons: number(comparisons), votes: number(votes) },
        ...percents(winRate, number),
      })}
    </Text>
  );
}

interface FormProps {
  readonly projectId: string;
  readonly isPending: boolean;
  readonly begin: (asked: NewBeside) => void;
}

function BesideForm({ projectId, isPending, begin }: FormProps) {
  const { t } = useTranslation();
  const choices = useQuery(choicesQuery(projectId));
  const [prompts, setPrompts] = useState<number | string>(24);
  const [maxTokens, setMaxTokens] = useState<number | string>(200);
  const [reward, setReward] = useState<string | null>();
  const rewards = choices.data?.rewardModels.map(({ id }) => id) ?? [];
  const rewardModel = reward === undefined ? (rewards[0] ?? null) : reward;
  const common = { min: 1, allowDecimal: false, hideControls: true };
  return (
    <Group align="flex-end">
      <NumberInput {...common} max={200} label={t('runs.beside.prompts')} value={prompts} onChange={setPrompts} />
      <NumberInput
        {...common}
        max={4096}
        label={t('runs.beside.maxTokens')}
        value={maxTokens}
        onChange={setMaxTokens}
      />
      {rewards.length > 0 && (
        <Select
          label={t('runs.rewardModel')}
          data={rewards}
          value={rewardModel}
          onChange={setReward}
          placeholder={t('runs.beside.noReward')}
          clearable
        />
      )}
      <Button
        loading={isPending}
        disabled={!(Number(prompts) >= 1 && Number(maxTokens) >= 1)}
        onClick={() => begin({ prompts: Number(prompts), maxTokens: Number(maxTokens), rewardModel })}
      >
        {t('runs.beside.begin')}
      </Button>
    </Group>
  );
}
