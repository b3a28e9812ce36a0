import type { FittedStandings, Interval, Leaderboard } from '@attune/preferences';
import { formatCount, formatShare, intervalText, noDecimals, oneDecimal } from '../../terminal/format.ts';
import { table } from '../../terminal/table.ts';

/** A leaderboard's rows for a file, one for each system. */
export function boardRows({ plain, controlled }: Leaderboard) {
  const other = new Map(controlled?.models.map((row) => [row.model, row]));
  return plain.models.map((row) => {
    const held = other.get(row.model);
    return {
      system: row.model,
      rating: row.rating,
      standardError: row.standardError,
      ...ends('', row.interval),
      ...ends('bootstrap', row.bootstrap),
      bestRank: row.ranks[0],
      worstRank: row.ranks[1],
      battles: row.battles,
      wins: row.wins,
      ties: row.ties,
      losses: row.losses,
      part: row.component + 1,
      ...(held && {
        controlledRating: held.rating,
        controlledStandardError: held.standardError,
        ...ends('controlled', held.interval),
        controlledBestRank: held.ranks[0],
        controlledWorstRank: held.ranks[1],
      }),
    };
  });
}

const ends = (prefix: string, [low, high]: Interval): Record<string, number> =>
  prefix === '' ? { low, high } : { [`${prefix}Low`]: low, [`${prefix}High`]: high };

const ranksText = ([best, worst]: Interval): string => (best === worst ? `${best}` : `${best}–${worst}`);

/** A leaderboard for people. */
export function boardText({ plain, controlled, components, prompts }: Leaderboard): string {
  const other = new Map(controlled?.models.map((row) => [row.model, row]));
  const hasParts = components.length > 1;
  const rows = plain.models.map((row) => {
    const held = other.get(row.model);
    return [
      ...(hasParts ? [`${row.component + 1}`] : []),
      ranksText(row.ranks),
      row.model,
      noDecimals(row.rating),
      intervalText(row.interval, noDecimals),
      intervalText(row.bootstrap, noDecimals),
      ...(held ? [noDecimals(held.rating), intervalText(held.interval, noDecimals), ranksText(held.ranks)] : []),
      ...[row.battles, row.wins, row.ties, row.losses].map(formatCount),
    ];
  });
  const head = [
    ...(hasParts ? ['part'] : []),
    ...['ranks', 'system', 'rating', '95 % interval', 'bootstrap'],
    ...(controlled ? ['with style control', '95 % interval', 'ranks'] : []),
    ...['n', 'wins', 'ties', 'losses'],
  ];
  return [table(head, rows), methodText(plain, prompts), ...(controlled ? [controlsText(controlled)] : [])].join(
    '\n\n',
  );
}

function methodText({ nu }: FittedStandings, prompts: number): string {
  const how =
    nu === undefined
      ? 'Bradley-Terry, ties as half wins.'
      : `Davidson: equal systems tie in ${formatShare(nu / (2 + nu))}.`;
  return `${how} 400 points are odds of ten to one. Intervals are over ${formatCount(prompts)} prompts.`;
}

const controlsText = ({ controls }: FittedStandings): string =>
  controls.length === 0
    ? 'Style control: no response has any style, there is nothing to hold fixed.'
    : table(
        ['a lead of one standard deviation in', 'is worth points', '95 % interval'],
        controls.map(({ name, points: worth, interval }) => [
          name,
          oneDecimal(worth),
          intervalText(interval, oneDecimal),
        ]),
      );
