import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  asRewardModel,
  type CausalLm,
  type EncodedPair,
  keepLayers,
  mergeAdapters,
  openModel,
  saveModel,
} from '@attune/align';
import {
  DataError,
  type Differences,
  groupFolds,
  lengthBaseline,
  majorityBaseline,
  type NestedRidge,
  nestedRidge,
  pairAccuracy,
  type RidgeChoice,
} from '@attune/preferences';
import { noGrad, Random, tensor, tidy } from '@attune/torch';
import { type Command, InvalidArgumentError } from 'commander';
import { type CommandContext, command, run, wholeNumber } from '../command.ts';
import { UsageError } from '../errors.ts';
import { refuseForeignTokens } from '../models/foreignTokens.ts';
import { refuseRewardModel } from '../models/heads.ts';
import { probeDifferences } from '../models/probing.ts';
import { encodedPairs, type ScoredPairLine, type Scorer } from '../models/scoring.ts';
import { type ScoringOptions, withScoring } from '../models/scoringOptions.ts';
import { writeWhole } from '../run/durable.ts';
import { toJsonl } from '../run/lines.ts';
import { formatCount, formatNumber, formatShare } from '../terminal/format.ts';
import { progress } from '../terminal/progress.ts';
import { standardError } from '../terminal/screen.ts';
import { table } from '../terminal/table.ts';
import { kindOf } from '../train/setup.ts';
import { baselineText } from './eval/rmAccuracy.ts';

interface Options extends ScoringOptions {
  readonly model: string;
  readonly data: readonly string[];
  readonly out: string;
  readonly depths?: readonly number[];
  readonly folds: number;
}

/** From what hardly lets a weight leave 0 to what hardly holds it: per pair, for features of mean square 1. */
const ridges = [30, 10, 3, 1, 0.3];

/** `attune probe`: a reward model in one pass over the data. */
export const probeCommand = (): Command =>
  withScoring(
    command(
      'probe',
      'A reward model from what a language model already knows: its trunk as it is, cut off where it tells most, and a head',
      'attune probe --model models/SmolLM2-135M-Instruct --data pairs.jsonl --out models/probe',
      'attune probe --model models/base --data a.jsonl b.jsonl --out models/probe --depths 6,12,18 --max-length 256 \\\n' +
        '      --truncation-mode keep_end',
    )
      .requiredOption('--model <path>', 'language model: a run, model folder, adapter folder or GGUF file')
      .requiredOption('--data <files...>', 'preference pairs or comparisons')
      .requiredOption('--out <folder>', 'where the reward model goes; what was computed is kept there until then')
      .option('--depths <list>', 'numbers of layers to try (default: eight, evenly spread)', depthList)
      .option('--folds <n>', 'of cross-validation', wholeNumber(3), 5),
  ).action(run(probe));

async function probe(context: CommandContext, options: Options): Promise<void> {
  const { model: path, data, out } = options;
  using opened = await openModel(path, kindOf(options));
  refuseRewardModel(path, opened);
  const { model } = opened;
  mergeAdapters(model);
  const depths = depthsFor(path, model, options.depths);
  keepLayers(model, Math.max(...depths));

  const pairs = await readAll(context, { opened, options }, data);
  const examples = pairs.map(({ example }) => example);
  const tokens = examples.flatMap(({ prompt, chosen, rejected }) => [prompt, chosen, rejected]);
  refuseForeignTokens(path, opened, tokens);
  const folds = foldsByPrompt(examples, options.folds);

  const states = join(out, 'states');
  const values = await probeDifferences(model, examples, depths, { folder: states, signal: context.signal });
  const width = model.head.shape[1]!;
  const fitted = validated(
    values.map((own) => ({ values: own, width, folds })),
    options.folds,
  );

  keepLayers(model, depths[fitted.chosen.features]!);
  saveProbe(model, fitted.weights, out);
  opened.copyTokenizer(out);
  const scores = pairs.map(({ file, id, example }, i): Scored => scoredBy(fitted.margins[i]!, example, { file, id }));
  writeWhole(join(out, 'scores.jsonl'), toJsonl(scores));
  rmSync(states, { recursive: true });
  report(context, { out, depths, scores, fitted });
}

/** A pair of a file as tokens. */
interface Named {
  readonly file: string;
  readonly id: string;
  readonly example: EncodedPair;
}

/** The pairs of all files; those with two equal responses are counted and left out. */
async function readAll(
  { say }: CommandContext,
  scorer: Pick<Scorer, 'opened' | 'options'>,
  files: readonly string[],
): Promise<Named[]> {
  const all: Named[] = [];
  for (const file of files) {
    const { examples, places, lines, lost, ties, skips } = await encodedPairs(scorer, file);
    const differ = ({ chosen, rejected }: EncodedPair) => chosen.join() !== rejected.join();
    const named = examples.map((example, i) => ({ file, id: example.id ?? `${lines[places[i]!]!}`, example }));
    const kept = named.filter(({ example }) => differ(example));
    const equal = named.length - kept.length;
    const left = [
      lost,
      equal > 0 && `${formatCount(equal)} with two equal responses left out`,
      ties > 0 && `${formatCount(ties)} ties`,
      skips > 0 && `${formatCount(skips)} that nobody decided`,
    ];
    say(`${file}: ${[`${formatCount(kept.length)} pairs`, ...left.filter(Boolean)].join('; ')}`);
    all.push(...kept);
  }
  if (all.length === 0) throw new DataError(files.join(', '), 'gives no pair to learn from.');
  return all;
}

