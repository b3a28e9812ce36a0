import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { attune } from '../train/attune.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-demo-'));
after(() => rmSync(folder, { recursive: true }));

test('the demo in miniature: samples, pairs, a trained model and a report with every number and its n', async () => {
  const out = join(folder, 'demo');
  const small = ['--prompts', '24', '--held-out', '6', '--max-new-tokens', '24', '--seed', '3'];
  const { code, stdout, stderr } = await attune('demo', '--out', out, ...small, '--json');
  assert.equal(code, 0, stderr);

  const { systems, report } = JSON.parse(stdout);
  assert.equal(report, join(out, 'report.html'));
  for (const { winRate, kl } of systems) {
    assert.equal(winRate.n, 6);
    assert.equal(winRate.wins + winRate.ties + winRate.losses, 6);
    for (const { value, low, high, n } of [winRate, kl]) assert.ok(low <= value && value <= high && n > 0);
  }
  assert.ok(systems[0].name === 'DPO' && systems[0].pairsRanked.n > 0);

  const pairs = readFileSync(join(out, 'pairs.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.ok(pairs.length <= 24 && pairs.every(({ prompt, chosen, rejected }) => prompt && chosen !== rejected));
  const [first] = readFileSync(join(out, 'dpo', 'metrics.jsonl'), 'utf8').split('\n', 1);
  assert.ok(Math.abs(JSON.parse(first!).eval_loss - Math.LN2) < 1e-4); // the policy is its reference at the start
  assert.ok(existsSync(join(out, 'dpo', 'final', 'model.safetensors')));
  const page = readFileSync(report, 'utf8').replaceAll('\u00a0', ' ');
  for (const text of ['95 %', 'simulated', 'Start', 'DPO'])
    assert.ok(page.includes(text), `the report does not show ${text}`);
});

test('the demo makes the same numbers again from the same seed, and other ones from another', async () => {
  const run = async (seed: string) => {
    const out = join(folder, 'again');
    const small = ['--prompts', '8', '--held-out', '4', '--max-new-tokens', '12', '--seed', seed];
    const { stdout } = await attune('demo', '--out', out, ...small, '--json'); // replaces the demo before it
    return JSON.parse(stdout).systems[0].kl.value;
  };
  const [once, again, other] = [await run('1'), await run('1'), await run('2')];
  assert.equal(once, again);
  assert.notEqual(once, other);
});

test('the demo refuses a folder that is not its own, and a model that is not there', async () => {
  const { code, stderr } = await attune('demo', '--out', folder);
  assert.equal(code, 2);
  assert.match(stderr, /is not of an earlier demo/);
  const missing = await attune('demo', '--model', join(folder, 'absent'), '--out', join(folder, 'x'));
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /absent.*no such file or folder/s);
});
