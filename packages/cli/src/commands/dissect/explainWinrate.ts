import {
  contestOf,
  type Estimate,
  type ExplainedWinRate,
  explainedWinRate,
  type FeaturedComparison,
  readComparisons,
  readVerdicts,
  winProbability,
  worthOf,
} from '@attune/preferences';
import type { Command } from 'commander';
import { type CommandContext, command, run, wholeNumber } from '../../command.ts';
import { UsageError } from '../../errors.ts';
import { formatCount, formatShare, intervalText, oneDecimal } from '../../terminal/format.ts';
import { table } from '../../terminal/table.ts';
import { tellOutside } from '../eval/shared.ts';
import { type FeaturedOptions, featured, type Texts, withFeatured } from './featured.ts';

interface Options extends FeaturedOptions {
  readonly data: string;
  readonly system?: string;
  readonly against?: string;
  readonly worth?: readonly string[] | true;
  readonly seed: number;
}

/** `attune dissect explain-winrate`: how much of a win rate is the judge's taste. */
export const explainWinrateCommand = (): Command =>
  withFeatured(
    command(
      'explain-winrate',
      'How much of a win rate comes from properties that the judge likes whatever the answers are worth',
      'attune dissect explain-winrate --data comparisons.jsonl --features resolved.jsonl --weights weights.jsonl --judge human',
    ).requiredOption('--data <file>', 'comparisons in any known format'),
  )
    .option(
      '--system <name>',
      'whose win rate: the source of its responses (default: of two, the one that stands second)',
    )
    .option('--against <name>', 'only comparisons with this system (default: with all others)')
    .option('--worth [names...]', 'the properties that make an answer itself better (default: as the set says)')
    .option('--seed <n>', 'of what the intervals are drawn from', wholeNumber(0), 0)
    .action(run(explainWinrate));

async function explainWinrate({ say, result }: CommandContext, options: Options): Promise<void> {
  const { data, judge, seed } = options;
  const { verdicts } = await readVerdicts(data);
  const ids = verdicts.map(({ id }) => id);
  const contest = contestOf(data, options, verdicts);
  const { set, names, lines } = await featured(options, data, ids, () => textsOf(data));
  const comparisons: FeaturedComparison[] = [];
  const left = { skips: 0, others: 0, featureless: 0, weightless: 0 };
  for (const [i, verdict] of verdicts.entries()) {
    const won = winProbability(contest, verdict);
    const { features, fit } = lines[i]!;
    if (won === 'skip') left.skips++;
    else if (won === 'other') left.others++;
    else if (!features) left.featureless++;
    else if (!fit) left.weightless++;
    else {
      const isSecond = verdict.systems[1] === contest.system;
      comparisons.push({ features: isSecond ? features.map((x) => 0 - x) : features, won, fit });
    }
  }
  tellOutside(say, data, left);
  if (left.featureless > 0) say(`${data}: ${left.featureless} comparisons without features are left out.`);
  if (left.weightless > 0) say(`${data}: ${left.weightless} comparisons in groups without weights are left out.`);
  if (comparisons.length === 0) throw new UsageError(`${data}: no comparison is left to explain.`);
  const worth = worthIn(options, worthOf(set), names);
  const explained = explainedWinRate(names, comparisons, { worth, seed });
  result(
    { data, judge, system: contest.system, worthProperties: worth, ...explained, left },
    text(explained, { system: contest.system, judge }),
  );
}

function worthIn({ worth }: Options, usual: readonly string[], names: readonly string[]): readonly string[] {
  if (worth === undefined) return usual.filter((name) => names.includes(name));
  const named = worth === true ? [] : worth;
  const stranger = named.find((name) => !names.includes(name));
  if (stranger !== undefined) throw new UsageError(`--worth ${stranger}: the properties are ${names.join(', ')}.`);
  return named;
}

async function textsOf(file: string): Promise<Texts[]> {
  const { comparisons } = await readComparisons(file);
  return comparisons.map(({ responses: [a, b] }) => ({ a: a.text, b: b.text }));
}

interface Named {
  readonly system: string;
  readonly judge: string;
}

const signed = (value: number): string => `${value > 0 ? '+' : ''}${oneDecimal(value)}`;

function text(explained: ExplainedWinRate, named: Named): string {
  const { observed, liking, properties, worth, rest, weightsUncertain } = explained;
  const row = (what: string, { value, interval }: Pick<Estimate, 'value' | 'interval'>, more = '', less = '') => [
    what,
    signed(value),
    intervalText(interval, signed),
    more,
    less,
  ];
  const rows = [
    row(`what ${named.judge} likes whatever the answer is worth`, liking),
    ...properties.map((part) => row(`  ${part.name}`, part, formatCount(part.more), formatCount(part.less))),
    row('what makes the answer itself better', worth),
    row('what no property tells', rest),
  ];
  return [
    `${named.system} wins ${oneDecimal(observed.winRate)} % (${intervalText(observed.interval, oneDecimal)}) of ` +
      `${formatCount(observed.n)} comparisons: 50 % and`,
    table(['part', 'points', '95 % interval', 'has more', 'has less'], rows),
    warning(explained, named),
    ...(weightsUncertain ? [] : ['The weights are taken as certain: nothing tells their standard deviations.']),
  ].join('\n\n');
}

/** What a reader of the win rate should know. */
function warning(
  { observed, alone, liking, share, warning: level }: ExplainedWinRate,
  { system, judge }: Named,
): string {
  const lead = oneDecimal(Math.abs(observed.winRate - 50));
  if (level === 'lead too small' || !share) {
    return `There is nothing to explain: 50 % lies within the interval of the win rate. By liking alone it would be ${oneDecimal(alone.value)} %.`;
  }
  if (level === 'none') {
    return `No warning: the properties that ${judge} likes whatever the answer is worth do not foretell this ${observed.winRate > 50 ? 'lead' : 'lag'}.`;
  }
  const [how, all] = [observed.winRate > 50 ? 'lead' : 'lag', formatShare(share.value)];
  return (
    `${level === 'most' ? 'Warning' : 'Note'}: ${oneDecimal(Math.abs(liking.value))} of the ${lead} points of ${how} (${all}, ` +
    `${intervalText(share.interval, formatShare)}) are what ${judge} likes whatever the answer is worth. Responses that differ ` +
    `from the other side's in nothing else would win ${oneDecimal(alone.value)} % (${intervalText(alone.interval, oneDecimal)}). ` +
    (level === 'most'
      ? `This win rate does not show that ${system} answers better, nor that it does not: have what matters judged by itself.`
      : '')
  ).trimEnd();
}
