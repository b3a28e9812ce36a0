import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Content, promptKey } from '@attune/preferences';
import fc from 'fast-check';
import { blocksOf, unused } from '../../src/train/spa/blocks.ts';
import { decision } from '../../src/train/spa/judge.ts';

const word = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g');
const prompt: fc.Arbitrary<Content> = fc.oneof(
  word,
  word.map((content) => [{ role: 'user' as const, content: `${content} ` }]), // says the same as the word
);
const found = fc.array(fc.record({ id: fc.option(word, { nil: undefined }), prompt }), { maxLength: 20 });
const pairOf = (asked: Content) => ({ prompt: asked, chosen: ' yes', rejected: ' no' });

test('what is left of the prompts is neither in the seed nor there twice, has names of its own, and all is counted', () => {
  fc.assert(
    fc.property(found, fc.array(prompt, { maxLength: 4 }), (records, seed) => {
      const read = records.map((record, i) => ({ ...record, where: `prompts.jsonl, line ${i + 1}` }));
      const { fresh, inSeed, repeated } = unused(read, seed.map(pairOf));
      const [keys, known] = [fresh.map((one) => promptKey(one.prompt)), new Set(seed.map(promptKey))];
      assert.equal(new Set(keys).size, keys.length);
      assert.ok(keys.every((key) => !known.has(key)));
      assert.equal(new Set(fresh.map(({ id }) => id)).size, fresh.length);
      assert.equal(fresh.length + inSeed + repeated, records.length);
      assert.equal(inSeed, read.filter((one) => known.has(promptKey(one.prompt))).length);
    }),
  );
});

const numbered = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: `${i}`, prompt: `Tell ${i}.`, where: `line ${i}` }));

test('blocks have their sizes, share nothing, and are another draw for another seed', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(sizes, fc.nat(5), fc.nat(), (prompts_per_round, more, data_seed) => {
      const needed = prompts_per_round.reduce((a, b) => a + b, 0);
      const all = numbered(needed + more);
      const blocks = blocksOf(all, { prompts_per_round, data_seed, found: all.length });
      assert.deepEqual(
        blocks.map((block) => block.length),
        prompts_per_round,
      );
      assert.equal(new Set(blocks.flat().map(({ id }) => id)).size, needed);
    }),
  );
  const draw = (data_seed: number) => blocksOf(numbered(50), { prompts_per_round: [20, 20], data_seed, found: 50 });
  assert.deepEqual(draw(1), draw(1));
  assert.notDeepEqual(draw(1), draw(2));
});

test('the paper’s blocks: 8,000, 20,000 and 30,000 of 58,000', () => {
  const blocks = blocksOf(numbered(58_000), { prompts_per_round: [8000, 20000, 30000], data_seed: 42, found: 58_000 });
  assert.deepEqual([blocks.length, new Set(blocks.flat()).size], [3, 58_000]);
});

test('too few prompts are an error with the numbers', () => {
  assert.throws(
    () => blocksOf(numbered(9), { prompts_per_round: [8, 6], data_seed: 1, found: 12 }),
    /SettingError: prompts_per_round: 8 \+ 6 = 14 prompts are needed, each once, and 9 of 12 can be used: the others repeat/,
  );
});

const paper: Parameters<typeof decision>[1] = { judge: 'self', beta: 0.1, length_penalty: 0, as_released: [] };
const said = (text: string, reward: number, tokens = 3) => ({ text, reward, tokens: Array<number>(tokens).fill(1) });

test('of responses that say something, each thing once, the best is chosen and the worst rejected', () => {
  const { preference } = decision([said('', 9), said(' a', 1), said(' b', 3), said(' b', 3), said(' c', 2)], paper);
  assert.deepEqual([preference!.chosen, preference!.rejected], [2, 1]);
  assert.ok(Math.abs(preference!.probability - 0.549834) < 1e-6); // σ(0.1·2)
});

test('responses that read the same or say nothing make no pair', () => {
  assert.deepEqual(decision([said(' a', 1), said(' a', 1)], paper), { preference: undefined, dropped: 'equal' });
  assert.deepEqual(decision([said(' a', 1), said(' \n', 2)], paper), { preference: undefined, dropped: 'empty' });
  assert.deepEqual(decision([said('', 1), said('', 2)], paper), { preference: undefined, dropped: 'empty' });
});

test('the length penalty: y₁ wins exactly where r₁ − r₂ > a·(|y₁| − |y₂|)', () => {
  const penalty = (length_penalty: number) =>
    decision([said(' a', 5, 30), said(' b', 2, 10)], { ...paper, length_penalty }).preference!.chosen;
  assert.deepEqual([penalty(0), penalty(0.1), penalty(0.14), penalty(0.16), penalty(10)], [0, 0, 0, 1, 1]);
});

test('a tie chooses the second, with the released code’s rule the first; scores of a reward model are not scaled', () => {
  const even = [said(' a', 1), said(' b', 1)];
  assert.equal(decision(even, paper).preference!.chosen, 1);
  assert.equal(decision(even, { ...paper, as_released: ['ties'] }).preference!.chosen, 0);
  const scored = decision([said(' a', 2), said(' b', 1)], { ...paper, judge: 'reward_model' });
  assert.ok(Math.abs(scored.preference!.probability - 0.731059) < 1e-6); // σ(1)
});
