import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeConversations, encodePairs, encodeUnpairedAll } from '../../src/data/encodeAll.ts';
import { fit, type Truncation } from '../../src/data/truncate.ts';
import { Tokenizer } from '../../src/tokenizers/Tokenizer.ts';
import { beginning, exampleTokenizer } from '../tokenizers/examples.ts';

const ids = fc.array(fc.nat(9), { minLength: 1, maxLength: 12 });
const modes = fc.constantFrom<Truncation>('drop', 'keep_start', 'keep_end');

test('what is kept fits, has a prompt and responses, and lost exactly the tokens that are reported', () => {
  fc.assert(
    fc.property(ids, ids, ids, fc.integer({ min: 1, max: 30 }), modes, (prompt, a, b, maxLength, truncation) => {
      const start = 1;
      const fitted = fit(prompt, [a, b], { maxLength, truncation }, start);
      const tooLong = prompt.length + Math.max(a.length, b.length) > maxLength;
      if (!fitted) return assert.ok(tooLong);
      const { lost, responses } = fitted;
      for (const response of responses) assert.ok(fitted.prompt.length + response.length <= maxLength);
      assert.ok(fitted.prompt.length > 0 && responses.every((response) => response.length > 0));
      assert.equal(fitted.prompt.length + lost.prompt, prompt.length);
      assert.deepEqual(
        responses.map((r, i) => r.length + lost.responses[i]!),
        [a.length, b.length],
      );
      if (truncation === 'drop' || !tooLong) assert.deepEqual([fitted.prompt, ...responses], [prompt, a, b]);
    }),
  );
});

test('keep_start cuts responses at their end, keep_end the prompt behind its begin token', () => {
  const [prompt, a, b] = [[0, 1, 2, 3], [4, 5, 6], [7]];
  const start = fit(prompt, [a, b], { maxLength: 6, truncation: 'keep_start' }, 1);
  assert.deepEqual(start, { prompt, responses: [[4, 5], [7]], lost: { prompt: 0, responses: [1, 0] } });
  const end = fit(prompt, [a, b], { maxLength: 6, truncation: 'keep_end' }, 1);
  assert.deepEqual(end, { prompt: [0, 2, 3], responses: [a, b], lost: { prompt: 1, responses: [0, 0] } });
});

const pairs = [
  { id: 'short', prompt: 'The', chosen: ' fox', rejected: ' dog' },
  { id: 'long', prompt: 'The quick brown fox', chosen: ' was amused', rejected: ' dog' },
];

test('too long pairs are dropped unless told otherwise, and named with their length', () => {
  const tokenizer = exampleTokenizer();
  const long = tokenizer.encode('The quick brown fox was amused<|im_end|>').length;
  const { examples, report } = encodePairs(tokenizer, pairs, { maxLength: long - 1 });
  assert.deepEqual(
    examples.map((pair) => pair.id),
    ['short'],
  );
  const dropped = [{ place: 1, id: 'long', tokens: long }];
  assert.deepEqual(report, { total: 2, kept: 1, dropped, truncated: [], movedBoundaries: 0 });
});

test('cut pairs are reported with the tokens they lost', () => {
  const tokenizer = new Tokenizer(beginning);
  const whole = encodePairs(tokenizer, pairs, { maxLength: 100 }).examples[1]!;
  const maxLength = whole.prompt.length + whole.chosen.length - 2;
  const cut = encodePairs(tokenizer, pairs, { maxLength, truncation: 'keep_end' });
  assert.deepEqual(cut.report.truncated, [{ place: 1, id: 'long', prompt: 2, responses: 0 }]);
  assert.deepEqual(cut.examples[1]!.prompt, [0, ...whole.prompt.slice(3)]);
  assert.deepEqual(cut.examples[1]!.chosen, whole.chosen);
});

test('all examples that cannot be encoded are in one error, with their places, their names and the reasons', () => {
  const broken = { id: 'merges', prompt: 'The f', chosen: 'ox', rejected: 'ar' };
  const encode = () =>
    encodePairs(exampleTokenizer(), [pairs[0]!, broken, { ...broken, id: undefined }], { maxLength: 99 });
  assert.throws(encode, {
    code: 'encoding',
    message: /^2 of 3 examples.*Example 2 \(merges\): The prompt's.*Example 3: The prompt's/s,
  });
});

test('boundaries that were split are counted', () => {
  const broken = { prompt: 'The f', chosen: 'ox', rejected: 'ar' };
  const { report } = encodePairs(exampleTokenizer(), [...pairs, broken], { maxLength: 99, movedBoundary: 'split' });
  assert.equal(report.movedBoundaries, 1);
});

test('single responses keep their labels, conversations their masks, and both are cut and counted', () => {
  const tokenizer = exampleTokenizer();
  const unpaired = [
    { prompt: 'The', completion: ' fox', label: true },
    { prompt: 'The', completion: ' lazy lazy dog', label: false },
  ];
  const kto = encodeUnpairedAll(tokenizer, unpaired, { maxLength: 6 });
  assert.deepEqual(
    kto.examples.map((example) => example.label),
    [true],
  );
  assert.equal(kto.report.dropped.length, 1);
  const sft = encodeConversations(tokenizer, unpaired, { maxLength: 4, truncation: 'keep_start' });
  for (const { ids: kept, mask } of sft.examples)
    assert.deepEqual([kept.length <= 4, mask.length], [true, kept.length]);
  assert.equal(sft.report.truncated.length, 1);
});
