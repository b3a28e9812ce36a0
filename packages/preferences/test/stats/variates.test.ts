import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mean, seededRandom, standardDeviation } from '../../src/index.ts';
import { cholesky, inverseDiagonal, solveLower, solveUpper } from '../../src/stats/cholesky.ts';
import { normalCdf, normalQuantile } from '../../src/stats/normal.ts';
import { polyaGamma } from '../../src/stats/polyaGamma.ts';
import { exponential, inverseGaussian, laplace, normals } from '../../src/stats/variates.ts';

const relative = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual / expected - 1) <= tolerance, `${actual} is not ${expected}`);

test('the normal distribution function and its inverse have their published digits, far into the tails', () => {
  // Φ from R's pnorm, Φ⁻¹ from Wichura's AS 241 and R's qnorm
  const published = [
    [-10, 7.619853024160527e-24],
    [-5, 2.866515718791939e-7],
    [-3, 0.001349898031630095],
    [-1.96, 0.024997895148220435],
    [0, 0.5],
    [1, 0.8413447460685429],
    [4, 0.9999683287581669],
  ] as const;
  for (const [x, p] of published) {
    relative(normalCdf(x), p, 1e-13);
    assert.ok(Math.abs(normalQuantile(p) - x) < 1e-11 * Math.max(1, Math.abs(x)) * (x > 3 ? 1e3 : 1));
  }
  relative(normalQuantile(1e-10), -6.361340902404056, 1e-14);
  relative(normalQuantile(0.975), 1.959963984540054, 1e-15);
  assert.throws(() => normalQuantile(1), /p is 1; expected between 0 and 1\./);
});

/** Mean and deviation of draws, whose errors are a few per thousand here; the seeds are fixed. */
function moments(draw: () => number, n = 60_000) {
  const values = Float64Array.from({ length: n }, draw);
  return { mean: mean(values), sd: standardDeviation(values), error: standardDeviation(values) / Math.sqrt(n) };
}

test('random numbers have the moments of their laws', () => {
  const random = seededRandom(4);
  const normal = normals(random);
  const laws = [
    { draw: normal, mean: 0, sd: 1 },
    { draw: () => exponential(random), mean: 1, sd: 1 },
    { draw: () => laplace(random, 0.1), mean: 0, sd: 0.1 * Math.SQRT2 },
    { draw: () => inverseGaussian(random, normal, 2, 5), mean: 2, sd: Math.sqrt(8 / 5) }, // √(μ³/λ)
  ];
  for (const law of laws) {
    const found = moments(law.draw);
    assert.ok(Math.abs(found.mean - law.mean) < 4 * found.error, `mean ${found.mean}, not ${law.mean}`);
    relative(found.sd, law.sd, 0.03);
  }
});

test('inverse Gaussian numbers of a mean far beyond their shape stay above 0', () => {
  const random = seededRandom(6);
  const normal = normals(random);
  for (let i = 0; i < 1000; i++) assert.ok(inverseGaussian(random, normal, 1e9, 1) > 0);
});

test('Pólya-Gamma numbers have their mean tanh(z/2)/2z and variance (sinh z − z)/(4z³cosh²(z/2))', () => {
  const random = seededRandom(5);
  const normal = normals(random);
  for (const z of [0, 0.5, -2, 6, 20]) {
    const found = moments(() => polyaGamma(random, normal, z), 40_000);
    const [m, v] =
      z === 0
        ? [1 / 4, 1 / 24]
        : [Math.tanh(z / 2) / (2 * z), (Math.sinh(z) - z) / (4 * z ** 3 * Math.cosh(z / 2) ** 2)];
    assert.ok(Math.abs(found.mean - m) < 4 * found.error, `z = ${z}: mean ${found.mean}, not ${m}`);
    relative(found.sd, Math.sqrt(v), 0.05);
  }
});

test('a Cholesky factor solves its system, and a matrix that is not positive definite is refused', () => {
  const matrix = Float64Array.of(4, 2, 0.6, 2, 5, 1, 0.6, 1, 3);
  const x = solveUpper(cholesky(matrix), solveLower(cholesky(matrix), Float64Array.of(1, 2, 3)));
  for (let i = 0; i < 3; i++) {
    const product = x.reduce((sum, value, j) => sum + value * matrix[3 * i + j]!, 0);
    assert.ok(Math.abs(product - (i + 1)) < 1e-12);
  }
  // the inverse's diagonal by cofactors: 14/det, 11.64/det, 16/det with det = 4·14 − 2·5.4 + 0.6·(2 − 3)
  const determinant = 4 * 14 - 2 * 5.4 + 0.6 * -1;
  [14, 11.64, 16].forEach((cofactor, i) => {
    relative(inverseDiagonal(cholesky(matrix))[i]!, cofactor / determinant, 1e-12);
  });
  assert.throws(() => cholesky(Float64Array.of(1, 2, 2, 1)), /expected positive definite/);
});
