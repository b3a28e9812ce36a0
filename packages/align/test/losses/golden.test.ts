import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stack, type Tensor, tensor, tidy } from '@attune/torch';
import {
  cpoLoss,
  type DivergenceType,
  divergences,
  hingeLoss,
  ipoLoss,
  klEstimate,
  ktoLoss,
  type LossOptions,
  noReference,
  oddsRatioLoss,
  type PairwiseLoss,
  preferenceLoss,
  preferenceLosses,
  sftLoss,
  sigmoidLoss,
} from '../../src/losses/index.ts';
import { assertClose } from '../assertClose.ts';
import { readJson } from '../shared.ts';
import { type Batch, pairs, withGradients } from './pairs.ts';

const golden = readJson(`${import.meta.dirname}/../golden/losses.json`);

// The file holds 12 significant digits of float64 values, some of them sums of squares of numbers near 100.
const digits = { rtol: 1e-10, atol: 1e-11 };

interface Settings {
  readonly beta: number;
  readonly labelSmoothing?: number;
  readonly tau?: number;
  readonly gamma?: number;
  readonly fDivergence?: DivergenceType;
  readonly alpha?: number;
}

/** Cases that are a form of another loss of ours. */
const forms: Record<string, PairwiseLoss> = {
  cdpo: sigmoidLoss,
  ipo_summed: (policy, reference, lengths, options) =>
    ipoLoss(policy, reference, lengths, { ...options, averaged: false }),
  orpo: (policy, _reference, lengths, { beta }) => oddsRatioLoss(policy, lengths).mul(beta),
  cpo_sigmoid: (policy, reference, lengths, options) =>
    cpoLoss(policy, reference, lengths, { ...options, cpoAlpha: 0 }),
  cpo_hinge: (policy, _reference, lengths, options) => hingeLoss(policy, noReference(policy), lengths, options),
};

const lossNamed = (name: string): PairwiseLoss => forms[name] ?? preferenceLosses[name as 'sigmoid'].loss;

const optionsFrom = ({ tau, gamma, fDivergence, alpha, ...rest }: Settings): LossOptions => ({
  ...rest,
  ...(tau !== undefined && { discopopTau: tau }),
  ...(gamma !== undefined && { simpoGamma: gamma }),
  ...(fDivergence !== undefined && { divergence: divergences[fDivergence](alpha!) }),
});

/** Gradients where the golden file has one: a corner or a tie has none. */
const defined = (expected: (number | null)[], actual: number[]) =>
  expected.flatMap((value, i) => (value === null ? [] : [[value, actual[i]!] as const]));

for (const { loss, batch, settings, ...expected } of golden.cases) {
  test(`${loss} ${JSON.stringify(settings)} on ${batch}: losses and gradients of ${golden.source}`, () => {
    const actual = withGradients(lossNamed(loss), golden.batches[batch] as Batch, optionsFrom(settings));
    assertClose(actual.losses, expected.losses, { ...digits, what: 'losses' });
    for (const side of ['chosen', 'rejected'] as const) {
      const both = defined(expected[`${side}Gradients`], actual[side]);
      assertClose(
        both.map(([, got]) => got),
        both.map(([wanted]) => wanted),
        { ...digits, what: side },
      );
    }
  });
}

test('the golden cases cover every pairwise loss but the terms and relatives tested below', () => {
  const covered = new Set(golden.cases.map(({ loss }: { loss: string }) => loss.replace(/_(sigmoid|summed)$/, '')));
  assert.deepEqual(
    Object.keys(preferenceLosses).filter((name) => !covered.has(name)),
    ['sft', 'kto'],
  );
});

for (const { loss, settings, inputs, kl, ...expected } of golden.kto) {
  test(`${loss} ${JSON.stringify(settings)}: the KL estimate, losses and gradients of ${golden.source}`, () => {
    tidy(() => {
      const column = (name: string) => tensor(inputs[name], { dtype: 'float64' });
      const estimate = loss === 'kto' ? klEstimate(column('klPolicy'), column('klReference')) : 0;
      if (typeof estimate !== 'number') assertClose(estimate.item(), kl, digits);
      const policy = column('policy').setRequiresGrad();
      const desirable = tensor(inputs.desirable.map(Number), { dtype: 'bool' });
      const losses = ktoLoss(policy, column('reference'), desirable, { ...settings, kl: estimate });
      losses.sum().backward();
      assertClose(losses.toArray(), expected.losses, digits);
      assertClose(policy.grad!.toArray(), expected.gradients, digits);
    });
  });
}

/** Sums over tokens of the rows of `tokens`, chosen responses first, as pairs. */
function summed(rows: readonly Tensor[]) {
  const sums = rows.map((row) => row.sum());
  return { chosen: stack(sums.slice(0, 3)), rejected: stack(sums.slice(3)) };
}

for (const name of ['sft', 'mpo']) {
  test(`${name}: the total and its gradients by token of ${golden.source}`, () => {
    const { policy, reference, settings, cases } = golden.tokens;
    const expected = cases.find(({ loss }: { loss: string }) => loss === name);
    tidy(() => {
      const rows = policy.map((row: number[]) => tensor(row, { dtype: 'float64' }).setRequiresGrad()) as Tensor[];
      const references = summed(reference.map((row: number[]) => tensor(row, { dtype: 'float64' })));
      const counts = policy.map((row: number[]) => row.length);
      const lengths = pairs(counts.slice(0, 3), counts.slice(3), 'int64');
      const mpo = preferenceLoss({ types: ['sigmoid', 'bco_pair', 'sft'], weights: settings.mpoWeights });
      const total = (name === 'sft' ? sftLoss : mpo)(summed(rows), references, lengths, settings).mean();
      total.backward();
      assertClose(total.item(), expected.total, digits);
      for (const [i, row] of rows.entries())
        assertClose(row.grad?.toArray() ?? row.mul(0).toArray(), expected.gradients[i], digits);
    });
  });
}
