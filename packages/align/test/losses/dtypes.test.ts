import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tidy } from '@attune/torch';
import { preferenceLosses } from '../../src/losses/index.ts';
import { assertClose } from '../assertClose.ts';
import { anyOptions, type Batch, lengthsOf, lossTypes, policyOf, referenceOf, withGradients } from './pairs.ts';

/** Numbers that bfloat16 holds exactly, so that only the loss's own arithmetic rounds. */
const batch: Batch = {
  policyChosen: [-2.5, -4, -0.75, -7],
  policyRejected: [-3, -2.25, -6.5, -7.5],
  referenceChosen: [-3.5, -3, -1.25, -5],
  referenceRejected: [-2, -2.75, -3.5, -6],
  chosenTokens: [2, 5, 1, 4],
  rejectedTokens: [3, 2, 4, 8],
};

// A unit in the last place is 1.2e-7 of a float32 and 7.8e-3 of a bfloat16; up to ten roundings follow each other.
const tolerances = { float32: { rtol: 1e-5, atol: 1e-6 }, bfloat16: { rtol: 4e-2, atol: 2e-2 } } as const;

for (const dtype of ['float32', 'bfloat16'] as const) {
  for (const type of lossTypes) {
    test(`${type} in ${dtype} agrees with float64 as closely as ${dtype} can, in value and gradient`, () => {
      const { loss } = preferenceLosses[type];
      const exact = withGradients(loss, batch, anyOptions);
      const rounded = withGradients(loss, batch, anyOptions, dtype);
      for (const name of ['losses', 'chosen', 'rejected'] as const) {
        assertClose(rounded[name], exact[name], { ...tolerances[dtype], what: name });
      }
    });
  }
}

test('losses keep the dtype of the log-probabilities, whatever that of the lengths', () => {
  for (const dtype of ['float64', 'float32', 'bfloat16'] as const) {
    for (const type of lossTypes) {
      tidy(() => {
        const made = preferenceLosses[type].loss(
          policyOf(batch, dtype),
          referenceOf(batch, dtype),
          lengthsOf(batch),
          anyOptions,
        );
        assert.equal(made.dtype, dtype, type);
        assert.deepEqual(made.shape, [4], type);
      });
    }
  }
});
