import { type Tensor, tensor, tidy } from '@attune/torch';
import { assertClose } from './assertClose.ts';

type Scalar = (...inputs: Tensor[]) => Tensor;

/** Gradients of the sum of `f` by each of its inputs, by autograd in float64. Every input is a list: [n]. */
export function gradients(f: Scalar, ...inputs: readonly number[][]): number[][] {
  return tidy(() => {
    const leaves = inputs.map((values) => tensor(values, { dtype: 'float64' }).setRequiresGrad());
    f(...leaves)
      .sum()
      .backward();
    return leaves.map((leaf) => leaf.grad?.toArray() ?? leaf.shape.flatMap((n) => Array<number>(n).fill(0)));
  });
}

/**
 * Fails unless the gradients of the sum of `f` equal central differences, (f(x + h) − f(x − h))/2h.
 *
 * With h = 1e-5 in float64 their own error is about h²·f‴ + 1e-16·f/h: 1e-10 for values near 1, 1e-8 near 1000.
 */
export function checkGradient(
  f: Scalar,
  inputs: readonly number[][],
  { rtol = 1e-6, atol = 1e-7, what = '' } = {},
): void {
  const h = 1e-5;
  const at = (shifted: readonly number[][]): number =>
    tidy(() =>
      f(...shifted.map((values) => tensor(values, { dtype: 'float64' })))
        .sum()
        .item(),
    );
  const shift = (which: number, i: number, by: number) =>
    inputs.map((values, k) => values.map((x, j) => (k === which && j === i ? x + by : x)));
  const byDifferences = inputs.map((values, which) =>
    values.map((_, i) => (at(shift(which, i, h)) - at(shift(which, i, -h))) / (2 * h)),
  );
  assertClose(gradients(f, ...inputs).flat(), byDifferences.flat(), { rtol, atol, what: `${what} gradient` });
}
