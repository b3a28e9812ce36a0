import { existsSync } from 'node:fs';
import {
  agreedQuality,
  type BalancedIntents,
  chatJudge,
  type DropReason,
  filterPrompts,
  JudgeCallError,
  type Prompt,
  promptKey,
  type Quality,
  type Ruled,
  readRecords,
  ruledOut,
  writeRecords,
} from '@attune/preferences';
import { type Command, InvalidArgumentError } from 'commander';
import { type CommandContext, command, run, wholeNumber } from '../../command.ts';
import { UsageError } from '../../errors.ts';
import { askJudge, type Unheard } from '../../judge/askJudge.ts';
import { type Judgments, judgmentFile, readJudgments } from '../../judge/judgments.ts';
import { checkOutFile } from '../../models/outFile.ts';
import { counted, formatCount } from '../../terminal/format.ts';
import { table } from '../../terminal/table.ts';
import {
  accountOf,
  counterOf,
  firstFew,
  type Options,
  onError,
  tellLeftOut,
  withSeed,
  withThreshold,
  withTokenizer,
} from './common.ts';

interface QualityOptions extends Options {
  readonly judgments?: string;
  readonly judge?: string;
  readonly judgeModel?: string;
  readonly concurrency: number;
  readonly balance?: number | true;
  readonly dropped?: string;
  readonly least: number;
  readonly tokenizer?: string;
  readonly threshold: number;
  readonly seed: number;
}

/** `attune data quality`: which prompts are worth an answer. */
export const qualityCommand = (): Command =>
  withSeed(
    withThreshold(
      withTokenizer(
        command(
          'quality',
          'Keep the prompts that are clear in intent and meaning and can be answered, and balance what they ask for',
          'attune data quality prompts.jsonl kept.jsonl --judgments by-hand.jsonl',
          'attune data quality prompts.jsonl kept.jsonl --judge http://localhost:8000/v1 --judge-model qwen \\\n' +
            '      --judgments judged.jsonl --balance',
        )
          .argument('<in>', 'prompts, or anything that has prompts')
          .argument('<out>', 'where the prompts that stay go')
          .option(
            '--judgments <file>',
            'judged prompts, a line each: {"id", "prompt", "intent", "semantics", "answerable", "category"?, "judge"}; ' +
              'a judge adds its own',
          )
          .option('--judge <url>', 'an OpenAI-compatible server to ask about prompts without a judgment')
          .option('--judge-model <name>', "the model's name there; its key, if any, is read from ATTUNE_JUDGE_KEY")
          .option('--concurrency <n>', 'questions to the judge at a time', wholeNumber(1), 8)
          .option('--least <n>', 'drop prompts of fewer tokens', wholeNumber(0), 5)
          .option(
            '--balance [enough]',
            'keep at most 4 times as many prompts of any category as the smallest has, or as is enough for it',
            enoughOf,
          )
          .option('--dropped <file>', 'where the prompts that are not kept go, each with its reason')
          .addOption(onError()),
      ),
    ),
    'decides which prompts of a large category stay',
  ).action(run(quality));

function enoughOf(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError('Expected a whole number of at least 1.');
}

/** A prompt that is not kept, as it is written down. */
interface Dropped extends Prompt {
  readonly line: number;
  readonly reason: DropReason | Unheard['reason'];
  /** The line of the prompt that a near-duplicate repeats. */
  readonly of?: number;
  /** What the judge said that could not be read, or why it said nothing. */
  readonly said?: string;
}

async function quality(
  { say, result }: CommandContext,
  from: string,
  to: string,
  options: QualityOptions,
): Promise<void> {
  checkOptions(to, options);
  const { count } = await counterOf(options.tokenizer);
  const read = await readRecords('prompts', from, options);
  tellLeftOut(say, from, read);
  const { records, lines } = read;
  const ruled = ruledOut(
    records.map(({ prompt }) => prompt),
    { ...options, count },
  );
  const { verdicts, unheard } = await verdictsOn(say, options, records, ruled);
  refuseSilence(verdicts, unheard);
  const enough = options.balance === true ? undefined : options.balance;
  const intents = options.balance === undefined ? undefined : { seed: options.seed, enough };
  const { kept, dropped, intents: balanced } = filterPrompts(records, ruled, verdicts, intents);
  const left = dropped.map(({ place, of, reason }): Dropped => {
    const why = { reason, ...(of !== undefined && { of: lines[of]! }), ...unheard.get(place) };
    return { line: lines[place]!, ...records[place]!, ...why };
  });
  await writeRecords(
    to,
    kept.map((place) => ({ ...records[place]!, ...categoryOf(verdicts.get(place)!) })),
  );
  if (options.dropped !== undefined) await writeRecords(options.dropped, left);
  const numbers = { prompts: records.length, kept: kept.length, reasons: countsOf(left) };
  const told = { ...numbers, categories: balanced?.report, uncategorised: balanced?.uncategorised };
  result({ in: from, out: to, ...told, dropped: left, ...accountOf(read) }, describe(to, numbers, left, balanced));
}

