import { Badge, Group, Paper, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { RunDetails, SelfJudgment, SpaRound } from '../../../../shared/runs.ts';
import { LineChart } from '../../ui/charts/LineChart.tsx';
import { shortNumber } from '../../ui/charts/shortNumber.ts';
import { Raw } from '../../ui/Raw.tsx';
import { Failure, Loading } from '../../ui/States.tsx';
import { trainingCurves } from './charts.ts';
import { roundsQuery } from './queries.ts';

/** A run of self-annotation: what each of its rounds is at, what came of it, and how the model judged itself. */
export function Rounds({ projectId, run }: { projectId: string; run: RunDetails }) {
  const { t } = useTranslation();
  const rounds = useQuery(roundsQuery(projectId, run.name, run.state));
  if (rounds.isPending) return <Loading />;
  if (rounds.isError) return <Failure error={rounds.error} retry={rounds.refetch} />;
  if (rounds.data.length === 0) return <Text c="dimmed">{t('runs.rounds.none')}</Text>;
  const curves = trainingCurves(rounds.data, nameOf);
  const judged = rounds.data.findLast(({ judgments }) => judgments.length > 0);
  function nameOf({ round }: SpaRound): string {
    return round === 0 ? t('runs.rounds.seed') : t('runs.rounds.round', { round });
  }
  return (
    <Stack gap="lg">
      <section>
        <Title order={3} size="h5" mb="sm">
          {t('runs.rounds.title')}
        </Title>
        <RoundTable rounds={rounds.data} nameOf={nameOf} />
      </section>
      {curves.length > 0 && <LineChart title={t('runs.rounds.loss')} unit={t('runs.units.loss')} curves={curves} />}
      {judged && (
        <section>
          <Title order={3} size="h5" mb="sm">
            {t('runs.rounds.judgments', { round: judged.round })}
          </Title>
          <Stack>
            {judged.judgments.map((judgment, i) => (
              <Judgment key={i} judgment={judgment} />
            ))}
          </Stack>
        </section>
      )}
    </Stack>
  );
}

interface TableProps {
  readonly rounds: readonly SpaRound[];
  readonly nameOf: (round: SpaRound) => string;
}

function RoundTable({ rounds, nameOf }: TableProps) {
  const { t } = useTranslation();
  const columns = ['part', 'pairs', 'agreement', 'flagged', 'sure', 'lengths', 'cut'] as const;
  return (
    <Paper withBorder style={{ overflowX: 'auto' }}>
      <Table verticalSpacing="sm" horizontalSpacing="md">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('runs.rounds.title')}</Table.Th>
            {columns.map((name) => (
              <Table.Th key={name} ta={name === 'part' ? 'left' : 'right'}>
                {t(`runs.rounds.${name}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rounds.map((round) => (
            <RoundRow key={round.round} round={round} name={nameOf(round)} />
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}

function RoundRow({ round: { part, prompts, responses, numbers, training }, name }: { round: SpaRound; name: string }) {
  const { t, i18n } = useTranslation();
  const of = (key: string) => {
    const value = numbers?.[`spa/${key}`];
    return typeof value === 'number' ? value : undefined;
  };
  const short = (value: number | undefined) => shortNumber(value, i18n.language);
  const share = (value: number | undefined) =>
    value?.toLocaleString(i18n.language, { style: 'percent', maximumFractionDigits: 1 }) ?? '–';
  const pairs = of('agreement_pairs');
  const isTraining = part === 'training' && training.length > 0;
  const far = isTraining
    ? t('runs.rounds.trained', { step: training.at(-1)!.step })
    : prompts !== null && part === 'sampling'
      ? t('runs.rounds.sampled', { responses, prompts })
      : '';
  return (
    <Table.Tr>
      <Table.Td fw={600}>{name}</Table.Td>
      <Table.Td>
        <Badge variant={part === 'over' ? 'light' : 'dot'} color={part === 'over' ? 'teal' : 'blue'} tt="none">
          {t(`runs.rounds.parts.${part}`)}
        </Badge>
        <Text size="xs" c="dimmed">
          {far}
        </Text>
      </Table.Td>
      <Table.Td ta="right">{short(of('pairs'))}</Table.Td>
      <Table.Td ta="right">
        {pairs === undefined ? '–' : t('runs.rounds.agreementOf', { share: share(of('agreement')), pairs })}
      </Table.Td>
      <Table.Td ta="right">{share(of('flagged'))}</Table.Td>
      <Table.Td ta="right">{share(of('probability'))}</Table.Td>
      <Table.Td ta="right">
        {short(of('chosen_length'))} / {short(of('rejected_length'))}
      </Table.Td>
      <Table.Td ta="right">{share(of('truncated'))}</Table.Td>
    </Table.Tr>
  );
}

/** A prompt, and the responses to it with what the model found them worth. */
function Judgment({ judgment: { prompt, responses, probability } }: { judgment: SelfJudgment }) {
  const { t, i18n } = useTranslation();
  const percent = probability?.toLocaleString(i18n.language, { style: 'percent' });
  return (
    <Paper withBorder p="md">
      <Stack gap="sm">
        <Raw text={prompt} />
        {probability === null && (
          <Text size="sm" c="dimmed">
            {t('runs.rounds.noPair')}
          </Text>
        )}
        {responses.map(({ text, reward }, i) => (
          <div key={i}>
            <Group gap="xs" mb={4}>
              {probability !== null && (
                <Badge variant="light" color={i === 0 ? 'teal' : 'gray'} tt="none">
                  {i === 0 ? t('runs.rounds.preferred') : t('runs.rounds.rejected')}
                </Badge>
              )}
              {reward !== null && (
                <Text size="xs" c="dimmed">
                  {t('runs.rounds.reward', { reward: shortNumber(reward, i18n.language) })}
                  {i === 0 && percent && ` · ${t('runs.rounds.sureOf', { share: percent })}`}
                </Text>
              )}
            </Group>
            <Raw text={text} />
          </div>
        ))}
      </Stack>
    </Paper>
  );
}
