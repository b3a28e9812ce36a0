/**
 * Spread preference annotation on the storyteller, whole and without its parts, beside what else one could do with as
 * few labels. The simulated annotator, with a taste for voices that do not shout, gave the labels and is the gold judge:
 *
 *   win rate against the start on held-out prompts
 *   how many of a round's own labels are right, and of the flagged ones wrong; and what a round's time went to
 *
 *   node recipes/spa/compare.ts [OUT [SEED ...]]
 *
 * About three quarters of an hour a seed on one core; seeds can be run side by side, and a second call goes on where the
 * first stopped. With no seeds given, 1, 2 and 3. docs/spa.md has its tables.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openModel } from '@attune/align';
import { readPairs } from '@attune/preferences';
import { stories } from '../stories/grammar.ts';
import { attune, overSeeds, readLines, train, unlessThere } from '../tools.ts';
import { labelled, percent, type Round, roundsOf, type Share, tasteFor, tell, winsOver } from './gold.ts';
import { judgeData } from './judgeData.ts';

const [out = 'runs/spa', ...named] = process.argv.slice(2);
const seeds = named.length > 0 ? named.map(Number) : [1, 2, 3];
const model = 'models/storyteller';
const [openings, heldOut] = [2000, 300]; // prompts
mkdirSync(out, { recursive: true });

/** A taste that a model of this size can pick up from few labels. Of two responses the one of the higher score is chosen. */
const gold = tasteFor({ dialogue: 3, shouting: -3 });

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

// The labels: of two responses of the start to each of 2,000 prompts the better one; where none is better, there is no pair.
const bundled = readLines<{ id: string; prompt: string }>(`${model}/prompts.jsonl`);
const held = write('held-out.jsonl', readLines<object>(`${model}/held-out-prompts.jsonl`).slice(0, heldOut));
const prompts = write('prompts.jsonl', [...bundled, ...furtherPrompts(openings - bundled.length)]);
const data = write('pairs.jsonl', labelled(gold, prompts, respond(model, prompts, 'responses.jsonl', 2, 1)));
const start = respond(model, held, 'start.jsonl', 1, 0.7);

interface Measured {
  readonly wins: Share;
  readonly rounds: readonly Round[];
}

const table = new Map<string, Measured[]>();
for (const seed of seeds) {
  for (const [name, path] of Object.entries(await systems(seed))) {
    const measured = { wins: wins(path, `${name} ${seed}`), rounds: roundsOf(gold, path) };
    table.set(name, [...(table.get(name) ?? []), measured]);
    tell(`seed ${seed}  ${name}`, measured.wins, measured.rounds);
  }
}
console.log(
  `\nwin rate against the start, %: all of ${seeds.length} × ${heldOut}, and mean ± Student's 95 % over the seeds`,
);
for (const [name, measured] of table) {
  const all = measured.reduce((sum, { wins }) => ({ of: sum.of + wins.of, n: sum.n + wins.n }), { of: 0, n: 0 });
  const rates = measured.map(({ wins: { of, n } }) => (100 * of) / n);
  const { mean, half } = rates.length > 1 ? overSeeds(rates) : { mean: rates[0]!, half: Number.NaN };
  console.log(`  ${name.padEnd(30)} ${percent(all).padEnd(36)} ${mean.toFixed(1)} ± ${half.toFixed(1)}`);
}

/** Trains every system of a seed. @returns where its model lies */
async function systems(seed: number): Promise<Record<string, string>> {
  const seeded = { seed, data_seed: seed };
  const spa = (name: string, settings: Readonly<Record<string, unknown>>) =>
    train('spa', 'spa/spa.yaml', at(`${name}-${seed}`), { data, ...seeded, ...settings });
  const plain = { refine_alpha: 0, extrapolation: '[0]' };

  const whole = spa('spa', {});
  const seedPairs = join(whole, 'seed.jsonl');
  const all = train('dpo', 'spa/dpo.yaml', at(`all-${seed}`), { data, ...seeded });
  const reward = train('reward', 'rlhf/reward.yaml', at(`reward-${seed}`), {
    ...{ data: seedPairs, num_train_epochs: 3 },
    ...seeded,
  });
  const questions = write(`judge-${seed}.jsonl`, await asQuestions(seedPairs, seed));
  const judge = train('sft', 'spa/sft.yaml', at(`judge-${seed}`), { data: questions, ...seeded });
  const tuned = train('sft', 'spa/sft.yaml', at(`tuned-${seed}`), {
    ...{ data: goodStories(seed), num_train_epochs: 1 },
    ...seeded,
  });
  const shares = [0.008, 0.017, 0.1].flatMap((share) => {
    const run = spa(`share-${share}`, { seed_share: share });
    const percentage = `${(100 * share).toFixed(1)} %`;
    return [
      [`DPO, ${percentage} of the labels`, join(run, 'seed')],
      [`SPA, ${percentage} of the labels`, run],
    ];
  });
  return {
    'DPO, 3.3 % of the labels': join(whole, 'seed'),
    'DPO, all labels': all,
    'judged by a reward model': spa('by-reward', { judge: 'reward_model', judge_model: reward, ...plain }),
    'judged by a pairwise judge': spa('by-judge', { judge: 'pairwise', judge_model: judge, ...plain }),
    'SPA, not refined': spa('not-refined', plain),
    'SPA, refined, not de-coupled': spa('refined', { extrapolation: '[0]' }),
    'SPA, 3.3 % of the labels': whole,
    ...Object.fromEntries(shares),
    'tuned on good stories': tuned,
    'SPA from there, without labels': train('spa', 'spa/unlabelled.yaml', at(`unlabelled-${seed}`), {
      ...{ model: tuned, initial_model: model, prompts },
      ...seeded,
    }),
  };
}

/** The seed in the form that a pairwise judge is tuned on. */
async function asQuestions(seedPairs: string, seed: number): Promise<object[]> {
  using opened = await openModel(model, { device: 'cpu', dtype: 'float32' });
  const { tokenizer, model: judge } = opened;
  return judgeData((await readPairs(seedPairs)).pairs, { tokenizer, maxLength: judge.maxPositions, seed });
}

/** Against the start on each held-out prompt; ties count half. */
function wins(path: string, name: string): Share {
  const file = `held-out-${name.replace(/[^\w.]+/g, '-')}.jsonl`;
  return winsOver(gold, start, respond(path, held, file, 1, 0.7));
}

/** Openings of further stories, none of them bundled or held out. */
function furtherPrompts(count: number): { id: string; prompt: string }[] {
  const taken = new Set(
    [`prompts`, `held-out-prompts`].flatMap((file) =>
      readLines<{ prompt: string }>(`${model}/${file}.jsonl`).map(({ prompt }) => prompt),
    ),
  );
  const found = new Set<string>();
  const source = stories(2025, { familiar: true });
  while (found.size < count) {
    const { prompt } = source.next().value;
    if (!taken.has(prompt)) found.add(prompt);
  }
  return [...found].map((prompt, i) => ({ id: `further-${i + 1}`, prompt }));
}

/** Demonstrations: the 300 stories of 3,000 that the annotator likes best. No preference between two is told. */
function goodStories(seed: number): string {
  const source = stories(3000 + seed, { familiar: true });
  const told = Array.from({ length: 3000 }, () => source.next().value);
  const best = told.toSorted((a, b) => gold.score(b.text) - gold.score(a.text)).slice(0, 300);
  return write(
    `good-stories-${seed}.jsonl`,
    best.map(({ text }) => ({ text })),
  );
}
