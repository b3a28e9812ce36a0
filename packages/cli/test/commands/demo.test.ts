import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { attune } from '../train/attune.ts';
import { tinyModel } from '../train/fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-demo-'));
after(() => rmSync(folder, { recursive: true }));

test('the demo in miniature: samples, pairs, trained models and a report with every number and its n', async () => {
  const out = join(folder, 'demo');
  const small = ['--prompts', '8', '--held-out', '6', '--max-new-tokens', '12', '--seed', '3'];
  const { code, stdout, stderr } = await attune('demo', '--out', out, ...small, '--json');
  assert.equal(code, 0, stderr);

  const { systems, selfLabels, report } = JSON.parse(stdout);
  assert.equal(report, join(out, 'report.html'));
  for (const { winRate, kl } of systems) {
    assert.equal(winRate.n, 6);
    assert.equal(winRate.wins + winRate.ties + winRate.losses, 6);
    for (const { value, low, high, n } of [winRate, kl]) assert.ok(low <= value && value <= high && n > 0);
  }
  assert.ok(systems[0].name === 'DPO' && systems[0].pairsRanked.n > 0);

  const linesOf = (...path: string[]) =>
    readFileSync(join(out, ...path), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  const pairs = linesOf('pairs.jsonl');
  assert.ok(pairs.length <= 8 && pairs.every(({ prompt, chosen, rejected }) => prompt && chosen !== rejected));
  const [first] = linesOf('dpo', 'metrics.jsonl');
  assert.ok(Math.abs(first.eval_loss - Math.LN2) < 1e-4); // the policy is its reference at the start
  assert.ok(existsSync(join(out, 'dpo', 'final', 'model.safetensors')));

  // A few of the choices are the seed, 40 of 300; of the others only the prompts are used, each once.
  const [seed, labelled] = [linesOf('spa', 'seed.jsonl'), linesOf('spa', 'round-1', 'pairs.jsonl')];
  assert.equal(seed.length, Math.round((pairs.length * 40) / 300));
  assert.equal(linesOf('spa', 'round-1', 'prompts.jsonl').length, pairs.length - seed.length);
  const seeded = new Set(seed.map(({ prompt }) => prompt));
  assert.ok(labelled.every(({ prompt }) => !seeded.has(prompt)));
  assert.deepEqual([selfLabels.seed, selfLabels.pairs], [seed.length, labelled.length]);
  assert.ok(selfLabels.right.n <= labelled.length);
  const few = `(${seed.length} labels)`;
  assert.deepEqual(
    systems.map(({ name }: { name: string }) => name),
    ['DPO', 'PPO', `DPO ${few}`, `SPA ${few}`],
  );

  const page = readFileSync(report, 'utf8').replaceAll('\u00a0', ' ');
  for (const text of ['95 %', 'simulated', 'Start', 'DPO', 'Labels of its own'])
    assert.ok(page.includes(text), `the report does not show ${text}`);
});

test('the demo makes the same numbers again from the same seed, with a model of one’s own', async () => {
  const model = await tinyModel(join(folder, 'model'));
  const run = async () => {
    const out = join(folder, 'again');
    const small = ['--prompts', '8', '--held-out', '4', '--max-new-tokens', '12', '--seed', '1'];
    const { code, stdout, stderr } = await attune('demo', '--model', model, '--out', out, ...small, '--json'); // replaces the demo before it
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  };
  assert.deepEqual(await run(), await run());
});

test('the demo refuses a folder that is not its own, and a model that is not there', async () => {
  const { code, stderr } = await attune('demo', '--out', folder);
  assert.equal(code, 2);
  assert.match(stderr, /is not of an earlier demo/);
  const missing = await attune('demo', '--model', join(folder, 'absent'), '--out', join(folder, 'x'));
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /absent.*no such file or folder/s);
});
