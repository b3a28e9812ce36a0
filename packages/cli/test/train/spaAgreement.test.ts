import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { encodePair, loadModel, openModel, selfRewards } from '@attune/align';
import { type Pair, promptKey } from '@attune/preferences';
import { attune } from './attune.ts';
import { settingsFile, workshop } from './fixture.ts';
import { linesIn, quickSpa, spaFiles } from './spaFixture.ts';

const keys = (lines: readonly object[]) => lines.map((line) => promptKey((line as Pair).prompt));

test('a share of the pairs is held out: nothing learns from it, and each round’s own labels are held to people’s', async () => {
  const root = workshop();
  const files = await spaFiles(root);
  const settings = { ...quickSpa(files), eval_share: 0.5, prompts: [files.prompts, files.data] };
  const { code, stderr } = await attune('train', 'spa', settingsFile(root, 'run', settings));
  assert.equal(code, 0, stderr);
  const run = join(root, 'run');
  const all = linesIn(files.data) as unknown as Pair[];
  const seed = keys(linesIn(run, 'seed.jsonl'));
  const heldOut = all.filter(({ prompt }) => !seed.includes(promptKey(prompt)));
  assert.deepEqual([seed.length, heldOut.length], [5, 5]);
  const trained = linesIn(run, 'seed', 'metrics.jsonl').at(-1)!;
  assert.equal(trained.epoch, 1);
  assert.equal(trained.step, 2); // five pairs, four a step: none of the seed is held out again
  const responded = [1, 2].flatMap((round) => keys(linesIn(run, `round-${round}`, 'prompts.jsonl')));
  for (const key of keys(heldOut)) assert.ok(!responded.includes(key));

  using initial = await openModel(files.model, { dtype: 'float32', device: 'cpu' });
  const metrics = linesIn(run, 'metrics.jsonl');
  for (const [i, policy] of ['seed/final', 'round-1/train/final'].entries()) {
    using model = loadModel(join(run, policy));
    const agreed = heldOut.filter((pair) => {
      const { prompt, chosen, rejected } = encodePair(initial.tokenizer, pair, { movedBoundary: 'split' });
      const [rewards] = selfRewards(model, initial.model, [{ prompt, responses: [chosen, rejected] }]); // one alone
      return rewards![0]! > rewards![1]!;
    });
    assert.equal(metrics[i]!['spa/agreement'], agreed.length / 5);
    assert.equal(metrics[i]!['spa/agreement_pairs'], 5);
  }
});
