import type { Interval } from '@attune/preferences';
import { formatCount, intervalText, oneDecimal } from '../../terminal/format.ts';
import { table } from '../../terminal/table.ts';
import type { Between, SystemRate } from './lcRates.ts';

/** What one system would win from another, as a sentence. */
export const betweenText = ({ systems: [one, other], lcWinRate, lcSandwich }: Between): string => {
  const interval = lcSandwich ? ` (${percentInterval(lcSandwich.interval)})` : '';
  return `${one} against ${other}, responses of equal length: ${oneDecimal(lcWinRate)} %${interval}`;
};

const percentInterval = (interval: Interval | undefined): string =>
  interval === undefined ? '' : intervalText(interval, oneDecimal);

/** A row per system. */
export const systemTable = (rows: readonly SystemRate[]): string =>
  table(
    [
      ...['system', 'against', 'length', 'of others', 'win rate', '95 % interval'],
      ...['length-controlled', '95 % bootstrap', '95 % sandwich', 'n'],
    ],
    rows.map(({ meanLengths, winRate, bootstrap, lcWinRate, lcBootstrap, lcSandwich, n, ...row }) => [
      row.system,
      row.against.join(', '),
      ...(meanLengths?.map(formatCount) ?? ['', '']),
      `${oneDecimal(winRate)} %`,
      percentInterval(bootstrap),
      `${oneDecimal(lcWinRate)} %`,
      percentInterval(lcBootstrap?.interval),
      percentInterval(lcSandwich?.interval),
      formatCount(n),
    ]),
  );

/** A row of `--out`. */
export function fileRow(result: SystemRate): Record<string, string | number | boolean | undefined> {
  const { system, against, meanLengths, winRate, standardError, bootstrap, weights, ...rest } = result;
  const { lcWinRate, lcBootstrap, lcSandwich, fit, extremeChange, n } = rest;
  return {
    ...{ system, against: against.join(', '), length: meanLengths?.[0], lengthOfOthers: meanLengths?.[1] },
    ...{ winRate, standardError, low: bootstrap[0], high: bootstrap[1], lcWinRate },
    ...{ lcLow: lcBootstrap?.interval[0], lcHigh: lcBootstrap?.interval[1] },
    lcSandwichError: lcSandwich?.standardError,
    ...{ lcSandwichLow: lcSandwich?.interval[0], lcSandwichHigh: lcSandwich?.interval[1] },
    ...{ lengthWeight: weights.length, difficultyWeight: weights.difficulty, systemWeight: weights.system },
    ...{ fit, extremeChange, n },
  };
}
