import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { EncodedPair } from '@attune/align';
import { promptKey } from '@attune/preferences';
import fc from 'fast-check';
import { RewardSettings } from '../../src/settings/reward.ts';
import type { Places } from '../../src/train/records.ts';
import { balanced, balanceText, byPrompt, pairWindows, rewardData } from '../../src/train/rewardData.ts';
import { workshop, writeLines } from './fixture.ts';

const root = workshop();
const file = (name: string, lines: object[]) => writeLines(join(root, `${name}.jsonl`), lines);
const said: string[] = [];
const context = { say: (line: string) => void said.push(line) };
const read = (settings: object) => {
  said.length = 0;
  const places: Places = new WeakMap();
  return rewardData(context, RewardSettings.parse({ model: 'm', ...settings }), places);
};

const pair = (prompt: string, i: number) => ({ id: `${prompt}${i}`, prompt, chosen: ` c${i}`, rejected: ` r${i}` });
const comparison = (id: string, choice: string, texts = ['one', 'two']) => ({
  id,
  prompt: [{ role: 'user', content: `Ask ${id}` }],
  responses: texts.map((text, i) => ({ id: `${id}-${i}`, text })),
  choice,
  judge: 'me',
});

test('ties are left out, or become a pair each way round of weight ½; equal texts teach nothing either way', async () => {
  const lines = [
    comparison('x', 'a'),
    comparison('y', 'tie'),
    comparison('z', 'skip'),
    comparison('w', 'tie', ['same', 'same']),
  ];
  const data = file('comparisons', lines);
  assert.equal((await read({ data })).train.length, 1);
  assert.match(said[0]!, /1 pairs \(comparisons\); 2 ties and 1 comparisons that nobody decided give none/);
  const { train } = await read({ data, ties: 'both' });
  const message = (content: string) => [{ role: 'assistant', content }];
  assert.deepEqual(train.slice(1), [
    { id: 'y', prompt: lines[1]!.prompt, chosen: message('one'), rejected: message('two'), weight: 0.5 },
    { id: 'y', prompt: lines[1]!.prompt, chosen: message('two'), rejected: message('one'), weight: 0.5 },
  ]);
  assert.match(said.at(-1)!, /1 ties, each a pair both ways round of weight ½/);
});

test('a held-out share holds prompts out whole, ties among them, and loses nothing', async () => {
  const data = file(
    'shared',
    Array.from({ length: 40 }, (_, i) => pair(`prompt ${i % 13}`, i)),
  );
  const { train, heldOut } = await read({ data, eval_share: 0.3 });
  assert.equal(train.length + heldOut.length, 40);
  assert.ok(heldOut.length >= 12 && heldOut.length <= 15, `${heldOut.length}`); // the last prompt may bring a few more
  const held = new Set(heldOut.map(({ prompt }) => promptKey(prompt)));
  assert.ok(train.every(({ prompt }) => !held.has(promptKey(prompt))));

  const decided = Array.from({ length: 10 }, (_, i) => comparison(`q${i}`, 'b'));
  const tied = decided.map((c) => ({ ...c, id: `${c.id}-tie`, choice: 'tie' }));
  const both = await read({ data: file('tied', [...decided, ...tied]), eval_share: 0.5, ties: 'both' });
  assert.deepEqual([both.train.length, both.heldOut.length], [5 + 10, 5]);
  assert.ok(both.heldOut.every(({ weight }) => weight === undefined));
});

test('a prompt in the data to train on and to evaluate on is an error that names both places', async () => {
  const data = file('train', [pair('a', 0), pair('b', 1), pair('c', 2)]);
  const eval_data = file('eval', [pair('d', 3), pair(' c ', 4), pair('a', 5)]);
  await assert.rejects(read({ data, eval_data }), {
    code: 'setting',
    message:
      /eval_data: the prompt at .*eval\.jsonl, line 2 also stands at .*train\.jsonl, line 3, .*; so do those of 1 more/,
  });
  const empty = [file('empty-train', [pair('', 0)]), file('empty-eval', [pair('', 1)])];
  assert.equal((await read({ data: empty[0]!, eval_data: empty[1]! })).heldOut.length, 1); // no prompt is no leak
});

test('two equal responses are an error with their lines, or left out and counted', async () => {
  const data = file('equal', [pair('a', 0), { prompt: 'b', chosen: ' x', rejected: ' x' }, pair('c', 1)]);
  await assert.rejects(read({ data }), {
    code: 'setting',
    message: /equal\.jsonl, line 2: chosen and rejected are the same response.*equal_responses: drop/,
  });
  const { train } = await read({ data, equal_responses: 'drop' });
  assert.deepEqual(
    train.map(({ id }) => id),
    ['a0', 'c1'],
  );
  assert.match(said.at(-1)!, /1 pairs with two equal responses, left out/);
});

const encoded = (prompt: number, chosen: number, rejected: number, id = 0): EncodedPair => ({
  id: `${id}`,
  prompt: [prompt],
  chosen: Array(chosen).fill(7),
  rejected: Array(rejected).fill(8),
});

test('balanced: as many pairs whose longer response is chosen as not, by their tokens, whatever their order', () => {
  const examples = [
    ...Array.from({ length: 9 }, (_, i) => encoded(i, 20 + i, 15 + i, i)),
    ...Array.from({ length: 3 }, (_, i) => encoded(i, 5, 9, 20 + i)),
    encoded(0, 4, 4, 30),
  ];
  const { examples: kept, report } = balanced(examples, 1);
  assert.equal(kept.length, 7);
  assert.deepEqual([report.kept, report.dropped, report.equal], [7, 6, 1]);
  const again = balanced(examples.toReversed(), 1);
  assert.deepEqual(new Set(again.examples), new Set(kept));
  assert.match(balanceText(report), /0 to 9 .*9 .*3 .*3 .*3 .*6\n7 of 13 pairs kept, 1 of them.*6 left out, 50\.0 %/s);
});

test('all pairs of a prompt come in one step, in micro-batches of the size asked for, each pair once', () => {
  const prompts = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(prompts, fc.integer({ min: 1, max: 4 }), (all, size) => {
      const examples = all.map((prompt, i) => encoded(prompt, 1, 2, i));
      const groups = byPrompt(examples, 8);
      assert.ok(groups.every((group) => group.length <= 8 && new Set(group.map(({ prompt }) => prompt[0])).size === 1));
      assert.deepEqual(new Set(groups.flat()), new Set(examples));
      const steps = [...pairWindows([[groups.slice(0, 1)], [groups.slice(1)]], size)];
      assert.deepEqual(steps.flat(2), groups.flat());
      assert.ok(steps.flat().every((batch) => batch.length <= size));
    }),
    { seed: 20261122 },
  );
  const many = Array.from({ length: 20 }, (_, i) => encoded(1, 1, 2, i));
  assert.deepEqual(
    byPrompt(many, 8).map(({ length }) => length),
    [8, 8, 4],
  );
});
