import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  agreementByGroup,
  type BinaryLabel,
  type GroupIndex,
  type JudgeLabels,
  type LabelOrigin,
  type LetterAnswers,
  labelAgreement,
  labelsFromLetters,
  letterFolders,
  letterStrength,
  type RawSample,
  readGroupIndex,
  readLabels,
  readLetterFolder,
  readSamples,
  type Share,
  theJudge,
  writeRecords,
} from '@attune/preferences';
import type { Command } from 'commander';
import { type CommandContext, command, run, wholeNumber } from '../../command.ts';
import { UsageError } from '../../errors.ts';
import { withHardware } from '../../models/hardware.ts';
import { checkOutFile } from '../../models/outFile.ts';
import { writeWhole } from '../../run/durable.ts';
import { formatCount, formatShare, shareText } from '../../terminal/format.ts';
import { table } from '../../terminal/table.ts';
import type { Hardware } from '../../train/setup.ts';
import { askServer } from './askServer.ts';

interface Options extends Hardware {
  readonly logprobs?: string;
  readonly labels?: readonly string[];
  readonly model?: string;
  readonly api?: string;
  readonly apiModel?: string;
  readonly cache?: string;
  readonly concurrency: number;
  readonly data?: string;
  readonly samples?: number;
  readonly judge?: string;
  readonly against?: string;
  readonly groups?: string;
  readonly out?: string;
  readonly logprobsOut?: string;
}

/** `attune dissect labels`: which response of each sample a judge prefers. */
export const labelsCommand = (): Command =>
  withHardware(
    command(
      'labels',
      'Which response of each sample a judge prefers, how strongly, and whether the order sways it',
      'attune dissect labels --logprobs first_token_logprobs --against human.json --out labels.json',
      'attune dissect labels --labels mine.csv --samples 5240 --out mine.json',
      'attune dissect labels --model models/judge --data samples.jsonl --logprobs-out logprobs/judge --out judge.json',
      'attune dissect labels --api http://localhost:8000/v1 --api-model large --data samples.jsonl --out large.json',
    )
      .option('--logprobs <folder>', 'AB.jsonl and BA.jsonl of a judge, or a folder of such folders')
      .option('--labels <files...>', 'labels as they are: a JSON list of A and B, JSONL, CSV, or comparisons')
      .option('--model <path>', 'a local model; asked about --data in both orders, without a chat template')
      .option(
        '--api <url>',
        'an OpenAI-compatible server that tells log-probabilities; its model is asked about --data',
      )
      .option('--api-model <name>', "the model's name there; its key, if any, is read from ATTUNE_JUDGE_KEY")
      .option('--cache <file>', 'where replies of --api are kept (default: beside --out)')
      .option('--concurrency <n>', 'calls at a time', wholeNumber(1), 8)
      .option('--data <file>', 'the samples (prompt, response_a, response_b), or comparisons in any known form')
      .option('--samples <n>', 'how many samples there are: other numbers of labels are refused', wholeNumber(1))
      .option('--judge <name>', 'what to call the judge, or which one of several')
      .option('--against <file>', 'labels of another judge, to agree with or not')
      .option('--groups <file>', 'a group index: agreement in each group')
      .option('--out <file>', 'where the labels go (.json): a list, or of several judges an object of lists')
      .option('--logprobs-out <folder>', 'where the log-probabilities of --model or --api go'),
  ).action(run(labels));

/** A judge's labels, and where they are from log-probabilities, what those tell besides. */
interface Judged {
  readonly judge: string;
  readonly labels: readonly BinaryLabel[];
  readonly origins?: readonly LabelOrigin[];
  readonly answers?: LetterAnswers;
}

async function labels(context: CommandContext, options: Options): Promise<void> {
  const { result } = context;
  if (options.out !== undefined) checkOutFile(options.out);
  const judged = await judgedBy(options, context);
  const samples = judged[0]!.labels.length;
  const against = options.against === undefined ? undefined : (await readLabels(options.against, { samples }))[0]!;
  const groups = options.groups === undefined ? undefined : readGroupIndex(options.groups, samples);
  if (options.out !== undefined) writeWhole(options.out, `${JSON.stringify(written(judged))}\n`);
  const accounts = judged.map((one) => accountOf(one, against, groups));
  result(
    { ...(options.out !== undefined && { out: options.out }), samples, against: against?.judge, judges: accounts },
    [
      judgeTable(accounts, against?.judge),
      ...(groups && against ? [groupTable(accounts, groups)] : []),
      ...remarks(accounts),
    ].join('\n\n'),
  );
}

/** As `dissect fit` and `--labels` read it. */
const written = (judged: readonly Judged[]) => {
  const list = ({ labels: own }: Judged) => own.map((label) => label ?? null);
  return judged.length === 1 ? list(judged[0]!) : Object.fromEntries(judged.map((one) => [one.judge, list(one)]));
};

async function judgedBy(options: Options, context: CommandContext): Promise<Judged[]> {
  const { logprobs, labels: files, model, api, data, judge, samples, logprobsOut } = options;
  const sources = [logprobs, files, model, api].filter((source) => source !== undefined);
  if (sources.length !== 1) throw new UsageError('Give one of --logprobs, --labels, --model and --api.');
  if (logprobs !== undefined || files !== undefined) {
    if (logprobsOut !== undefined) throw new UsageError('--logprobs-out belongs to --model and --api.');
    return logprobs === undefined ? fromFiles(files!, judge, samples) : fromLogprobs(logprobs, judge, samples);
  }
  if (data === undefined) {
    throw new UsageError(`--${model === undefined ? 'api' : 'model'} needs --data: the samples to ask about.`);
  }
  const { records } = await readSamples(data);
  const answers =
    model === undefined ? await askServer(records, options, context) : await asked(model, records, options, context);
  if (logprobsOut !== undefined) await writeLetters(logprobsOut, answers);
  return [withLabels(judge ?? model ?? options.apiModel!, answers)];
}

