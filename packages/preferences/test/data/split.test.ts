import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Content, findLeaks, splitByPrompt } from '../../src/index.ts';

const words = ['red', 'blue', 'sea', 'sky', 'why', 'how'];
const prompt: fc.Arbitrary<Content> = fc
  .tuple(fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 8 }), fc.boolean())
  .map(([chosen, isText]) =>
    isText ? chosen.join(' ') : [{ role: 'user' as const, content: `${chosen.join(' ')}\n` }],
  );
const prompts = fc.array(prompt, { minLength: 1, maxLength: 60 });
const options = fc.record({ share: fc.double({ min: 0.05, max: 0.6, noNaN: true }), seed: fc.nat() });

test('every record is on exactly one side, in its order', () => {
  fc.assert(
    fc.property(prompts, options, (all, how) => {
      const { train, test } = splitByPrompt(all, how);
      assert.deepEqual(
        [...train, ...test].sort((a, b) => a - b),
        [...all.keys()],
      );
      for (const side of [train, test])
        assert.deepEqual(
          side,
          side.toSorted((a, b) => a - b),
        );
    }),
  );
});

test('no prompt and no near-duplicate of one is on both sides', () => {
  fc.assert(
    fc.property(prompts, options, (all, how) => {
      const { train, test } = splitByPrompt(all, how);
      const of = (side: readonly number[]) => side.map((place) => all[place]!);
      assert.deepEqual(findLeaks(of(train), of(test), { seed: how.seed }), []);
    }),
  );
});

test('which prompts are held out does not depend on their order', () => {
  fc.assert(
    fc.property(
      prompts.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      options,
      ([all, shuffled], how) => {
        const held = (from: readonly Content[]) =>
          splitByPrompt(from, how)
            .test.map((place) => JSON.stringify(from[place]))
            .sort();
        assert.deepEqual(held(shuffled), held(all));
      },
    ),
  );
});

test('distinct prompts are held out in the share that was asked for, others with another seed', () => {
  const all = Array.from({ length: 1000 }, (_, i) => `Question ${i} about thing ${i} of ${i}`);
  const one = splitByPrompt(all, { share: 0.1, seed: 1 });
  const other = splitByPrompt(all, { share: 0.1, seed: 2 });
  assert.deepEqual([one.train.length, one.test.length, one.groups, one.largestGroup], [900, 100, 1000, 1]);
  const shared = one.test.filter((place) => other.test.includes(place)).length;
  assert.ok(shared < 30, `${shared} in both`); // expected 10, standard deviation 3
});

test('a group larger than the share is trained on', () => {
  const all = [...Array<string>(50).fill('the one and only question'), 'another', 'a third'];
  const { train, test } = splitByPrompt(all, { share: 0.02, seed: 3 });
  assert.equal(train.length, 51);
  assert.equal(test.length, 1);
  assert.ok(test[0]! >= 50);
});

test('a share that is none is refused', () => {
  for (const share of [0, 1, Number.NaN])
    assert.throws(() => splitByPrompt(['a'], { share, seed: 0 }), { code: 'invalid_value' });
});
