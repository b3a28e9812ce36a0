import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noGrad, type Tensor, tensor, tidy } from '@attune/torch';
import fc from 'fast-check';
import type { EncodedPair, EncodedText } from '../../src/data/encode.ts';
import type { CausalLm } from '../../src/models/CausalLm.ts';
import { Packed, type Segment } from '../../src/models/Packed.ts';
import { tokenLogps } from '../../src/models/tokenLogps.ts';
import { pairLogps, textLogps } from '../../src/trainers/logps.ts';
import { assertClose } from '../assertClose.ts';
import {
  type Family,
  learning,
  logitsOf,
  responseLogp,
  rowsOf,
  takeGradients,
  tinyConfigs,
  tinyModel,
} from './plain.ts';

// All in float64: only the order of sums differs between the ways.
const close = { rtol: 1e-9, atol: 1e-9 };

const families = Object.keys(tinyConfigs) as Family[];
const ids = (minLength: number, maxLength = 9) => fc.array(fc.integer({ min: 0, max: 18 }), { minLength, maxLength });
const examples = { numRuns: 15, seed: 20261121 };

/** Logits of all segments of one packed batch, [tokens][vocab]. */
const packedLogits = (model: CausalLm, segments: readonly Segment[]): number[][] =>
  tidy(() =>
    noGrad(() => {
      using packed = new Packed(segments);
      return rowsOf(model.logits(model.hidden(tensor(packed.ids, { dtype: 'int64' }), packed)));
    }),
  );

for (const family of families) {
  test(`${family}: sequences of any lengths packed into one batch give what each gives alone`, () => {
    using model = tinyModel(family);
    fc.assert(
      fc.property(fc.array(ids(1), { minLength: 1, maxLength: 5 }), (sequences) => {
        const packed = packedLogits(
          model,
          sequences.map((sequence) => ({ ids: sequence })),
        );
        const alone = sequences.flatMap((sequence) => logitsOf(model, sequence));
        assertClose(packed.flat(), alone.flat(), close);
      }),
      examples,
    );
  });

  test(`${family}: responses after a shared prompt give what prompt and response together give`, () => {
    using model = tinyModel(family);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(ids(1), fc.array(ids(1), { maxLength: 3 })), { minLength: 1, maxLength: 3 }),
        (trees) => {
          const segments: Segment[] = [];
          const alone: number[][] = [];
          for (const [prompt, responses] of trees) {
            const after = segments.push({ ids: prompt }) - 1;
            alone.push(...logitsOf(model, prompt));
            for (const response of responses) {
              segments.push({ ids: response, after });
              alone.push(...logitsOf(model, [...prompt, ...response]).slice(prompt.length));
            }
          }
          assertClose(packedLogits(model, segments).flat(), alone.flat(), close);
        },
      ),
      examples,
    );
  });

  test(`${family}: log-probabilities of pairs, and their gradients, are those of whole sequences one by one`, () => {
    using model = learning(tinyModel(family));
    const pair = fc.record({ prompt: ids(1), chosen: ids(1), rejected: ids(1) });
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 4 }), (pairs: EncodedPair[]) => {
        const weights = pairs.map((_, i) => i + 0.5); // so that no two responses count alike
        const objective = (chosen: Tensor, rejected: Tensor) => {
          const w = tensor(weights, { dtype: 'float64' });
          return chosen
            .mul(w)
            .sub(rejected.mul(rejected).mul(w.mul(0.01)))
            .sum();
        };
        const fast = tidy(() => {
          const { logps, lengths, backward } = pairLogps(model, pairs);
          objective(logps.chosen, logps.rejected).backward();
          backward();
          assert.deepEqual(
            lengths.chosen.toArray(),
            pairs.map((p) => p.chosen.length),
          );
          assert.deepEqual(
            lengths.rejected.toArray(),
            pairs.map((p) => p.rejected.length),
          );
          return [logps.chosen.toArray(), logps.rejected.toArray(), takeGradients(model)];
        });
        const plain = tidy(() => {
          const all = (side: 'chosen' | 'rejected') => pairs.map((p) => responseLogp(model, p.prompt, p[side]));
          const [chosen, rejected] = [all('chosen'), all('rejected')];
          const sum = pairs.map((_, i) =>
            chosen[i]!.mul(weights[i]!).sub(rejected[i]!.mul(rejected[i]!).mul(0.01 * weights[i]!)),
          );
          sum.reduce((a, b) => a.add(b)).backward();
          return [chosen.map((x) => x.item()), rejected.map((x) => x.item()), takeGradients(model)];
        });
        fast.forEach((values, i) => void assertClose(values, plain[i]!, { rtol: 1e-8, atol: 1e-8 }));
      }),
      { ...examples, numRuns: 8 },
    );
  });
}

