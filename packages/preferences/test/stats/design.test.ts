import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Design } from '../../src/stats/design.ts';

const close = (actual: Float64Array, expected: readonly number[], tolerance = 1e-12) => {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(
      Math.abs(actual[i]! - value) <= tolerance * Math.max(1, Math.abs(value)),
      `${i}: ${actual[i]} is not ${value}`,
    );
  });
};

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

const entry = fc.oneof(fc.constantFrom(-1, 0, 1), fc.double({ min: -3, max: 3, noNaN: true }));
const matrix = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 12 })).chain(([columns, rows]) =>
  fc.record({
    rows: fc.array(fc.array(entry, { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows }),
    w: fc.array(entry, { minLength: columns, maxLength: columns }),
    r: fc.array(entry, { minLength: rows, maxLength: rows }),
    signs: fc.array(fc.constantFrom(-1, 1), { minLength: rows, maxLength: rows }),
  }),
);

test('the products of a matrix kept as patterns are those of the matrix', () => {
  fc.assert(
    fc.property(matrix, ({ rows, w, r, signs }) => {
      const design = new Design(rows, signs);
      const signed = rows.map((row, i) => row.map((value) => value * signs[i]!));
      const z = new Float64Array(rows.length);
      design.times(Float64Array.from(w), z);
      close(
        z,
        signed.map((row) => dot(row, w)),
      );
      const g = new Float64Array(w.length);
      design.transposeTimes(Float64Array.from(r), g);
      close(
        g,
        w.map((_, j) =>
          dot(
            signed.map((row) => row[j]!),
            r,
          ),
        ),
      );
      const gram = w.flatMap((_, j) =>
        w.map((__, k) => signed.reduce((sum, row, i) => sum + r[i]! * row[j]! * row[k]!, 0)),
      );
      close(design.gram(Float64Array.from(r)), gram);
    }),
  );
});

test('a product can begin at any row and be as long as there is room', () => {
  const design = new Design([
    [1, 0, -1, 1, 1],
    [0, 1, 1, 0, -1],
    [1, 1, 1, 1, 1],
  ]);
  const z = new Float64Array(2);
  design.times(Float64Array.of(1, 2, 3, 4, 5), z, 1);
  assert.deepEqual([...z], [0, 15]);
});

test('rows of different lengths and what is no number are refused with their place', () => {
  assert.throws(() => new Design([[1, 0], [1]]), /The length of row 1 is 1; expected that of row 0, 2\./);
  assert.throws(
    () =>
      new Design([
        [1, 0],
        [1, Number.NaN],
      ]),
    /Feature 1 of row 1 is NaN; expected a number\./,
  );
});
