import {
  type CausalLm,
  type EncodedPair,
  EncodingError,
  encodePair,
  type MovedBoundary,
  openModel,
  pairLogps,
} from '@attune/align';
import { type Pair, readPairs, writeRecords } from '@attune/preferences';
import { noGrad, tidy } from '@attune/torch';
import { type Command, Option } from 'commander';
import { type CommandContext, command, run } from '../command.ts';
import { UsageError } from '../errors.ts';
import { encodeLines, idOf } from '../models/encodeLines.ts';
import { refuseForeignTokens } from '../models/foreignTokens.ts';
import { withHardware } from '../models/hardware.ts';
import { refuseRewardModel } from '../models/heads.ts';
import { checkOutFile } from '../models/outFile.ts';
import { formatNumber, formatShare } from '../terminal/format.ts';
import { progress } from '../terminal/progress.ts';
import { standardError } from '../terminal/screen.ts';
import { table } from '../terminal/table.ts';
import { type Hardware, kindOf } from '../train/setup.ts';

interface Options extends Hardware {
  readonly model: string;
  readonly reference?: string;
  readonly data: string;
  readonly out: string;
  readonly movedBoundary: MovedBoundary;
}

/** A line of the output: sums over a response's tokens, its end token included, in nats. */
interface Line {
  readonly id: string;
  readonly chosen: number;
  readonly rejected: number;
  readonly chosenTokens: number;
  readonly rejectedTokens: number;
  readonly referenceChosen?: number;
  readonly referenceRejected?: number;
}

/** `attune logps`: log-probabilities of the responses of preference pairs. */
export const logpsCommand = (): Command =>
  withHardware(
    command(
      'logps',
      'Log-probabilities of chosen and rejected responses',
      'attune logps --model runs/dpo --reference models/SmolLM2-135M-Instruct --data pairs.jsonl --out logps.jsonl',
    )
      .requiredOption('--model <path>', 'model folder, adapter folder, run, GGUF or llama2.c file')
      .option('--reference <path>', 'another model to score the same tokens with')
      .requiredOption('--data <file>', 'preference pairs')
      .requiredOption('--out <file>', 'where the sums go, one line for each pair (.jsonl, .json, .parquet)')
      .addOption(
        new Option('--moved-boundary <what>', 'where a response merges with its prompt into other tokens')
          .choices(['refuse', 'split'])
          .default('refuse'),
      ),
  ).action(run(logps));

async function logps({ result }: CommandContext, options: Options): Promise<void> {
  const { reference, data, out } = options;
  checkOutFile(out);
  const read = await readPairs(data);
  const shown = progress(standardError(), { label: 'logps', total: read.pairs.length, unit: 'pairs' });
  const models = reference === undefined ? 1 : 2;
  const { encoded, scores } = await scoresOf(options, read, (done) => shown.update(done / models));
  const references =
    reference === undefined
      ? undefined
      : await referenceScores(options, reference, encoded, (done) => shown.update((encoded.length + done) / models));
  shown.end();
  const lines = encoded.map(
    ({ id, chosen, rejected }, i): Line => ({
      id: idOf(id, read.lines[i]!),
      ...scores[i]!,
      chosenTokens: chosen.length,
      rejectedTokens: rejected.length,
      ...(references && { referenceChosen: references[i]!.chosen, referenceRejected: references[i]!.rejected }),
    }),
  );
  await writeRecords(out, lines);
  const numbers = summary(lines);
  result({ out, pairs: lines.length, ...numbers }, describe(out, lines, numbers));
}

interface Score {
  readonly chosen: number;
  readonly rejected: number;
}

async function scoresOf(
  options: Options,
  { pairs, lines, unit }: Awaited<ReturnType<typeof readPairs>>,
  onDone: (pairs: number) => void,
): Promise<{ encoded: EncodedPair[]; scores: Score[] }> {
  using opened = await openModel(options.model, kindOf(options));
  refuseRewardModel(options.model, opened);
  const { model, tokenizer } = opened;
  const encode = (pair: Pair): EncodedPair => {
    const encoded = encodePair(tokenizer, pair, options);
    const longest = encoded.prompt.length + Math.max(encoded.chosen.length, encoded.rejected.length);
    if (longest <= model.maxPositions) return encoded;
    throw new EncodingError(
      `prompt and response have ${longest} tokens, the model ${model.maxPositions} positions. Shorten it or leave it out.`,
    );
  };
  const encoded = encodeLines(tokenizer, options.data, { records: pairs, lines, unit }, encode);
  refuseForeignTokens(options.model, opened, encoded.flatMap(tokensOf));
  return { encoded, scores: score(model, encoded, onDone) };
}

