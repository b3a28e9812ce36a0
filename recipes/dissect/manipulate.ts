/**
 * Games an evaluation, and catches it: the storyteller is trained towards and against what a judge likes, by pairs that
 * nobody but the judge's fitted weights labelled; then the same judge compares its stories with the start's, and
 * `attune dissect explain-winrate` says how much of the win rate is the judge's taste.
 *
 *   node recipes/dissect/manipulate.ts [OUT [SEED ...]]
 *
 * The judge is the simulated annotator. With no seeds given, 1, 2 and 3; a second call goes on where the first stopped.
 * docs/manipulation.md has the tables.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Comparison,
  explainedWinRate,
  type FeaturedComparison,
  namesOf,
  readPropertySet,
  readWeights,
  simulatedAnnotator,
  textFeatures,
  weightsOf,
} from '@attune/preferences';
import { attune, overSeeds, readLines, train, unlessThere } from '../tools.ts';

const [out = 'runs/manipulate', ...named] = process.argv.slice(2);
const seeds = named.length > 0 ? named.map(Number) : [1, 2, 3];
const model = 'models/storyteller';
const heldOut = 300; // prompts
const trainedOn = 200; // pairs
const worth = ['complete', 'repetition']; // a story that breaks off or repeats itself is no matter of taste
mkdirSync(out, { recursive: true });

const at = (name: string) => join(out, name);
const write = (name: string, rows: readonly object[]) =>
  unlessThere(at(name), () => writeFileSync(at(name), rows.map((row) => `${JSON.stringify(row)}\n`).join('')));
const respond = (from: string, prompts: string, name: string, n: number, temperature: number) =>
  unlessThere(at(name), () =>
    attune(
      ...['generate', '--model', from, '--prompts', prompts, '--out', at(name), '-n', `${n}`, '--seed', '7'],
      ...['--max-new-tokens', '200', '--temperature', `${temperature}`, '--batch-size', '64'],
    ),
  );

// The judge, dissected: what it chooses of two stories to each prompt, and the weights that foretell its choices.
const judge = simulatedAnnotator({ noise: 0.05, seed: 42 });
const properties = join(import.meta.dirname, 'bedtime.yaml');
const set = readPropertySet(properties);
const names = namesOf(set);
const prompts = `${model}/prompts.jsonl`;
const samples = samplesIn(prompts, respond(model, prompts, 'responses.jsonl', 2, 1));
const data = write('samples.jsonl', samples);
const features = write(
  'features.jsonl',
  samples.map(({ id, response_a: a, response_b: b }) => {
    const values = textFeatures(set, a, b);
    return { id, features: Object.fromEntries(names.map((name, j) => [name, values[j]!])) };
  }),
);
const labels = write(
  'annotator.jsonl',
  samples.map(({ id, response_a: a, response_b: b }) => ({ id, label: judge.compare({ id, a, b }).choice })),
);
const weights = unlessThere(at('weights.jsonl'), () =>
  attune('dissect', 'fit', '--features', features, '--labels', labels, '--out', at('weights.jsonl')),
);
const fit = weightsOf(await readWeights(weights), 'annotator', 'all');
const asked = ['--weights', weights, '--judge', 'annotator', '--properties', properties];
attune('dissect', 'steer', ...asked);
attune('dissect', 'steer', ...asked, '--least');

// Towards and against it: pairs that its weights label, DPO on 200 of them, and the judge's verdict on held-out prompts.
const held = write('held-out.jsonl', readLines<object>(`${model}/held-out-prompts.jsonl`).slice(0, heldOut));
const start = respond(model, held, 'start.jsonl', 1, 0.7);
const ways = { towards: [], against: ['--against'] };
for (const [way, flags] of Object.entries(ways)) {
  const pairs = unlessThere(at(`${way}-all.jsonl`), () =>
    attune('dissect', 'inject', ...asked, '--data', data, '--out', at(`${way}-all.jsonl`), ...flags),
  );
  const few = write(`${way}.jsonl`, readLines<object>(pairs).slice(0, trainedOn));
  const explained = seeds.map((seed) => {
    const name = `${way}-${seed}`;
    const settings = { data: few, seed, data_seed: seed, num_train_epochs: 2 };
    const run = train('dpo', 'spa/dpo.yaml', at(name), settings);
    const comparisons = compared(respond(run, held, `${name}.jsonl`, 1, 0.7), way);
    write(`${name}-comparisons.jsonl`, comparisons);
    return explainedWinRate(names, comparisons.map(seen), { worth, seed });
  });
  attune(
    ...['dissect', 'explain-winrate', ...asked, '--data', at(`${way}-${seeds[0]}-comparisons.jsonl`)],
    ...['--worth', ...worth],
  );
  const shown = (values: readonly number[]) => {
    if (values.length === 1) return values[0]!.toFixed(1);
    const { mean, half } = overSeeds(values);
    return `${mean.toFixed(1)} ± ${half.toFixed(1)}`;
  };
  console.log(
    `${way} what the judge likes: win rate ${shown(explained.map(({ observed }) => observed.winRate))} %; ` +
      `points of liking ${shown(explained.map(({ liking }) => liking.value))}, of worth ` +
      `${shown(explained.map(({ worth }) => worth.value))}, untold ${shown(explained.map(({ rest }) => rest.value))}`,
  );
}

interface Sample {
  readonly id: string;
  readonly prompt: string;
  readonly response_a: string;
  readonly response_b: string;
}

/** Both stories to each prompt, where they differ. */
function samplesIn(promptsFile: string, responsesFile: string): Sample[] {
  const texts = new Map<string, string[]>();
  for (const { id, text } of readLines<{ id: string; text: string }>(responsesFile)) {
    texts.set(id, [...(texts.get(id) ?? []), text]);
  }
  return readLines<{ id: string; prompt: string }>(promptsFile).flatMap(({ id, prompt }) => {
    const [a, b] = texts.get(id)!;
    return a === b ? [] : [{ id, prompt, response_a: a!, response_b: b! }];
  });
}

/** What the judge says of the start's stories (first) and those of another model. */
function compared(responses: string, source: string): Comparison[] {
  const texts = new Map(readLines<{ id: string; text: string }>(start).map(({ id, text }) => [id, text]));
  const prompt = new Map(readLines<{ id: string; prompt: string }>(held).map((line) => [line.id, line.prompt]));
  return readLines<{ id: string; text: string }>(responses).map(({ id, text }): Comparison => {
    const [a, b] = [texts.get(id)!, text];
    return {
      id,
      prompt: [{ role: 'user', content: prompt.get(id)! }],
      responses: [
        { id: `${id}-a`, text: a, source: 'start' },
        { id: `${id}-b`, text: b, source },
      ],
      ...judge.compare({ id, a, b }),
      ...(a === b && { choice: 'tie' }),
    };
  });
}

/** From the trained model's side. */
function seen({ responses: [a, b], choice }: Comparison): FeaturedComparison {
  return { features: textFeatures(set, b.text, a.text), won: choice === 'tie' ? 0.5 : Number(choice === 'b'), fit };
}