/** All pairs of a prompt in one fold. */
function foldsByPrompt(examples: readonly EncodedPair[], count: number): Uint8Array {
  const groups = [...Map.groupBy(examples.keys(), (i) => examples[i]!.prompt.join()).values()];
  if (groups.length < count) {
    throw new UsageError(
      `--folds ${count}: the data has ${groups.length} prompts, and each fold needs one of its own.`,
    );
  }
  const folds = new Uint8Array(examples.length);
  for (const [group, fold] of groupFolds(
    groups.map((own) => own.length),
    count,
  ).entries())
    for (const i of groups[group]!) folds[i] = fold;
  return folds;
}

function validated(candidates: readonly Differences[], folds: number): NestedRidge {
  const total = (candidates.length * ridges.length * folds * (folds + 1)) / 2;
  const shown = progress(standardError(), { label: 'heads', total, unit: 'fits' });
  let done = 0;
  const fitted = nestedRidge(candidates, ridges, () => shown.update(++done));
  shown.end();
  return fitted;
}

/** Writes trunk and head as a reward model. */
function saveProbe(model: CausalLm, weights: Float64Array, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const reward = asRewardModel(model, new Random(0, model.head.device));
  tidy(() =>
    noGrad(() => void reward.score.weight.copy_(tensor(Float32Array.from(weights)).view([1, weights.length]))),
  );
  saveModel(reward, folder);
}

/** As `attune score` writes it; of the two scores only their difference is known of a head that has not seen the pair. */
type Scored = ScoredPairLine & { readonly source: string };

const scoredBy = (margin: number, { chosen, rejected }: EncodedPair, { file, id }: Omit<Named, 'example'>): Scored => ({
  id,
  chosen: margin / 2,
  rejected: -margin / 2,
  chosenTokens: chosen.length,
  rejectedTokens: rejected.length,
  source: file,
});

interface Result {
  readonly out: string;
  readonly depths: readonly number[];
  readonly scores: readonly Scored[];
  readonly fitted: NestedRidge;
}

function report({ result }: CommandContext, { out, depths, scores, fitted: { choices, chosen } }: Result): void {
  const lengths = scores.map((own) => ({ chosenLength: own.chosenTokens, rejectedLength: own.rejectedTokens }));
  const lengthOnly = { ...lengthBaseline(lengths, lengths), hindsight: true };
  const accuracy = pairAccuracy(scores);
  const majority = majorityBaseline(scores.length);
  const named = ({ features, ...choice }: RidgeChoice) => ({ depth: depths[features]!, ...choice });
  const bestOf = (depth: number) =>
    choices.filter(({ features }) => features === depth).sort((a, b) => a.loss - b.loss)[0]!;
  const byDepth = depths.map((_, depth) => named(bestOf(depth)));
  result(
    { out, ...accuracy, majority, lengthOnly, chosen: named(chosen), byDepth },
    [
      table(
        ['layers', 'ridge', 'loss', 'accuracy'],
        byDepth.map(({ depth, ridge, loss, accuracy }) => [
          `${depth}`,
          ...[formatNumber(ridge), formatNumber(loss, 4), formatShare(accuracy)],
        ]),
      ),
      baselineText({ accuracy, majority, lengthOnly }),
      `Each pair was ranked by a head, a depth and a ridge that its prompt had no part in.`,
      `${out}: ${named(chosen).depth} layers and a head learned from all ${formatCount(scores.length)} pairs. More on how it ` +
        `ranks: attune eval rm-accuracy --scores ${join(out, 'scores.jsonl')} --group-by source`,
    ].join('\n\n'),
  );
}

/** The depths asked for, or eight evenly spread ones. */
function depthsFor(path: string, { layers }: CausalLm, asked: readonly number[] | undefined): number[] {
  const most = layers.length;
  if (!asked) return [...new Set(Array.from({ length: 8 }, (_, i) => Math.ceil((most * (i + 1)) / 8)))];
  const beyond = asked.find((depth) => depth > most);
  if (beyond !== undefined) throw new UsageError(`--depths: ${path} has ${most} layers, not ${beyond}.`);
  return [...new Set(asked)].sort((a, b) => a - b);
}

function depthList(text: string): number[] {
  if (/^[1-9]\d*(,[1-9]\d*)*$/.test(text)) return text.split(',').map(Number);
  throw new InvalidArgumentError('Expected numbers of layers with commas between them: 6,12,18.');
}
