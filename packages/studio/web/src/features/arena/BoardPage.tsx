import { Alert, Badge, Group, Paper, Stack, Switch, Table, Text, Title } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ArenaBoard, Rating, Ratings } from '../../../../shared/arena.ts';
import { get } from '../../api.ts';
import { tint } from '../../ui/charts/tint.ts';
import { Empty, Failure, Loading } from '../../ui/States.tsx';
import { useProject } from '../project/useProject.ts';
import classes from './BoardPage.module.css';
import { ratingScale } from './ratingScale.ts';

/** The models by their ratings, with what these are worth; with or without the style of answers held fixed. */
export function BoardPage() {
  const { t, i18n } = useTranslation();
  const { id } = useProject();
  const [isStyled, setStyled] = useState(false);
  const [revealed, setRevealed] = useState<'out' | 'in'>('out');
  const board = useQuery({
    queryKey: ['arena', id, 'board', revealed],
    queryFn: ({ signal }) => get<ArenaBoard>(`/projects/${id}/arena/board?revealed=${revealed}`, signal),
    placeholderData: keepPreviousData,
  });
  if (board.isPending) return <Loading />;
  if (board.isError) return <Failure error={board.error} retry={board.refetch} />;
  const { votes, plain, styled } = board.data;
  const named = board.data.revealed > 0 && (
    <Named count={board.data.revealed} isIn={revealed === 'in'} setIn={(isIn) => setRevealed(isIn ? 'in' : 'out')} />
  );
  if (!plain) return <Empty action={named || undefined}>{t(named ? 'arena.noneBlind' : 'arena.noVotes')}</Empty>;
  const shown = isStyled && styled ? styled : plain;
  return (
    <Stack gap="lg">
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {t('arena.from', { count: votes, votes: votes.toLocaleString(i18n.language) })}{' '}
          {t(`arena.methods.${shown.method}`)}
        </Text>
        <Switch
          label={t('arena.style')}
          checked={isStyled}
          disabled={!styled}
          onChange={({ currentTarget }) => setStyled(currentTarget.checked)}
        />
      </Group>
      {named}
      {isStyled && (
        <Alert color="gray" p="sm">
          {t('arena.styleText')}
        </Alert>
      )}
      <RatingTable ratings={shown} />
      {shown.controls.length > 0 && <Controls controls={shown.controls} />}
      {shown.models.length > 1 && <Better ratings={shown} />}
    </Stack>
  );
}

interface NamedProps {
  readonly count: number;
  readonly isIn: boolean;
  readonly setIn: (isIn: boolean) => void;
}

/** Votes that were perhaps not blind, because a model said which it is. */
function Named({ count, isIn, setIn }: NamedProps) {
  const { t, i18n } = useTranslation();
  return (
    <Group justify="space-between" gap="xs">
      <Text size="sm" c="dimmed">
        {t(isIn ? 'arena.namedIn' : 'arena.namedOut', { count, votes: count.toLocaleString(i18n.language) })}
      </Text>
      <Switch
        label={t('arena.countNamed')}
        checked={isIn}
        onChange={({ currentTarget }) => setIn(currentTarget.checked)}
      />
    </Group>
  );
}

