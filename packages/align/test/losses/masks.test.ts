import { test } from 'node:test';
import { type Tensor, tensor, tidy } from '@attune/torch';
import fc from 'fast-check';
import { aggregate, maskedMean, ppoPolicyLoss, ppoValueLoss } from '../../src/losses/index.ts';
import { assertClose } from '../assertClose.ts';
import { gradients } from '../checkGradient.ts';

const anyNumber = fc.double({ min: -3, max: 3, noNaN: true });
const poison = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, 1000);

/** Tokens of three columns, some masked, and what might stand where they are. At least one counts. */
const anyTokens = fc
  .array(
    fc.record({
      kept: fc.boolean(),
      columns: fc.tuple(anyNumber, anyNumber, anyNumber),
      poisons: fc.tuple(poison, poison, poison),
    }),
    { minLength: 2, maxLength: 12 },
  )
  .filter((tokens) => tokens.some(({ kept }) => kept));

type Three = [Tensor, Tensor, Tensor];
type Loss = (columns: Three, mask?: Tensor) => Tensor;

/** Means that a mask may reach; the second and third column are constants of the first's gradient where they are read. */
const losses: Record<string, Loss> = {
  'the policy’s loss': ([logps, oldLogps, advantages], mask) =>
    ppoPolicyLoss({ logps, oldLogps, advantages, mask }, { cliprange: 0.2 }).loss,
  'the policy’s clip fraction': ([logps, oldLogps, advantages], mask) =>
    ppoPolicyLoss({ logps, oldLogps, advantages, mask }, { cliprange: 0.2 }).clipFraction,
  'the policy’s approxKl': ([logps, oldLogps, advantages], mask) =>
    ppoPolicyLoss({ logps, oldLogps, advantages, mask }, { cliprange: 0.2 }).approxKl,
  'the mean ratio': ([logps, oldLogps, advantages], mask) =>
    ppoPolicyLoss({ logps, oldLogps, advantages, mask }, { cliprange: 0.2 }).ratio,
  'the critic’s loss': ([values, oldValues, returns], mask) =>
    ppoValueLoss({ values, oldValues, returns, mask }, { cliprangeValue: 0.2 }).loss,
  'the critic’s clip fraction': ([values, oldValues, returns], mask) =>
    ppoValueLoss({ values, oldValues, returns, mask }, { cliprangeValue: 0.2 }).clipFraction,
  'the masked mean': ([values], mask) => maskedMean(values, mask),
};

const f64 = (values: readonly number[]) => tensor([...values], { dtype: 'float64' });
const column = (rows: readonly (readonly number[])[], i: number) => rows.map((row) => row[i]!);

for (const [what, loss] of Object.entries(losses)) {
  test(`${what} is that of the tokens that count alone, whatever stands at the others; no gradient reaches those`, () => {
    fc.assert(
      fc.property(anyTokens, (tokens) => {
        const mask = tokens.map(({ kept }) => Number(kept));
        const rows = tokens.map(({ kept, columns, poisons }) => (kept ? columns : poisons));
        const kept = rows.filter((_, t) => mask[t] === 1);
        const masked = (x: Tensor) => loss([x, f64(column(rows, 1)), f64(column(rows, 2))], f64(mask));
        const alone = (x: Tensor) => loss([x, f64(column(kept, 1)), f64(column(kept, 2))]);

        const close = { rtol: 1e-12, atol: 1e-14 };
        const [first, keptFirst] = [column(rows, 0), column(kept, 0)];
        const expected = tidy(() => alone(f64(keptFirst)).item());
        assertClose(
          tidy(() => masked(f64(first)).item()),
          expected,
          close,
        );
        if (!tidy(() => alone(f64(keptFirst).setRequiresGrad()).requiresGrad)) return;
        const [all] = gradients(masked, first);
        const [few] = gradients(alone, keptFirst);
        assertClose(
          all!,
          mask.map((m) => (m === 1 ? few!.shift()! : 0)),
          close,
        );
      }),
    );
  });
}

test('the losses of masked tokens are 0, whatever stands there', () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 1000]) {
    for (const broken of [0, 1, 2]) {
      tidy(() => {
        const [a, b, c] = [0, 1, 2].map((i) => f64([0.5, i === broken ? bad : 0.5])) as Three;
        const mask = f64([1, 0]);
        const policy = ppoPolicyLoss({ logps: a, oldLogps: b, advantages: c, mask }, { cliprange: 0.2 });
        const critic = ppoValueLoss({ values: a, oldValues: b, returns: c, mask }, { cliprangeValue: 0.2 });
        assertClose(policy.losses.toArray(), [-0.5, 0]);
        assertClose(critic.losses.toArray(), [0, 0]);
      });
    }
  }
});

const anyRows = fc.array(
  fc.array(fc.record({ kept: fc.boolean(), value: anyNumber, poison }), { minLength: 4, maxLength: 4 }),
  { minLength: 1, maxLength: 4 },
);

test('aggregate by token and by sequence is that of the tokens that count alone, in value and gradient', () => {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
  fc.assert(
    fc.property(anyRows, (rows) => {
      const shape = [rows.length, 4];
      const flat = rows.flat();
      const mask = f64(flat.map(({ kept }) => Number(kept))).view(shape);
      const filled = flat.map(({ kept, value, poison }) => (kept ? value : poison));
      const values = rows.map((row) => row.filter(({ kept }) => kept).map(({ value }) => value));
      const counted = values.filter((row) => row.length > 0);
      const tokens = values.flat().length;
      const cases = {
        token: { value: mean(values.flat()), slope: () => 1 / tokens },
        sequence: {
          value: mean(counted.map(mean)),
          slope: (row: number) => 1 / (values[row]!.length * counted.length),
        },
      };
      for (const [over, { value, slope }] of Object.entries(cases) as ['token', (typeof cases)['sequence']][]) {
        const of = (x: Tensor) => aggregate(x.view(shape), mask, over);
        assertClose(
          tidy(() => of(f64(filled)).item()),
          value,
          { rtol: 1e-12, atol: 1e-12, what: over },
        );
        const expected = flat.map(({ kept }, i) => (kept ? slope(Math.floor(i / 4)) : 0));
        assertClose(gradients(of, filled)[0]!, expected, { rtol: 1e-12, what: `${over} gradient` });
      }
    }),
  );
});

test('[batch, time] with a mask and [tokens] without padding give one loss', () => {
  tidy(() => {
    const [logps, oldLogps, advantages] = [
      f64([-1, -2, 9, -0.5, 9, 9]),
      f64([-1.1, -2.5, 9, -0.4, 0, 0]),
      f64([1, -1, 9, 2, 9, 9]),
    ];
    const mask = f64([1, 1, 0, 1, 0, 0]);
    const kept = tensor([0, 1, 3], { dtype: 'int64' });
    const square = (x: Tensor) => x.view([2, 3]);
    const flat = (x: Tensor) => x.indexSelect(0, kept);
    const padded = ppoPolicyLoss(
      { logps: square(logps), oldLogps: square(oldLogps), advantages: square(advantages), mask: square(mask) },
      { cliprange: 0.2 },
    );
    const packed = ppoPolicyLoss(
      { logps: flat(logps), oldLogps: flat(oldLogps), advantages: flat(advantages) },
      { cliprange: 0.2 },
    );
    for (const name of ['loss', 'clipFraction', 'approxKl', 'ratio'] as const) {
      assertClose(padded[name].item(), packed[name].item(), { rtol: 1e-14, what: name });
    }
  });
});