async function asked(
  model: string,
  samples: readonly RawSample[],
  options: Options,
  { say }: CommandContext,
): Promise<LetterAnswers> {
  const { askModel } = await import('./askModel.ts'); // with libtorch
  return askModel(model, samples, options, say);
}

/** Two files as `--logprobs` reads them; zeros stand for what is missing. */
async function writeLetters(folder: string, { ab, ba }: LetterAnswers): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const lines = (answers: LetterAnswers['ab']) =>
    answers.map((one) => ({ response_a: one?.a ?? 0, response_b: one?.b ?? 0 }));
  await writeRecords(join(folder, 'AB.jsonl'), lines(ab));
  await writeRecords(join(folder, 'BA.jsonl'), lines(ba));
}

const withLabels = (judge: string, answers: LetterAnswers): Judged => ({
  judge,
  answers,
  ...labelsFromLetters(answers),
});

async function fromLogprobs(folder: string, judge?: string, samples?: number): Promise<Judged[]> {
  const all = letterFolders(folder);
  const folders = judge === undefined || all.length === 1 ? all : all.filter((one) => one.judge === judge);
  if (folders.length === 0) {
    const known = all.map((one) => one.judge).join(', ');
    throw new UsageError(
      `--logprobs ${folder}: there is no AB.jsonl${all.length > 0 ? ` of ${judge}, only of ${known}` : ' in it, nor in its folders'}.`,
    );
  }
  const judged: Judged[] = [];
  for (const one of folders) {
    const name = folders.length === 1 ? (judge ?? one.judge) : one.judge;
    judged.push(withLabels(name, await readLetterFolder(one.folder, samples ?? judged[0]?.labels.length)));
  }
  return judged;
}

async function fromFiles(files: readonly string[], judge?: string, samples?: number): Promise<Judged[]> {
  const read: JudgeLabels[] = [];
  for (const file of files) {
    const expected = samples ?? read[0]?.labels.length;
    read.push(
      ...(await readLabels(file, {
        ...(expected !== undefined && { samples: expected }),
        ...(judge !== undefined && { judge }),
      })),
    );
  }
  return judge === undefined ? read : [theJudge(files.join(', '), read, judge)];
}

/** What there is to say of a judge's labels. */
function accountOf(
  { judge, labels: own, origins, answers }: Judged,
  against: JudgeLabels | undefined,
  groups: GroupIndex | undefined,
) {
  const count = (label: BinaryLabel) => own.filter((one) => one === label).length;
  return {
    judge,
    a: count('A'),
    b: count('B'),
    missing: count(undefined),
    ...(origins && {
      ties: origins.filter((origin) => origin === 'tie').length,
      oneOrder: origins.filter((origin) => origin === 'one order').length,
    }),
    ...(answers && letterStrength(answers)),
    ...(against && { agreement: labelAgreement(own, against.labels) }),
    ...(against && groups && { groups: Object.fromEntries(agreementByGroup(own, against.labels, groups)) }),
  };
}

type Account = ReturnType<typeof accountOf>;

const maybe = <T>(value: T | undefined, text: (value: T) => string): string =>
  value === undefined ? '–' : text(value);

function judgeTable(accounts: readonly Account[], against: string | undefined): string {
  const hasLetters = accounts.some(({ strength }) => strength !== undefined);
  const letterHead = ['ties', 'strength', 'first shown wins', 'orders agree'];
  const letterCells = ({ ties, strength, first, consistent }: Account) => [
    maybe(ties, formatCount),
    maybe(strength, (value) => value.toFixed(2)),
    maybe(first, ({ share }) => formatShare(share)),
    maybe(consistent, ({ share }) => formatShare(share)),
  ];
  return table(
    ['judge', 'A', 'B', 'none', ...(hasLetters ? letterHead : []), ...(against ? [`agrees with ${against}`] : [])],
    accounts.map((one) => [
      one.judge,
      ...[one.a, one.b, one.missing].map(formatCount),
      ...(hasLetters ? letterCells(one) : []),
      ...(against ? [maybe(one.agreement, shareText)] : []),
    ]),
  );
}

function groupTable(accounts: readonly Account[], groups: GroupIndex): string {
  const shown = ({ groups: own }: Account, group: string): string =>
    maybe((own as Record<string, Share | undefined>)[group], ({ share }) => formatShare(share));
  return table(
    ['agreement', 'samples', ...accounts.map(({ judge }) => judge)],
    [...groups].map(([group, { length }]) => [group, formatCount(length), ...accounts.map((one) => shown(one, group))]),
  );
}

function remarks(accounts: readonly Account[]): string[] {
  const oneOrder = accounts.reduce((sum, one) => sum + (one.oneOrder ?? 0), 0);
  return [
    ...(accounts.some(({ strength }) => strength !== undefined)
      ? ['Strength: mean of |log p(A) − log p(B)| over both orders, in nats. A tie is labelled B.']
      : []),
    ...(oneOrder > 0 ? [`${formatCount(oneOrder)} labels come from one order only: the other is missing.`] : []),
  ];
}
