import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { liveTensors, type Tensor, tensor, tidy } from '@attune/torch';
import fc from 'fast-check';
import {
  exoPairLoss,
  implicitRewards,
  ktoPairLoss,
  type LossType,
  needsKl,
  needsReference,
  noReference,
  preferenceLoss,
  preferenceLosses,
  robustLoss,
} from '../../src/losses/index.ts';
import { assertClose } from '../assertClose.ts';
import {
  anyBatch,
  anyOptions,
  type Batch,
  lengthsOf,
  lossesOf,
  lossTypes,
  pairs,
  policyOf,
  referenceOf,
  swapped,
} from './pairs.ts';

const batch: Batch = {
  policyChosen: [-1, -9, -5],
  policyRejected: [-4, -3, -6],
  referenceChosen: [-3, -8, -4],
  referenceRejected: [-3, -4, -5],
  chosenTokens: [2, 5, 3],
  rejectedTokens: [3, 2, 4],
};

test('a weighted sum of losses is, pair by pair, the sum of each times its weight', () => {
  const types: LossType[] = ['sigmoid', 'bco_pair', 'sft'];
  const weights = [0.8, 0.2, 1];
  fc.assert(
    fc.property(anyBatch, (any) => {
      const parts = types.map((type) => lossesOf(preferenceLosses[type].loss, any, anyOptions));
      const expected = parts[0]!.map((_, pair) => types.reduce((sum, _, i) => sum + weights[i]! * parts[i]![pair]!, 0));
      assertClose(lossesOf(preferenceLoss({ types, weights }), any, anyOptions), expected, { rtol: 1e-12 });
    }),
    { numRuns: 20 },
  );
});

test('one loss without weights is that loss to the last bit', () => {
  for (const type of lossTypes) {
    const alone = lossesOf(preferenceLosses[type].loss, batch, anyOptions);
    assert.deepEqual(lossesOf(preferenceLoss({ types: [type] }), batch, anyOptions), alone);
  }
});

test('losses say what they need: a reference, a KL estimate', () => {
  assert.equal(needsReference(['sft', 'simpo', 'cpo', 'orpo']), false);
  assert.equal(needsReference(['sft', 'sigmoid']), true);
  assert.equal(needsKl(['sigmoid', 'kto']), true);
  assert.equal(needsKl(['sigmoid', 'sft']), false);
});

test('a loss that claims no reference does not read it, one that claims a setting reads it, and no other', () => {
  const changes = {
    beta: { beta: 0.9 },
    label_smoothing: { labelSmoothing: 0.3 },
    f_divergence_type: { divergence: (r: Tensor) => r.tanh() },
    discopop_tau: { discopopTau: 0.5 },
    simpo_gamma: { simpoGamma: 2 },
    cpo_alpha: { cpoAlpha: 3 },
    desirable_weight: { desirableWeight: 2 },
    undesirable_weight: { undesirableWeight: 2 },
  } as const;
  const otherReference = { ...batch, referenceChosen: [-1, -1, -20], referenceRejected: [-7, -1, -1] };
  for (const type of lossTypes) {
    const { loss, reads, needsReference: claims } = preferenceLosses[type];
    const before = JSON.stringify(lossesOf(loss, batch, anyOptions));
    assert.equal(JSON.stringify(lossesOf(loss, otherReference, anyOptions)) !== before, claims, `${type}: reference`);
    for (const [setting, change] of Object.entries(changes)) {
      const changed = JSON.stringify(lossesOf(loss, batch, { ...anyOptions, ...change })) !== before;
      assert.equal(changed, (reads as readonly string[]).includes(setting), `${type}: ${setting}`);
    }
  }
});

test('every α of the divergence settings goes with its type', () => {
  for (const { reads } of Object.values(preferenceLosses)) {
    const has = (name: string) => (reads as readonly string[]).includes(name);
    assert.equal(has('f_alpha_divergence_coef'), has('f_divergence_type'));
  }
});

