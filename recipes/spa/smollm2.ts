/**
 * Spread preference annotation on SmolLM2-135M-Instruct: a seed of labels, two rounds of its own, and DPO on the seed alone
 * beside it. The simulated annotator, with a taste for voices, for endings and against shouting, gives the labels and is the
 * gold judge of held-out prompts.
 *
 *   ./attune pull HuggingFaceTB/SmolLM2-135M-Instruct
 *   node recipes/spa/smollm2.ts [OUT [MODEL [SEED ...]]]
 *
 * A second call goes on where the first stopped. docs/spa.md has what came of it.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attune, readLines, train, unlessThere } from '../tools.ts';
import { labelled, roundsOf, tasteFor, tell, winsOver } from './gold.ts';

const [out = 'runs/spa-smollm2', model = 'models/SmolLM2-135M-Instruct', ...named] = process.argv.slice(2);
const seeds = named.length > 0 ? named.map(Number) : [1];
const [openings, further, heldOut] = [160, 160, 120]; // prompts: with labels, without, and to be judged on
const gold = tasteFor({ complete: 3, dialogue: 3, shouting: -3 });
mkdirSync(out, { recursive: true });

const at = (name: string) => join(out, name);
const write = (name: string, rows: readonly object[]) =>
  unlessThere(at(name), () => writeFileSync(at(name), rows.map((row) => `${JSON.stringify(row)}\n`).join('')));
const ask = ({ id, prompt }: { id: string; prompt: string }) => ({
  id,
  prompt: [{ role: 'user', content: `Go on with this bedtime story, in a few sentences: ${prompt}` }],
});
const respond = (from: string, prompts: string, name: string, n: number) =>
  unlessThere(at(name), () =>
    attune(
      ...['generate', '--model', from, '--prompts', prompts, '--out', at(name), '-n', `${n}`, '--seed', '7'],
      ...['--max-new-tokens', '96', '--temperature', '0.7', '--batch-size', '64'],
    ),
  );

const bundled = readLines<{ id: string; prompt: string }>('models/storyteller/prompts.jsonl').map(ask);
const prompts = write('prompts.jsonl', bundled.slice(0, openings));
const unlabelled = write('further.jsonl', bundled.slice(openings, openings + further));
const held = write(
  'held-out.jsonl',
  readLines<{ id: string; prompt: string }>('models/storyteller/held-out-prompts.jsonl').slice(0, heldOut).map(ask),
);
const data = write('pairs.jsonl', labelled(gold, prompts, respond(model, prompts, 'responses.jsonl', 2)));
const start = respond(model, held, 'start.jsonl', 1);
console.log(`${readLines(data).length} labels of ${openings} prompts`);

for (const seed of seeds) {
  const settings = { model, data, prompts: unlabelled, seed, data_seed: seed };
  const run = train('spa', 'spa/smollm2.yaml', at(`spa-${seed}`), settings);
  for (const [name, path] of [
    ['DPO on the labels', join(run, 'seed')],
    ['SPA', run],
  ] as const) {
    const responses = respond(path, held, `held-out-${name.replaceAll(' ', '-')}-${seed}.jsonl`, 1);
    tell(`seed ${seed}  ${name}`, winsOver(gold, start, responses), name === 'SPA' ? roundsOf(gold, run) : []);
  }
}
