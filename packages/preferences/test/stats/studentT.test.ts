import assert from 'node:assert/strict';
import { test } from 'node:test';
import { t95 } from '../../src/stats/studentT.ts';

test('t quantiles are those of the tables, and of the closed forms for 1 and 2 degrees of freedom', () => {
  // Fisher and Yates, Statistical Tables, table III, P = 0.05: three decimals.
  const printed = {
    1: 12.706,
    2: 4.303,
    3: 3.182,
    4: 2.776,
    5: 2.571,
    9: 2.262,
    10: 2.228,
    29: 2.045,
    30: 2.042,
    120: 1.98,
  };
  for (const [df, expected] of Object.entries(printed)) {
    assert.ok(Math.abs(t95(Number(df)) - expected) < 0.0006, `${df}: ${t95(Number(df))}`);
  }
  assert.ok(Math.abs(t95(1) - Math.tan(0.475 * Math.PI)) < 1e-11); // Cauchy's distribution
  assert.ok(Math.abs(t95(2) - 0.95 * Math.sqrt(2 / (1 - 0.95 ** 2))) < 1e-11);
});

test('t quantiles fall towards the normal one, and parts of a degree of freedom are not counted', () => {
  for (let df = 2; df < 300; df++) assert.ok(t95(df) < t95(df - 1));
  assert.ok(Math.abs(t95(1e6) - 1.96) < 0.003);
  assert.equal(t95(7.9), t95(7));
  for (const none of [0, 0.5, -1, Number.NaN]) assert.throws(() => t95(none), /degrees of freedom/);
});
