import assert from 'node:assert/strict';
import { test } from 'node:test';
import { responseLengths, responsesBySystem } from '../../src/index.ts';
import { compared, turned } from './comparison.ts';

const options = { seed: 1, resamples: 200 };

test('responseLengths counts code points, words and tokens as asked', () => {
  const texts = ['one two', 'three', '😀 你好 ok'];
  const { n, characters, words, tokens } = responseLengths(texts, { ...options, count: (text) => 2 * text.length });
  assert.equal(n, 3);
  assert.deepEqual([characters.mean.value, characters.median.value], [19 / 3, 7]); // 7, 5 and 7: an emoji is one
  assert.deepEqual([words.mean.value, words.median.value, words.standardDeviation], [2, 2, 1]);
  assert.equal(tokens!.mean.value, (14 + 10 + 16) / 3); // UTF-16 has two units for the emoji
  assert.ok(characters.mean.interval[0] <= 19 / 3 && 19 / 3 <= characters.mean.interval[1]);
});

test('a single response has no spread, and none has no lengths', () => {
  const { characters, tokens } = responseLengths(['four'], options);
  assert.deepEqual(characters.mean, { value: 4, interval: [4, 4], resamples: 200 });
  assert.equal(characters.standardDeviation, undefined);
  assert.equal(tokens, undefined);
  assert.throws(() => responseLengths([], options), { code: 'invalid_value' });
});

test('responsesBySystem counts a response once, however often it was compared', () => {
  const one = compared('1', 'a', { texts: ['yes', 'no'], sources: ['new', 'old'] });
  const systems = responsesBySystem([
    one,
    turned(one),
    compared('1', 'b', { texts: ['maybe', 'yes'], sources: ['new', 'new'] }), // another sample of the same system
    compared('2', 'b', { texts: ['yes', 'no'], sources: ['new', 'old'] }), //    the same words to another prompt
    compared('3', 'a'), //                                                       of unknown systems
  ]);
  assert.deepEqual(Object.fromEntries(systems), { new: ['yes', 'maybe', 'yes'], old: ['no', 'no'] });
});
