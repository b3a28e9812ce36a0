import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, randn, schemaOf, tensor, tidy } from '@attune/torch';
import { type AttentionMask, attention, composedAttention } from '../../src/nn/attention.ts';
import { assertClose } from '../assertClose.ts';
import { checkGradient } from '../checkGradient.ts';

interface Sizes {
  readonly rows: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly queries: number;
  readonly keys: number;
  readonly headDim: number;
}

/** softmax(q·kᵀ/√headDim + mask)·v in loops; every list row-major, in the shapes that attention() takes. */
function looped(
  q: number[],
  k: number[],
  v: number[],
  mask: (row: number, query: number, key: number) => number,
  s: Sizes,
): number[] {
  const out: number[] = [];
  for (let row = 0; row < s.rows; row++)
    for (let head = 0; head < s.heads; head++)
      for (let i = 0; i < s.queries; i++) {
        const kvHead = Math.floor(head / (s.heads / s.kvHeads));
        const query = (d: number) => q[((row * s.heads + head) * s.queries + i) * s.headDim + d]!;
        const at = (x: number[], j: number, d: number) => x[((row * s.kvHeads + kvHead) * s.keys + j) * s.headDim + d]!;
        const dims = [...Array(s.headDim).keys()];
        const weights = Array.from({ length: s.keys }, (_, j) =>
          Math.exp(dims.reduce((sum, d) => sum + query(d) * at(k, j, d), 0) / Math.sqrt(s.headDim) + mask(row, i, j)),
        );
        const total = weights.reduce((a, b) => a + b);
        for (const d of dims) out.push(weights.reduce((sum, w, j) => sum + (w / total) * at(v, j, d), 0));
      }
  return out;
}

const cases: (Sizes & { causal: boolean })[] = [
  { rows: 2, heads: 2, kvHeads: 2, queries: 3, keys: 3, headDim: 4, causal: true },
  { rows: 1, heads: 6, kvHeads: 2, queries: 4, keys: 4, headDim: 2, causal: true },
  { rows: 2, heads: 4, kvHeads: 1, queries: 1, keys: 1, headDim: 2, causal: true },
  { rows: 3, heads: 4, kvHeads: 2, queries: 2, keys: 5, headDim: 3, causal: false },
  { rows: 1, heads: 1, kvHeads: 1, queries: 4, keys: 2, headDim: 5, causal: false },
];

for (const s of cases) {
  const mask = (row: number, i: number, j: number) => {
    if (s.causal) return j > i ? Number.NEGATIVE_INFINITY : 0;
    return (row + i + j) % 3 === 0 && j > 0 ? Number.NEGATIVE_INFINITY : 0.1 * (i - j);
  };
  const inputs = () => {
    const random = new Random(4);
    const kind = { dtype: 'float64' } as const;
    return [
      randn([s.rows, s.heads, s.queries, s.headDim], random, kind),
      randn([s.rows, s.kvHeads, s.keys, s.headDim], random, kind),
      randn([s.rows, s.kvHeads, s.keys, s.headDim], random, kind),
    ] as const;
  };
  const added = (): AttentionMask => {
    if (s.causal) return 'causal';
    const values = [...Array(s.rows * s.queries * s.keys).keys()].map((n) =>
      mask(Math.floor(n / (s.queries * s.keys)), Math.floor(n / s.keys) % s.queries, n % s.keys),
    );
    return tensor(values, { dtype: 'float64' }).view([s.rows, 1, s.queries, s.keys]);
  };

  test(`${JSON.stringify(s)}: composed attention and the one in use give what loops give`, () => {
    tidy(() => {
      const [q, k, v] = inputs();
      const expected = looped(q.toArray(), k.toArray(), v.toArray(), mask, s);
      for (const compute of [composedAttention, attention]) {
        const out = compute(q, k, v, added());
        assert.deepEqual(out.shape, q.shape);
        assertClose(out.toArray(), expected, { rtol: 1e-12, atol: 1e-13 });
      }
    });
  });

  test(`${JSON.stringify(s)}: composed attention and the one in use have the same gradients`, () => {
    tidy(() => {
      const [one, other] = [composedAttention, attention].map((compute) => {
        const leaves = inputs().map((x) => x.setRequiresGrad()) as unknown as ReturnType<typeof inputs>;
        const out = compute(...leaves, added());
        out.mul(out).sum().backward();
        return leaves.flatMap((leaf) => leaf.grad!.toArray());
      });
      assertClose(one!, other!, { rtol: 1e-10, atol: 1e-12 });
    });
  });
}

test('attention by autograd has the gradients of central differences', () => {
  const values = (n: number) => Array.from({ length: n }, (_, i) => Math.sin(3 * i + n));
  checkGradient(
    (q, k, v) => {
      const out = composedAttention(q.view([1, 2, 3, 2]), k.view([1, 1, 3, 2]), v.view([1, 1, 3, 2]), 'causal');
      return out.mul(out);
    },
    [values(12), values(6), values(6)],
    { atol: 1e-8 },
  );
});

test('the fused operator is used where this libtorch has it with grouped heads', (t) => {
  const schema = schemaOf('scaled_dot_product_attention');
  t.diagnostic(schema?.includes('enable_gqa') ? 'fused here' : 'composed here');
  assert.ok(schema === undefined || schema.startsWith('aten::scaled_dot_product_attention'));
});