test('texts: only tokens with mask 1 are scored, each from what stands before it; gradients too', () => {
  using model = learning(tinyModel('llama'));
  const texts: EncodedText[] = [
    { ids: [1, 5, 3, 7, 2], mask: [0, 0, 1, 1, 1] },
    { ids: [4, 4], mask: [0, 1] },
    { ids: [6, 1, 9, 8], mask: [0, 1, 0, 1] },
  ];
  const fast = tidy(() => {
    const { value, backward } = textLogps(model, texts);
    value.sum().backward();
    backward();
    return [value.toArray(), takeGradients(model)] as const;
  });
  const plain = tidy(() => {
    const parts = texts.flatMap(({ ids, mask }) =>
      ids.flatMap((id, t) => (mask[t] === 1 ? [responseLogp(model, ids.slice(0, t), [id])] : [])),
    );
    parts.reduce((a, b) => a.add(b)).backward();
    return [parts.map((p) => p.item()), takeGradients(model)] as const;
  });
  assertClose(fast[0], plain[0], close);
  assertClose(fast[1], plain[1], close);
});

test('tokenLogps: chunks of one row, of some rows and of all give the plain log-softmax, value and gradient', () => {
  using model = learning(tinyModel('llama'));
  const n = 7;
  const targets = tensor([3, 0, 18, 5, 5, 1, 9], { dtype: 'int64' });
  const values = Array.from({ length: n * 16 }, (_, i) => Math.sin(i));
  const run = (score: (hidden: Tensor) => { value: Tensor; backward(): void }) =>
    tidy(() => {
      const leaf = tensor(values, { dtype: 'float64' }).setRequiresGrad();
      const hidden = leaf.view([n, 16]).mul(2);
      const { value, backward } = score(hidden);
      value.mul(value).sum().backward();
      backward();
      return [value.toArray(), leaf.grad!.toArray(), takeGradients(model)];
    });
  const plain = run((hidden) => {
    const value = model.logits(hidden).logSoftmax(1).gather(1, targets.unsqueeze(1)).squeeze(1);
    return { value, backward: () => {} };
  });
  for (const rows of [1, 2, 3, 6, 7, 100]) {
    const chunked = run((hidden) => tokenLogps(model, hidden, targets, rows * 19));
    chunked.forEach((got, i) => void assertClose(got, plain[i]!, { rtol: 1e-12, atol: 1e-12, what: `${rows} rows` }));
  }
  targets[Symbol.dispose]();
});

test('without gradients nothing is recorded, and the way back does nothing', () => {
  using model = learning(tinyModel('llama'));
  tidy(() => {
    const { logps, backward } = noGrad(() => pairLogps(model, [{ prompt: [1], chosen: [2], rejected: [3] }]));
    assert.equal(logps.chosen.requiresGrad, false);
    backward();
    assert.deepEqual(takeGradients(model), []);
  });
});

test('a sequence is not changed by what is packed with it, nor a response by the one beside it', () => {
  using model = tinyModel('llama');
  const alone = packedLogits(model, [{ ids: [1, 2, 3] }, { ids: [4, 5], after: 0 }]);
  for (const other of [[6], [7, 8, 9, 10]]) {
    const both = packedLogits(model, [
      { ids: [1, 2, 3] },
      { ids: [4, 5], after: 0 },
      { ids: other, after: 0 },
      { ids: other },
    ]);
    assertClose(both.slice(0, 5).flat(), alone.flat(), { rtol: 1e-12, atol: 1e-12 });
  }
});
