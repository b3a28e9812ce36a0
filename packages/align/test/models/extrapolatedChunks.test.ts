import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveTensors, noGrad, type Tensor, tensor, tidy } from '@attune/torch';
import type { EncodedPair } from '../../src/data/encode.ts';
import type { CausalLm } from '../../src/models/CausalLm.ts';
import { extrapolatedLogps } from '../../src/models/extrapolatedLogps.ts';
import { tokenLogps } from '../../src/models/tokenLogps.ts';
import { extrapolatedPairLogps } from '../../src/trainers/logps.ts';
import { assertClose } from '../assertClose.ts';
import { eightPairs } from '../trainers/runs.ts';
import { LogitTable } from './logitTable.ts';
import { learning, takeGradients, tinyModel } from './plain.ts';

// What is in memory while log-probabilities are computed, and after; and that the pieces make no difference.

/** Seven positions of a tiny model, their values under all three models and the gradient that reaches states and weights. */
function inChunks(policy: CausalLm, reference: CausalLm, rows: number | undefined) {
  return tidy(() => {
    const states = (phase: number) =>
      tensor(
        Array.from({ length: 7 }, (_, t) => Array.from({ length: 16 }, (_, i) => Math.sin(phase + t * 16 + i))),
        { dtype: 'float64' },
      );
    const own = states(0).setRequiresGrad();
    const held = { hidden: states(1), logits: (part: Tensor) => noGrad(() => reference.logits(part)) };
    const ids = tensor([3, 0, 18, 5, 5, 1, 9], { dtype: 'int64' });
    const all = extrapolatedLogps(policy, own.mul(2), ids, held, 0.5, rows && rows * 19);
    all.policy.value.mul(all.extrapolated).sum().backward();
    all.policy.backward();
    return [
      ...[all.policy.value, all.reference, all.extrapolated, own.grad!].map((values) => values.toArray()),
      takeGradients(policy),
    ];
  });
}

test('chunks of one row, of some rows and of all give the same values and gradients', () => {
  using policy = learning(tinyModel('llama', 1));
  using reference = tinyModel('llama', 9);
  const whole = inChunks(policy, reference, undefined);
  for (const rows of [1, 2, 3, 6, 7, 100]) {
    const chunked = inChunks(policy, reference, rows);
    for (const [i, got] of chunked.entries()) {
      assertClose(got, whole[i]!, { rtol: 1e-12, atol: 1e-12, what: `${rows} rows` });
    }
  }
});

/** A model that keeps the logits it gave, to see what has become of them. */
class Watched extends LogitTable {
  readonly #given: Tensor[] = [];
  alive = 0; // the most logits of earlier calls that were there when new ones were asked for

  override logits(hidden: Tensor): Tensor {
    this.alive = Math.max(this.alive, this.#given.filter(({ disposed }) => !disposed).length);
    const given = super.logits(hidden);
    if (given.shape[0] !== 0) this.#given.push(given); // a question whether it learns has no rows
    return given;
  }

  get calls(): number {
    return this.#given.length;
  }
}

test('the logits of a chunk are gone before the next are made, forwards and backwards', () => {
  const rows = Array.from({ length: 6 }, (_, t) => [t, 1, -t]);
  using model = new Watched(rows, 'place');
  using held = new Watched(rows, 'place');
  model.rows.setRequiresGrad();
  tidy(() => {
    const ids = tensor([0, 1, 2, 0, 1, 2], { dtype: 'int64' });
    const reference = { hidden: held.rows, logits: (part: Tensor) => held.logits(part) };
    const { policy } = extrapolatedLogps(model, model.rows, ids, reference, 0.5, 2 * 3);
    policy.value.sum().backward();
    policy.backward();
    assert.deepEqual([model.calls, held.calls], [6, 3], 'each head once for each chunk, the policy’s once more back');
    const { value, backward } = tokenLogps(model, model.rows, ids, 2 * 3);
    value.sum().backward();
    backward();
    assert.deepEqual([model.alive, held.alive], [0, 0]);
  });
});

test('nothing is left allocated, with gradients or without, also where a token is none of the vocabulary', () => {
  using policy = learning(tinyModel('llama', 1));
  using reference = tinyModel('llama', 9);
  const held = { model: reference, adaptersOff: false };
  const score = (pairs: readonly EncodedPair[]) =>
    tidy(() => {
      const { logps, backward } = extrapolatedPairLogps(policy, held, pairs, 0.5);
      logps.chosen.sum().backward();
      backward();
      takeGradients(policy);
    });
  score(eightPairs); // makes the rotary tables
  const live = liveTensors();
  score(eightPairs);
  tidy(() => noGrad(() => void extrapolatedPairLogps(policy, held, eightPairs, 0.5)));
  assert.throws(() => score([{ prompt: [1], chosen: [99], rejected: [2] }]), { code: 'native' });
  assert.equal(liveTensors(), live);
});
