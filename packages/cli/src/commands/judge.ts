import { type Accuracy, pairAccuracy, type Share, shareOf, writeRecords } from '@attune/preferences';
import type { Command } from 'commander';
import { type CommandContext, command, number, run } from '../command.ts';
import { UsageError } from '../errors.ts';
import { type Contest, type Contests, readContests, readSampled } from '../judge/contests.ts';
import { type LocalJudge, openJudge, openSelfJudge } from '../judge/localJudges.ts';
import { isConsistent, lineOf, type Verdict } from '../judge/verdicts.ts';
import { checkOutFile } from '../models/outFile.ts';
import { type ScoringOptions, withScoring } from '../models/scoringOptions.ts';
import { formatCount, formatShare } from '../terminal/format.ts';
import { table } from '../terminal/table.ts';
import { intervalText, oneDecimal, shareText } from './eval/shared.ts';

interface Options extends ScoringOptions {
  readonly judge: string;
  readonly model?: string;
  readonly reference?: string;
  readonly beta?: number;
  readonly lengthPenalty?: number;
  readonly data?: string;
  readonly prompts?: string;
  readonly responses?: string;
  readonly out: string;
}

/** DPO's usual β, where nobody says. */
const usualBeta = 0.1;

/** `attune judge`: which of two responses a model prefers. */
export const judgeCommand = (): Command =>
  withScoring(
    command(
      'judge',
      'Which of two responses a model prefers',
      'attune judge --judge self --model runs/dpo --reference models/sft --data pairs.jsonl --out comparisons.jsonl',
      'attune judge --judge runs/reward --data pairs.jsonl --out comparisons.jsonl',
      'attune judge --judge models/judge --prompts prompts.jsonl --responses sampled.jsonl --out comparisons.jsonl',
    )
      .requiredOption(
        '--judge <self|path>',
        'self: the own reward of --model; a reward model: its scores; a language model: the letter it answers with',
      )
      .option('--model <path>', 'of the judge self: the model that was trained')
      .option('--reference <path>', 'of the judge self: what it was trained from, or none for likelihood alone')
      .option(
        '--beta <β>',
        `of the judge self: how sure a difference of a nat makes (default: ${usualBeta})`,
        number(0),
      )
      .option('--length-penalty <a>', 'of the judge self: nats that each token of a response costs', number(0))
      .option('--data <file>', 'preference pairs, or comparisons, in any known format')
      .option('--prompts <file>', 'prompts, with their --responses')
      .option('--responses <file>', 'what attune generate sampled to --prompts: two responses to each')
      .requiredOption('--out <file>', 'where the comparisons go (.jsonl, .json, .parquet)'),
  ).action(run(judge));

async function judge({ result }: CommandContext, options: Options): Promise<void> {
  const { out } = options;
  checkOutFile(out);
  checkSelf(options);
  const read = await contestsOf(options);
  using local = await open(options);
  const { places, verdicts, lost } = local.judge(read);
  const judged = places.map((place) => read.contests[place]!);
  const at = new Date().toISOString();
  await writeRecords(
    out,
    judged.map((contest, i) => lineOf(contest, verdicts[i]!, nameOf(options), at)),
  );
  const account = accountOf(judged, verdicts);
  result(
    { out, judge: nameOf(options), kind: read.kind, ...account, undecided: read.undecided, lost },
    [`${out}: ${formatCount(judged.length)} comparisons${aside(read, lost)}`, describe(read.kind, account)].join(
      '\n\n',
    ),
  );
}

/** Options of the judge self where another judges, or the judge self without them. */
function checkSelf({ judge, model, reference, beta, lengthPenalty }: Options): void {
  if (judge === 'self') {
    if (model !== undefined && reference !== undefined) return;
    throw new UsageError(
      '--judge self needs --model DIR and --reference DIR; --reference none takes likelihood alone.',
    );
  }
  const own = { '--model': model, '--reference': reference, '--beta': beta, '--length-penalty': lengthPenalty };
  const given = Object.entries(own).find(([, value]) => value !== undefined);
  if (given) throw new UsageError(`${given[0]} belongs to --judge self and has no effect with --judge ${judge}.`);
}

