/**
 * Does length balancing keep a reward model from learning what its annotators do wrong? An annotator with a known length
 * bias chooses between the storyteller's responses; reward models are trained on its pairs as they are, and balanced; both
 * are measured on held-out pairs against what the annotator means to prefer. Two seeds.
 *
 *   node recipes/rlhf/lengthBias.ts [OUT]
 *
 * About a quarter of an hour on two cores; a second call goes on where the first stopped. docs/reward-model.md has its table.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Accuracy,
  bedtimeWeights,
  lengthCorrelation,
  type Pair,
  pairAccuracy,
  readPairs,
  type ScoredPair,
  simulatedAnnotator,
  toText,
  wordCount,
} from '@attune/preferences';
import { annotate } from '../annotate.ts';
import { attune, readLines, train, unlessThere } from '../tools.ts';

const out = process.argv[2] ?? 'runs/rlhf';
const lengthBias = 0.08; // log-odds a word: 25 words more are worth as much as a happy ending
const seeds = [1, 2];
const alike = 5; // words: what counts as two responses of one length
const model = 'models/storyteller';
mkdirSync(out, { recursive: true });

const sample = (prompts: string, file: string, n: number, seed: number) =>
  unlessThere(join(out, file), () =>
    attune(
      ...['generate', '--model', model, '--prompts', prompts, '--out', join(out, file)],
      ...['-n', `${n}`, '--max-new-tokens', '200', '--seed', `${seed}`, '--batch-size', '64'],
    ),
  );
const annotated = async (prompts: string, responses: string, file: string) => {
  const pairs = await annotate(prompts, responses, { lengthBias, noise: 0.05, seed: 42 });
  writeFileSync(join(out, file), pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(''));
  return join(out, file);
};

const [prompts, heldPrompts] = [`${model}/prompts.jsonl`, `${model}/held-out-prompts.jsonl`];
const data = await annotated(prompts, sample(prompts, 'responses.jsonl', 4, 1), 'biased-pairs.jsonl');
const held = await annotated(heldPrompts, sample(heldPrompts, 'held-out.jsonl', 2, 2), 'biased-held-out-pairs.jsonl');

const { pairs } = await readPairs(data);
const longer = pairs.filter(({ chosen, rejected }) => lengthOf(chosen) > lengthOf(rejected)).length;
console.log(`${pairs.length} pairs; the longer response was chosen in ${((100 * longer) / pairs.length).toFixed(1)} %`);

const { score: worth } = simulatedAnnotator({ weights: { ...bedtimeWeights, goodLength: 0 }, seed: 0 });
const heldPairs = (await readPairs(held)).pairs;
for (const balanced of [false, true]) {
  for (const seed of seeds) {
    const run = join(out, `reward-${balanced ? 'balanced' : 'as-is'}-${seed}`);
    train('reward', 'rlhf/reward.yaml', run, { data, length_balance: balanced, seed, data_seed: seed });
    const scores = unlessThere(`${run}-scores.jsonl`, () =>
      attune('score', '--model', run, '--data', held, '--out', `${run}-scores.jsonl`, '--moved-boundary', 'split'),
    );
    const { correlation, merit, matched, chosen } = measure(heldPairs, readLines(scores));
    console.log(`\n${balanced ? 'balanced' : 'as they are'}, seed ${seed}`);
    console.log(`  correlation of score and length, differences in pairs  ${estimate(correlation)}`);
    console.log(`  agrees with what the annotator means to prefer         ${share(merit)}`);
    console.log(`  the same on pairs of one length (±${alike} words)            ${share(matched)}`);
    console.log(`  agrees with what the biased annotator chose            ${share(chosen)}`);
  }
}

function share({ accuracy, interval: [low, high], n }: Accuracy): string {
  const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
  return `${percent(accuracy)} [${percent(low)}, ${percent(high)}], n = ${n}`;
}

function estimate({ value, interval: [low, high] }: { value: number; interval: readonly [number, number] }): string {
  return `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

function lengthOf(content: Pair['chosen']): number {
  return wordCount(toText(content));
}

/** A reward model against merit: the annotator's score, which no bias and no slip has touched. */
function measure(pairs: readonly Pair[], scores: readonly { chosen: number; rejected: number }[]) {
  const scored = pairs.map(({ chosen, rejected }, i): ScoredPair & { lead: number } => ({
    ...scores[i]!,
    chosenLength: lengthOf(chosen),
    rejectedLength: lengthOf(rejected),
    lead: worth(toText(chosen)) - worth(toText(rejected)),
  }));
  const byMerit = scored
    .filter(({ lead }) => lead !== 0)
    .map((pair) => (pair.lead > 0 ? pair : { ...pair, chosen: pair.rejected, rejected: pair.chosen }));
  const ofOneLength = byMerit.filter((pair) => Math.abs(pair.chosenLength - pair.rejectedLength) <= alike);
  return {
    correlation: lengthCorrelation(scored, { seed: 1 }).difference.pearson!,
    merit: pairAccuracy(byMerit),
    matched: pairAccuracy(ofOneLength),
    chosen: pairAccuracy(scored),
  };
}
