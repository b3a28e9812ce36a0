import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Concave, newtonMode } from '../../src/stats/newton.ts';

/** −Σ cosh(x_j − c_j), greatest at c; steep enough far out that a whole Newton step from there is no use at all. */
const peak = (center: readonly number[]): Concave => ({
  value: (at) => -at.reduce((sum, x, j) => sum + Math.cosh(x - center[j]!), 0),
  derivatives(at, gradient, curvature) {
    curvature.fill(0);
    at.forEach((x, j) => {
      gradient[j] = -Math.sinh(x - center[j]!);
      curvature[j * at.length + j] = Math.cosh(x - center[j]!);
    });
  },
});

test('newtonMode finds the maximum to the last digits, also from far away', () => {
  for (const start of [
    [0, 0],
    [30, -50],
  ]) {
    const mode = newtonMode(peak([1, -2]), Float64Array.from(start));
    assert.ok(Math.abs(mode[0]! - 1) < 1e-12 && Math.abs(mode[1]! + 2) < 1e-12, String(mode));
  }
});

test('newtonMode halves a step that would lead lower', () => {
  // −√(1 + x²): beyond |x| = 1 a whole step leads to −x³, farther out on the other side
  const hyperbola: Concave = {
    value: ([x]) => -Math.sqrt(1 + x! * x!),
    derivatives([x], gradient, curvature) {
      gradient[0] = -x! / Math.sqrt(1 + x! * x!);
      curvature[0] = (1 + x! * x!) ** -1.5;
    },
  };
  assert.ok(Math.abs(newtonMode(hyperbola, Float64Array.of(4))[0]!) < 1e-9);
});

test('newtonMode says where there is no maximum', () => {
  const rising: Concave = {
    value: ([x]) => -Math.exp(-x!),
    derivatives([x], gradient, curvature) {
      gradient[0] = Math.exp(-x!);
      curvature[0] = Math.exp(-x!);
    },
  };
  assert.throws(() => newtonMode(rising, Float64Array.of(0), 0), { code: 'invalid_value' });
});