function contestsOf({ data, prompts, responses }: Options): Promise<Contests> {
  if (data === undefined && prompts !== undefined && responses !== undefined) return readSampled(prompts, responses);
  if (data !== undefined && prompts === undefined && responses === undefined) return readContests(data);
  throw new UsageError('Give either --data FILE, or --prompts FILE and --responses FILE.');
}

function open({ judge, model, reference, beta = usualBeta, lengthPenalty = 0, ...rest }: Options): Promise<LocalJudge> {
  if (judge !== 'self') return openJudge(judge, rest);
  const held = reference === 'none' ? undefined : reference;
  return openSelfJudge({ ...rest, beta, lengthPenalty, model: model!, ...(held !== undefined && { reference: held }) });
}

/** What the output calls the judge. */
function nameOf({ judge, model, reference }: Options): string {
  if (judge !== 'self') return judge;
  return reference === 'none' ? `${model} (likelihood)` : `${model} (own reward against ${reference})`;
}

const aside = ({ undecided }: Contests, lost: string | undefined): string =>
  [
    undecided > 0 && `; ${formatCount(undecided)} rows that nobody decided have no pair to judge`,
    lost !== undefined && `; ${lost}`,
  ]
    .filter(Boolean)
    .join('');

/** How a judge decided. */
interface Account {
  readonly n: number;
  /** How often `a` was the better one; ties count half. Of pairs that is how often it agrees with the label. */
  readonly choseA: Accuracy | undefined;
  /** With the choices that stand in a file of comparisons, of those that decide. */
  readonly agreement: Accuracy | undefined;
  /** The same response in both orders, of judges that are asked in both. */
  readonly consistent: Share | undefined;
}

function accountOf(contests: readonly Contest[], verdicts: readonly Verdict[]): Account {
  const decided = contests.flatMap(({ choice }, i) =>
    choice === 'a' || choice === 'b' ? [{ label: choice, verdict: verdicts[i]! }] : [],
  );
  const ordered = verdicts.map(isConsistent).filter((same) => same !== undefined);
  return {
    n: verdicts.length,
    choseA: share(verdicts.map((verdict) => ({ label: 'a', verdict }))),
    agreement: share(decided),
    consistent: shareOf(ordered.filter((same) => same).length, ordered.length),
  };
}

function share(judged: readonly { label: 'a' | 'b'; verdict: Verdict }[]): Accuracy | undefined {
  if (judged.length === 0) return undefined;
  const points = ({ choice }: Verdict, of: 'a' | 'b') => Number(choice === of);
  return pairAccuracy(
    judged.map(({ label, verdict }) => ({
      chosen: points(verdict, label),
      rejected: points(verdict, label === 'a' ? 'b' : 'a'),
    })),
  );
}

function describe(kind: Contests['kind'], { choseA, agreement, consistent }: Account): string {
  const row = (name: string, { accuracy, interval, right, wrong, ties, n }: Accuracy) => [
    name,
    formatShare(accuracy),
    intervalText(interval, (value) => oneDecimal(100 * value)),
    ...[right, ties, wrong, n].map(formatCount),
  ];
  const rows = [
    ...(choseA && kind !== 'pairs' ? [row('chose the first', choseA)] : []),
    ...(agreement ? [row(kind === 'pairs' ? 'chose the chosen' : 'agrees with the file', agreement)] : []),
  ];
  const orders = consistent && `The same response is better in both orders in ${shareText(consistent)} of them.`;
  return [table(['', 'share', '95 % interval', 'yes', 'ties', 'no', 'n'], rows), orders].filter(Boolean).join('\n\n');
}