test('implicit rewards are β times the log-ratios, detached; accuracy is strict, so a tie is 0', () => {
  tidy(() => {
    const policy = policyOf(batch);
    policy.chosen.setRequiresGrad();
    const rewards = implicitRewards(policy, referenceOf(batch), 0.5);
    assert.deepEqual(rewards.chosen.toArray(), [1, -0.5, -0.5]);
    assert.deepEqual(rewards.rejected.toArray(), [-0.5, 0.5, -0.5]);
    assert.deepEqual(rewards.margins.toArray(), [1.5, -1, 0]);
    assert.deepEqual(rewards.accuracies.toArray(), [1, 0, 0]);
    assert.equal(rewards.chosen.requiresGrad, false);
  });
});

test('swapping chosen and rejected flips the sign of the margin', () => {
  fc.assert(
    fc.property(anyBatch, (any) => {
      const margins = (of: Batch) => tidy(() => implicitRewards(policyOf(of), referenceOf(of), 0.1).margins.toArray());
      assertClose(
        margins(swapped(any)),
        margins(any).map((margin) => -margin),
        { atol: 1e-12 },
      );
    }),
    { numRuns: 30 },
  );
});

test('without a reference, rewards are β·log π', () => {
  tidy(() => {
    const policy = policyOf(batch);
    assert.deepEqual(implicitRewards(policy, noReference(policy), 0.5).chosen.toArray(), [-0.5, -4.5, -2.5]);
  });
});

test('what a loss has no value for is refused, saying what it needs', () => {
  const refused = (work: () => unknown, message: RegExp) =>
    assert.throws(work, { code: 'loss', badInput: true, message });
  refused(() => preferenceLoss({ types: [] }), /No loss was given/);
  refused(() => preferenceLoss({ types: ['aot_pair' as 'aot'] }), /no loss aot_pair.*aot_unpaired/);
  refused(() => preferenceLoss({ types: ['toString' as 'aot'] }), /no loss toString/);
  refused(() => preferenceLoss({ types: ['sigmoid', 'sft'], weights: [1] }), /1 weights for 2 losses/);
  refused(() => lossesOf(exoPairLoss, batch, { beta: 0.1 }), /exo_pair got label smoothing 0/);
  refused(() => lossesOf(robustLoss, batch, { beta: 0.1, labelSmoothing: 0.5 }), /robust got label smoothing 0\.5/);
  refused(() => lossesOf(ktoPairLoss, batch, { beta: 0.1 }), /kto got no KL estimate/);
});

test('log-probabilities that are not all [pairs] are refused before they broadcast', () => {
  const loss = preferenceLoss({ types: ['sigmoid'] });
  tidy(() => {
    const column = { ...referenceOf(batch), chosen: tensor([[-3], [-8], [-4]], { dtype: 'float64' }) };
    assert.throws(() => loss(policyOf(batch), column, lengthsOf(batch), { beta: 0.1 }), { code: 'shape_mismatch' });
    const short = pairs([1, 2], [1, 2]);
    assert.throws(() => loss(policyOf(batch), referenceOf(batch), short, { beta: 0.1 }), { code: 'shape_mismatch' });
  });
});

test('no loss leaves a tensor behind, also when it throws', () => {
  const before = liveTensors();
  for (const type of lossTypes) lossesOf(preferenceLosses[type].loss, batch, anyOptions);
  assert.throws(() => lossesOf(exoPairLoss, batch, { beta: 0.1 }));
  assert.equal(liveTensors(), before);
});

test('docs/losses.md has every loss with its formula, its paper and the settings it reads', () => {
  const page = readFileSync(`${import.meta.dirname}/../../../../docs/losses.md`, 'utf8');
  const cell = (text: string) => text.replaceAll('|', '\\|');
  for (const type of lossTypes) {
    const { formula, paper, reads } = preferenceLosses[type];
    const row = page.split('\n').find((line) => line.startsWith(`| \`${type}\` |`));
    assert.ok(row, `a row for ${type}`);
    for (const part of [cell(formula), cell(paper), ...reads]) assert.ok(row.includes(part), `${type}: ${part}`);
  }
});
