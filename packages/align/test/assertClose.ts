import assert from 'node:assert/strict';

type Numbers = number | readonly number[];

/** Fails unless |actual − expected| ≤ atol + rtol·|expected| for every number; says which one is furthest off. */
export function assertClose(
  actual: Numbers,
  expected: Numbers,
  { rtol = 0, atol = 0, what = '' }: { rtol?: number; atol?: number; what?: string } = {},
): void {
  const [got, wanted] = [[actual].flat(), [expected].flat()];
  assert.equal(got.length, wanted.length, `${what}: ${got.length} numbers for ${wanted.length}`);
  for (const [i, value] of got.entries()) {
    const distance = Math.abs(value - wanted[i]!);
    const allowed = atol + rtol * Math.abs(wanted[i]!);
    const isClose = value === wanted[i] || distance <= allowed;
    assert.ok(isClose, `${what} [${i}]: ${value}, expected ${wanted[i]} ± ${allowed}, off by ${distance}`);
  }
}
