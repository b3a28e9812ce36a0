import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Tensor, tensor, tidy } from '@attune/torch';
import { aggregate, maskedMean, ppoPolicyLoss, ppoValueLoss } from '../../src/losses/index.ts';
import { assertClose } from '../assertClose.ts';
import { readJson } from '../shared.ts';

const golden = readJson(`${import.meta.dirname}/../golden/ppo.json`);
const exact = { rtol: 1e-12 }; // float64: sums of a few small numbers

const f64 = (values: number[] | number[][]): Tensor => tensor(values, { dtype: 'float64' });

for (const { from, over, losses, mask, out } of golden.aggregate) {
  test(`aggregate by ${over} gives the value of ${from}`, () => {
    assertClose(
      tidy(() => aggregate(f64(losses), f64(mask), over).item()),
      out,
      exact,
    );
  });
}

test(`a mean over micro-batches is over all of their tokens: ${golden.microBatches.from}`, () => {
  const { losses, masks, mean } = golden.microBatches;
  const tokens = masks.flat(2).filter((m: number) => m === 1).length;
  const parts = losses.map((rows: number[][], i: number) =>
    tidy(() => maskedMean(f64(rows), f64(masks[i]), tokens).item()),
  );
  assertClose(
    parts.reduce((a: number, b: number) => a + b),
    mean,
    exact,
  );
});

test(`maskedMean gives the values of ${golden.maskedMean.from}`, () => {
  for (const { values, mask, mean } of golden.maskedMean.cases) {
    assert.equal(
      tidy(() => maskedMean(f64(values), f64(mask)).item()),
      mean,
    );
    assert.equal(
      tidy(() => maskedMean(f64(values), f64(mask).gt(0)).item()),
      mean,
    ); // bool masks too
  }
});

test('the mean of tokens of which none counts is 0, and so is that of responses', () => {
  tidy(() => {
    const [values, none] = [
      f64([
        [1, 2],
        [3, 4],
      ]),
      f64([
        [0, 0],
        [0, 0],
      ]),
    ];
    for (const mean of [
      maskedMean(values, none),
      aggregate(values, none, 'token'),
      aggregate(values, none, 'sequence'),
    ]) {
      assert.equal(mean.item(), 0);
    }
    assert.equal(maskedMean(f64([])).item(), 0);
  });
});

test('where all responses are of one length, both aggregations agree; where they are not, long ones weigh more by token', () => {
  tidy(() => {
    const [losses, all] = [
      f64([
        [1, 2],
        [3, 4],
      ]),
      f64([
        [1, 1],
        [1, 1],
      ]),
    ];
    assert.equal(aggregate(losses, all, 'token').item(), aggregate(losses, all, 'sequence').item());
    const ragged = f64([
      [1, 0],
      [1, 1],
    ]);
    assertClose(aggregate(losses, ragged, 'token').item(), 8 / 3, exact);
    assertClose(aggregate(losses, ragged, 'sequence').item(), 2.25, exact);
  });
});

test('sums are made in float32 at least: a mean over 3000 tokens of bfloat16 is right', () => {
  tidy(() => {
    const ones = tensor(Array<number>(3000).fill(1)).to('bfloat16'); // 8 bits: 256 + 1 is 256
    assert.equal(maskedMean(ones).item(), 1);
    assert.equal(maskedMean(ones, ones).item(), 1);
    assert.equal(aggregate(ones.view([3, 1000]), ones.view([3, 1000]), 'sequence').item(), 1);
    const loss = ppoPolicyLoss({ logps: ones, oldLogps: ones, advantages: ones }, { cliprange: 0.2 });
    assert.deepEqual([loss.loss.item(), loss.loss.dtype], [-1, 'float32']);
    assert.equal(ppoValueLoss({ values: ones, oldValues: ones, returns: ones }, { cliprangeValue: 1 }).loss.item(), 0);
  });
});
