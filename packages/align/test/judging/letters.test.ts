import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveTensors } from '@attune/torch';
import { letterLogps, letterTokens } from '../../src/judging/letters.ts';
import { Tokenizer } from '../../src/tokenizers/Tokenizer.ts';
import { assertClose } from '../assertClose.ts';
import { type Family, logitsOf, tinyConfigs, tinyModel } from '../models/plain.ts';
import { noShared, shared } from '../shared.ts';
import { exampleFiles, exampleTokenizer } from '../tokenizers/examples.ts';

const groups = [
  [
    [1, 2, 3, 4, 5, 6],
    [1, 2, 3, 9, 9],
  ],
  [[7, 8]],
  [
    [4, 4, 4, 4, 4, 4, 4, 4, 1],
    [4, 4, 4],
    [4, 4, 4],
  ],
  [[11], [12, 3]], // nothing in common
];
const letters = { lead: [13], a: [5, 6], b: [7] };

/** By definition: one pass over the whole question, softmax over the vocabulary, probabilities of the tokens added. */
function plainly(logits: readonly number[], ids: readonly number[]): number {
  const total = logits.reduce((sum, x) => sum + Math.exp(x), 0);
  return Math.log(ids.reduce((sum, id) => sum + Math.exp(logits[id]!), 0) / total);
}

for (const family of Object.keys(tinyConfigs) as Family[]) {
  test(`letterLogps is the sum over a letter's tokens of their probability after the whole question (${family})`, () => {
    using model = tinyModel(family);
    letterLogps(model, groups, letters); // makes what a model keeps: tables of angles
    const before = liveTensors();
    const answers = letterLogps(model, groups, letters);
    assert.equal(liveTensors(), before);
    for (const [i, questions] of groups.entries()) {
      for (const [j, ids] of questions.entries()) {
        const last = logitsOf(model, [...ids, ...letters.lead]).at(-1)!;
        const { a, b } = answers[i]![j]!;
        assertClose([a, b], [plainly(last, letters.a), plainly(last, letters.b)], { atol: 1e-10 }); // float64, other order
      }
    }
  });
}

test('how many groups go through a model together changes nothing, and each is told of once', () => {
  using model = tinyModel('llama');
  const ids = (seed: number, length: number) => Array.from({ length }, (_, i) => (i * i + seed) % 19);
  const many = Array.from({ length: 40 }, (_, i) => [[...ids(i, 90), 1, ...ids(i, 20)], ids(i, 60 + 3 * i)]);
  const told: number[] = [];
  const together = letterLogps(model, many, letters, (done) => told.push(done));
  for (const [i, group] of many.entries()) {
    const [alone] = letterLogps(model, [group], letters);
    for (const [j, { a, b }] of alone!.entries())
      assertClose([together[i]![j]!.a, together[i]![j]!.b], [a, b], { atol: 1e-10 });
  }
  assert.ok(told.length > 1);
  assert.equal(told.at(-1), many.length);
});

test('a tokenizer without a token for a letter with its space has the space before both letters', () => {
  const tokenizer = exampleTokenizer();
  const [space, a, b] = [' ', 'A', 'B'].map((text) => tokenizer.encodeContinuation(text)[0]!);
  assert.deepEqual(letterTokens(tokenizer), { lead: [space], a: [a], b: [b] });
});

test('a model cannot judge by letters that its tokenizer does not tell apart', () => {
  const normalizer = { type: 'Replace', pattern: { String: 'B' }, content: 'A' };
  const tokenizer = new Tokenizer({ ...exampleFiles, tokenizerJson: { ...exampleFiles.tokenizerJson, normalizer } });
  assert.throws(() => letterTokens(tokenizer), { code: 'encoding', message: /cannot judge by letters/ });
});

test('the letters with their space are the ids that the published judgments of Llama 2 were made with', async (t) => {
  const folder = shared('tokenizers', 'phi-3'); // its text tokens are Llama 2's
  if (!folder) return t.skip(noShared);
  const tokenizer = await Tokenizer.load(folder);
  assert.deepEqual(letterTokens(tokenizer, [' ']), { lead: [], a: [319], b: [350] }); // Li et al. 2024, their code
  const { a, b } = letterTokens(tokenizer);
  assert.deepEqual(
    [a, b].map((ids) => tokenizer.tokens(ids)),
    [
      [' A', 'A'],
      [' B', 'B'],
    ],
  );
});
