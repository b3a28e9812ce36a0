/**
 * Reinforcement learning of the storyteller, whole and without its parts, three seeds each:
 *
 *   win rate against the start, by the simulated annotator that the reward model learned from, and KL from the start
 *   perplexity on held-out stories, with and without the next-token-prediction term
 *
 *   node recipes/rlhf/compare.ts [OUT]
 *
 * About an hour on two cores; a second call goes on where the first stopped. docs/ppo.md has its tables.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeConversations, evaluateTexts, microBatches, openModel } from '@attune/align';
import { simulatedAnnotator, winRate } from '@attune/preferences';
import { annotate } from '../annotate.ts';
import { stories } from '../stories/grammar.ts';
import { attune, readLines, train, unlessThere, withHalf } from '../tools.ts';

const out = process.argv[2] ?? 'runs/rlhf';
const seeds = [1, 2, 3];
const heldOut = 150; // prompts
const model = 'models/storyteller';
mkdirSync(out, { recursive: true });

const at = (name: string) => join(out, name);
const write = (name: string, rows: readonly object[]) =>
  unlessThere(at(name), () => writeFileSync(at(name), rows.map((row) => `${JSON.stringify(row)}\n`).join('')));
const respond = (from: string, prompts: string, name: string, n: number, seed: number) =>
  unlessThere(at(name), () =>
    attune(
      ...['generate', '--model', from, '--prompts', prompts, '--out', at(name)],
      ...['-n', `${n}`, '--max-new-tokens', '200', '--seed', `${seed}`, '--batch-size', '64'],
    ),
  );

// What all runs share: a reward model from the annotator's choices, held-out prompts, and stories not to forget.
const prompts = `${model}/prompts.jsonl`;
const responses = respond(model, prompts, 'responses.jsonl', 4, 1);
const data = write('pairs.jsonl', await annotate(prompts, responses, { lengthBias: 0, noise: 0.05, seed: 42 }));
const reward = train('reward', 'rlhf/reward.yaml', at('reward'), { data });
const learnFrom = write('prompts.jsonl', readLines<object>(prompts).slice(0, 400));
const held = write('held-out-prompts.jsonl', readLines<object>(`${model}/held-out-prompts.jsonl`).slice(0, heldOut));
const told = take(stories(2024, { familiar: true }), 1000);
const sft = write(
  'stories.jsonl',
  told.slice(0, 800).map(({ text }) => ({ text })),
);
const unseen = write(
  'unseen-stories.jsonl',
  told.slice(800).map(({ text }) => ({ text })),
);

const shared = { data: learnFrom, reward_model: reward, eval_data: held };
const start = readLines<{ id: string; text: string }>(respond(model, held, 'held-out-start.jsonl', 1, 7));
console.log(`perplexity of the start on unseen stories: ${(await perplexity(model)).toFixed(3)}`);

const perplexities: number[][] = []; // of each variant, by seed
for (const [name, settings] of Object.entries({ 'with the SFT term': { sft_data: sft }, 'without it': {} })) {
  const measured: { rate: number; kl: number; perplexity: number }[] = [];
  for (const seed of seeds) {
    const run = train('ppo', 'rlhf/ppo.yaml', at(`ppo-${name.split(' ')[0]}-${seed}`), {
      ...shared,
      ...settings,
      seed,
      data_seed: seed,
    });
    const said = respond(run, held, `held-out-${name.split(' ')[0]}-${seed}.jsonl`, 1, 7);
    const { winRate: rate, interval } = wins(readLines(said));
    const last = readLines<Record<string, number>>(join(run, 'metrics.jsonl')).findLast(
      (line) => 'eval_win_rate' in line,
    )!;
    measured.push({ rate, kl: last['eval_objective/kl']!, perplexity: await perplexity(run) });
    console.log(
      `  ${name}, seed ${seed}: win rate ${rate.toFixed(1)} % [${interval.map((x) => x.toFixed(1)).join(', ')}], n = ${heldOut}`,
    );
  }
  const column = (key: 'rate' | 'kl' | 'perplexity', digits: number) =>
    withHalf(
      measured.map((each) => each[key]),
      digits,
    );
  console.log(
    `${name}: win rate ${column('rate', 1)} %, KL ${column('kl', 2)} nats, perplexity ${column('perplexity', 3)}`,
  );
  perplexities.push(measured.map((each) => each.perplexity));
}
const [kept, forgotten] = perplexities as [number[], number[]];
console.log(
  `perplexity without the term less that with it, by seed: ${withHalf(kept.map((value, i) => forgotten[i]! - value))}`,
);

/** Against the start on each held-out prompt, by the annotator's scores without its slips. */
function wins(responses: readonly { id: string; text: string }[]) {
  const { score } = simulatedAnnotator({ seed: 0 });
  const before = new Map(start.map(({ id, text }) => [id, text]));
  const leads = responses.map(({ id, text }) => score(text) - score(before.get(id)!));
  return winRate(leads.map((lead) => (lead > 0 ? 1 : lead < 0 ? 0 : 0.5)));
}

async function perplexity(path: string): Promise<number> {
  using opened = await openModel(path, { dtype: 'float32', device: 'cpu' });
  const texts = readLines<{ text: string }>(unseen);
  const { examples } = encodeConversations(opened.tokenizer, texts, { maxLength: 256, truncation: 'keep_start' });
  return Math.exp(evaluateTexts(opened.model, microBatches(examples, 16)).loss);
}

function take<T>(source: Iterator<T, never>, count: number): T[] {
  return Array.from({ length: count }, () => source.next().value);
}