const categoryOf = ({ category }: Quality) => (category === undefined ? {} : { category });

function checkOptions(to: string, { judge, judgeModel, judgments, dropped }: QualityOptions): void {
  checkOutFile(to, '<out>');
  if (dropped !== undefined) checkOutFile(dropped, '--dropped');
  if (judgments !== undefined) checkOutFile(judgments, '--judgments');
  if ((judge === undefined) !== (judgeModel === undefined)) {
    throw new UsageError('--judge and --judge-model belong together: the server, and the model there.');
  }
  if (judge === undefined && judgments === undefined) {
    throw new UsageError(
      'Nobody has judged the prompts. Give --judgments FILE, or --judge URL and --judge-model NAME.',
    );
  }
  if (judge === undefined && judgments !== undefined && !existsSync(judgments)) {
    throw new UsageError(`--judgments ${judgments}: there is no such file.`);
  }
}

/** Verdicts by place, from the file of judgments and from the judge about what the rules left. */
async function verdictsOn(
  say: (line: string) => void,
  { judge: url, judgeModel: model, judgments: file, concurrency, onError }: QualityOptions,
  records: readonly Prompt[],
  ruled: readonly Ruled[],
): Promise<{ verdicts: Map<number, Quality>; unheard: ReadonlyMap<number, Unheard> }> {
  const add = url !== undefined && file !== undefined ? await judgmentFile(file) : undefined;
  const judgments: Judgments =
    file !== undefined && existsSync(file) ? await readJudgments(say, file, { onError }) : new Map();
  const verdicts = new Map<number, Quality>();
  for (const [place, { prompt }] of records.entries()) {
    const found = judgments.get(promptKey(prompt));
    if (found) verdicts.set(place, agreedQuality(found));
  }
  if (url === undefined) return { verdicts, unheard: new Map() };
  const out = new Set(ruled.map(({ place }) => place));
  const places = [...records.keys()].filter((place) => !out.has(place) && !verdicts.has(place));
  const ask = chatJudge({ url, model: model!, key: process.env.ATTUNE_JUDGE_KEY });
  const unheard = await askJudge(records, places, { ask, model: model!, concurrency }, async (place, judged) => {
    await add?.(judged);
    verdicts.set(place, judged);
  });
  return { verdicts, unheard };
}

/** A judge that never answered has judged nothing: an error, and no empty file. */
function refuseSilence(verdicts: ReadonlyMap<number, Quality>, unheard: ReadonlyMap<number, Unheard>): void {
  const [first] = unheard.values();
  if (first && verdicts.size === 0 && [...unheard.values()].every(({ reason }) => reason === 'failed call')) {
    throw new JudgeCallError(`No prompt got a reply, the first because of this: ${first.said}`);
  }
}

const reasons: readonly Dropped['reason'][] = [
  'too short',
  'near-duplicate',
  'unclear intent',
  'unclear semantics',
  'unanswerable',
  'not judged',
  'unreadable reply',
  'failed call',
  'category full',
];

/** How many prompts were dropped for each reason that occurs. */
function countsOf(left: readonly Dropped[]): Record<string, number> {
  const counts = reasons.map((reason) => [reason, left.filter((each) => each.reason === reason).length] as const);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

function describe(
  to: string,
  { prompts, kept, reasons }: { prompts: number; kept: number; reasons: Record<string, number> },
  left: readonly Dropped[],
  intents: BalancedIntents | undefined,
): string {
  const rows = [['kept', kept] as const, ...Object.entries(reasons)].map(([name, count]) => [name, formatCount(count)]);
  const text = [table([counted(prompts, 'prompt'), ''], rows)];
  if (intents) {
    const cells = intents.report.map(({ category, before, after, short }) => [
      category,
      formatCount(before),
      formatCount(after),
      short ? 'fewer than enough' : '',
    ]);
    const none = intents.uncategorised;
    if (none > 0) cells.push(['no category', formatCount(none), formatCount(none), '']);
    text.push(table(['category', 'good', 'kept', ''], cells));
  }
  const aside = left.filter(({ said }) => said !== undefined);
  const lines = aside.map(
    ({ line, reason, said }) => `  line ${line}: ${reason}: ${JSON.stringify(said!.slice(0, 100))}`,
  );
  if (lines.length > 0) text.push(firstFew(lines).join('\n'));
  return [...text, `Wrote ${counted(kept, 'prompt')} to ${to}.`].join('\n\n');
}