async function referenceScores(
  options: Options,
  path: string,
  encoded: readonly EncodedPair[],
  onDone: (pairs: number) => void,
): Promise<Score[]> {
  using opened = await openModel(path, kindOf(options));
  refuseRewardModel(path, opened);
  const largest = encoded
    .flatMap(tokensOf)
    .flat()
    .reduce((most, id) => Math.max(most, id), 0);
  if (largest >= opened.model.vocabSize) {
    throw new UsageError(
      `--reference ${path} has ${opened.model.vocabSize} tokens in its vocabulary, but ${options.model} writes token ${largest}. ` +
        'The reference has to share the tokenizer.',
    );
  }
  return score(opened.model, encoded, onDone);
}

const tokensOf = ({ prompt, chosen, rejected }: EncodedPair): number[][] => [prompt, chosen, rejected];

/** Tokens that go through the model at a time, where single pairs are not longer. */
const tokensAtATime = 4096;

/** Scores pairs of similar length together; the order of the answers is that of the pairs. */
function score(model: CausalLm, pairs: readonly EncodedPair[], onDone: (pairs: number) => void): Score[] {
  const length = ({ prompt, chosen, rejected }: EncodedPair) => prompt.length + chosen.length + rejected.length;
  const order = [...pairs.keys()].sort((a, b) => length(pairs[b]!) - length(pairs[a]!));
  const scores: Score[] = [];
  for (let done = 0; done < order.length; ) {
    const together = Math.max(1, Math.floor(tokensAtATime / length(pairs[order[done]!]!)));
    const places = order.slice(done, done + together);
    const { chosen, rejected } = tidy(() =>
      noGrad(() => {
        const { logps } = pairLogps(
          model,
          places.map((place) => pairs[place]!),
        );
        return { chosen: logps.chosen.toArray(), rejected: logps.rejected.toArray() };
      }),
    );
    for (const [i, place] of places.entries()) scores[place] = { chosen: chosen[i]!, rejected: rejected[i]! };
    onDone((done += places.length));
  }
  return scores;
}

interface Summary {
  readonly chosen: number; //   mean over pairs, nats
  readonly rejected: number; // mean over pairs, nats
  /** Share of pairs whose chosen response is the likelier one. */
  readonly chosenLikelier: number;
  /** Share of pairs whose chosen response gained more on the reference than the rejected one did: DPO's accuracy. */
  readonly chosenGainedMore?: number;
}

function summary(lines: readonly Line[]): Summary {
  const mean = (of: (line: Line) => number) => lines.reduce((sum, line) => sum + of(line), 0) / lines.length;
  const gain = (line: Line) => line.chosen - line.rejected - (line.referenceChosen! - line.referenceRejected!);
  return {
    chosen: mean((line) => line.chosen),
    rejected: mean((line) => line.rejected),
    chosenLikelier: mean((line) => Number(line.chosen > line.rejected)),
    ...(lines[0]?.referenceChosen !== undefined && { chosenGainedMore: mean((line) => Number(gain(line) > 0)) }),
  };
}

function describe(
  out: string,
  lines: readonly Line[],
  { chosenLikelier, chosenGainedMore, ...means }: Summary,
): string {
  const perToken = (sum: 'chosen' | 'rejected') =>
    lines.reduce((total, line) => total + line[sum], 0) /
    lines.reduce((total, line) => total + line[`${sum}Tokens`], 0);
  const rows = (['chosen', 'rejected'] as const).map((side) => [
    side,
    formatNumber(means[side]),
    formatNumber(perToken(side)),
  ]);
  const gained =
    chosenGainedMore === undefined
      ? ''
      : ` It gained more on the reference than the rejected one in ${formatShare(chosenGainedMore)}.`;
  return [
    `${out}: ${lines.length} pairs`,
    table(['nats', 'per response', 'per token'], rows),
    `The chosen response is the likelier one in ${formatShare(chosenLikelier)} of pairs.${gained}`,
  ].join('\n\n');
}