function RatingTable({ ratings: { models } }: { ratings: Ratings }) {
  const { t } = useTranslation();
  const scale = ratingScale(models);
  return (
    <Paper withBorder style={{ overflowX: 'auto' }}>
      <Table verticalSpacing="sm" horizontalSpacing="md">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('arena.rank')}</Table.Th>
            <Table.Th>{t('arena.model')}</Table.Th>
            <Table.Th ta="right">{t('arena.rating')}</Table.Th>
            <Table.Th miw={240}>{t('arena.interval')}</Table.Th>
            <Table.Th ta="right">{t('arena.battles')}</Table.Th>
            <Table.Th ta="right">{t('arena.record')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {models.map((model) => (
            <RatingRow key={model.model} model={model} place={scale} />
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}

function RatingRow({ model: row, place }: { model: Rating; place: (rating: number) => number }) {
  const { t } = useTranslation();
  const { model, rating, interval, ranks, battles, wins, losses, ties, hasFewBattles } = row;
  const [low, high] = interval;
  const [best, worst] = ranks;
  return (
    <Table.Tr>
      <Table.Td>
        <Text fw={600} size="sm">
          {best === worst ? best : `${best}–${worst}`}
        </Text>
      </Table.Td>
      <Table.Td>
        <Group gap="xs">
          <bdi>{model}</bdi>
          {hasFewBattles && (
            <Badge variant="light" color="gray" tt="none" size="sm">
              {t('arena.few')}
            </Badge>
          )}
        </Group>
      </Table.Td>
      <Table.Td ta="right" className={classes.number!}>
        <b>{Math.round(rating)}</b>
      </Table.Td>
      <Table.Td>
        <div className={classes.line} title={`${Math.round(low)} – ${Math.round(high)}`}>
          <div className={classes.interval} style={{ left: `${place(low)}%`, width: `${place(high) - place(low)}%` }} />
          <div className={classes.point} style={{ left: `${place(rating)}%` }} />
        </div>
        <Text size="xs" c="dimmed" className={classes.number!}>
          {Math.round(low)} – {Math.round(high)}
        </Text>
      </Table.Td>
      <Table.Td ta="right" className={classes.number!}>
        {battles}
      </Table.Td>
      <Table.Td ta="right" className={classes.number!}>
        {wins} / {ties} / {losses}
      </Table.Td>
    </Table.Tr>
  );
}

function Controls({ controls }: { controls: Ratings['controls'] }) {
  const { t } = useTranslation();
  const points = (value: number) => `${value > 0 ? '+' : '−'}${Math.abs(Math.round(value))}`;
  return (
    <section>
      <Title order={3} size="h5" mb="xs">
        {t('arena.controls')}
      </Title>
      <Table maw={520}>
        <Table.Tbody>
          {controls.map(({ name, points: worth, interval: [low, high] }) => (
            <Table.Tr key={name}>
              <Table.Th scope="row">{t(`arena.styles.${name as 'length' | 'headings' | 'bold'}`)}</Table.Th>
              <Table.Td ta="right" className={classes.number!}>
                <b>{points(worth)}</b>{' '}
                <Text span size="xs" c="dimmed">
                  ({points(low)} – {points(high)})
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="xs" c="dimmed" mt="xs">
        {t('arena.controlsText')}
      </Text>
    </section>
  );
}

/** How sure it is that one model is better than another. */
function Better({ ratings: { models, better } }: { ratings: Ratings }) {
  const { t } = useTranslation();
  return (
    <section>
      <Title order={3} size="h5" mb="xs">
        {t('arena.better')}
      </Title>
      <div style={{ overflowX: 'auto' }}>
        <Table w="auto" withRowBorders={false}>
          <Table.Thead>
            <Table.Tr>
              <Table.Td />
              {models.map(({ model }) => (
                <Table.Th key={model} scope="col" ta="center">
                  <bdi>{model}</bdi>
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {models.map(({ model }, i) => (
              <Table.Tr key={model}>
                <Table.Th scope="row">
                  <bdi>{model}</bdi>
                </Table.Th>
                {better[i]!.map((p, j) => (
                  <BetterCell key={models[j]!.model} p={p} />
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      <Text size="xs" c="dimmed" mt="xs">
        {t('arena.betterText')}
      </Text>
    </section>
  );
}

function BetterCell({ p }: { p: number | null }) {
  if (p === null) return <Table.Td className={classes.cell!}>–</Table.Td>;
  const percent = p > 0.995 ? '> 99 %' : p < 0.005 ? '< 1 %' : `${Math.round(100 * p)} %`;
  return (
    <Table.Td className={classes.cell!} style={tint(p >= 0.5, 90 * Math.abs(p - 0.5))}>
      {percent}
    </Table.Td>
  );
}
