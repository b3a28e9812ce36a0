import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Tensor, tensor, tidy } from '@attune/torch';
import fc from 'fast-check';
import { ppoPolicyLoss, ppoValueLoss } from '../../src/losses/index.ts';
import { assertClose } from '../assertClose.ts';
import { checkGradient, gradients } from '../checkGradient.ts';
import { noShared, readJson, shared } from '../shared.ts';

const golden = readJson(`${import.meta.dirname}/../golden/ppo.json`);
const cliprange = 0.2;

// float64: a handful of operations on numbers near 1.
const exact = { rtol: 1e-12, atol: 1e-12 };

const f64 = (values: number[] | number[][]): Tensor => tensor(values, { dtype: 'float64' });

/** Each tensor of a result as numbers. */
const numbers = <Name extends string>(result: Record<Name, Tensor>): Record<Name, number[]> =>
  Object.fromEntries(Object.entries<Tensor>(result).map(([name, value]) => [name, value.toArray()])) as Record<
    Name,
    number[]
  >;

interface Tokens {
  readonly logps: number[];
  readonly oldLogps: number[];
  readonly advantages: number[];
}

const policyLoss = ({ logps, oldLogps, advantages }: Tokens, clip = cliprange) =>
  tidy(() =>
    numbers({
      ...ppoPolicyLoss(
        { logps: f64(logps), oldLogps: f64(oldLogps), advantages: f64(advantages) },
        { cliprange: clip },
      ),
    }),
  );

const anyLogp = fc.double({ min: -8, max: 0, noNaN: true });
const anyNumber = fc.double({ min: -5, max: 5, noNaN: true });
const anyTokens = fc
  .array(fc.tuple(anyLogp, fc.double({ min: -1, max: 1, noNaN: true }), anyNumber), { minLength: 1, maxLength: 8 })
  .map((rows) => ({
    logps: rows.map(([old, moved]) => old + moved),
    oldLogps: rows.map(([old]) => old),
    advantages: rows.map(([, , advantage]) => advantage),
  }));

test(`ppoPolicyLoss gives the values of ${golden.policyLoss.from}`, () => {
  const { oldLogps, advantages, cases } = golden.policyLoss;
  for (const { logps, loss, ratio, clipFraction } of cases) {
    const found = policyLoss({ logps, oldLogps, advantages });
    assertClose(found.loss, loss, exact);
    assertClose(found.ratio, ratio, exact);
    assertClose(found.clipFraction, clipFraction);
  }
});

test(`ppoPolicyLoss gives the values of ${golden.maskedPolicyLoss.from}`, () => {
  const { logps, logRatio, advantages, mask, loss } = golden.maskedPolicyLoss;
  const oldLogps = logps.map((row: number[], i: number) => row.map((logp, t) => logp - logRatio[i][t]));
  tidy(() => {
    const tokens = { logps: f64(logps), oldLogps: f64(oldLogps), advantages: f64(advantages), mask: f64(mask) };
    assertClose(ppoPolicyLoss(tokens, { cliprange }).loss.item(), loss, exact);
  });
});

test(`ppoPolicyLoss gives the values of ${golden.threeTokens.from}, token by token`, () => {
  const found = policyLoss(golden.threeTokens);
  assertClose(found.losses, golden.threeTokens.perToken, { rtol: 1e-5 }); // its logps have five decimals
  assertClose(found.loss, golden.threeTokens.loss, { atol: 5e-5 });
});

test('ppoPolicyLoss is minus the clipped objective of ChatGLM-RLHF’s golden values', (t) => {
  const path = shared('chatglm-rlhf', 'golden_vectors.json');
  if (!path) return t.skip(noShared);
  for (const { ratio, advantage, epsilon, objective } of readJson(path).ppo_clip) {
    const found = policyLoss({ logps: [Math.log(ratio)], oldLogps: [0], advantages: [advantage] }, epsilon);
    assertClose(found.loss, -objective, { rtol: 1e-9 });
  }
});

test('at the first inner step ratios are 1 and the objective is the mean advantage: nothing is clipped, nothing has moved', () => {
  fc.assert(
    fc.property(anyTokens, (tokens) => {
      const found = policyLoss({ ...tokens, logps: tokens.oldLogps });
      const mean = tokens.advantages.reduce((a, b) => a + b, 0) / tokens.advantages.length;
      assertClose(found.loss, -mean, exact);
      assert.deepEqual([found.ratio, found.clipFraction, found.approxKl], [[1], [0], [0]]);
    }),
  );
});

test('clipping acts only where it lowers the objective, and there nothing is learned; elsewhere it is as if it were not', () => {
  fc.assert(
    fc.property(anyTokens, ({ logps, oldLogps, advantages }) => {
      const ratios = logps.map((logp, t) => Math.exp(logp - oldLogps[t]!));
      const clipped = ratios.map((r, t) => (advantages[t]! > 0 && r > 1.2) || (advantages[t]! < 0 && r < 0.8));
      const expected = ratios.map((r, t) => (clipped[t] ? 0 : -r * advantages[t]!));
      const [slopes] = gradients(
        (x) => ppoPolicyLoss({ logps: x, oldLogps: f64(oldLogps), advantages: f64(advantages) }, { cliprange }).losses,
        logps,
      );
      assertClose(slopes!, expected, { rtol: 1e-10, atol: 1e-12 });
      const found = policyLoss({ logps, oldLogps, advantages });
      assertClose(found.clipFraction, clipped.filter(Boolean).length / clipped.length, exact);
      const bound = ratios.map((r, t) => (clipped[t] ? (advantages[t]! > 0 ? 1.2 : 0.8) : r));
      assertClose(
        found.losses,
        bound.map((r, t) => -r * advantages[t]!),
        exact,
      );
    }),
  );
});

test('approxKl and ratio are what their names say: half the mean squared log-ratio, and the mean ratio; neither has a gradient', () => {
  const found = policyLoss({ logps: [-1, -2], oldLogps: [-1.1, -1.7], advantages: [1, 1] });
  assertClose(found.approxKl, (0.1 ** 2 + 0.3 ** 2) / 4, exact);
  assertClose(found.ratio, (Math.exp(0.1) + Math.exp(-0.3)) / 2, exact);
  tidy(() => {
    const logps = f64([-1]).setRequiresGrad();
    const { loss, ...others } = ppoPolicyLoss({ logps, oldLogps: f64([-2]), advantages: f64([1]) }, { cliprange });
    assert.ok(loss.requiresGrad);
    for (const name of ['clipFraction', 'approxKl', 'ratio'] as const) assert.ok(!others[name].requiresGrad, name);
  });
});

const anyValues = fc
  .array(fc.record({ value: anyNumber, old: anyNumber, aim: anyNumber }), { minLength: 1, maxLength: 8 })
  .map((rows) => ({
    values: rows.map(({ value }) => value),
    oldValues: rows.map(({ old }) => old),
    returns: rows.map(({ aim }) => aim),
  }));

const valueLoss = ({ values, oldValues, returns }: Record<'values' | 'oldValues' | 'returns', number[]>, clip = 0.2) =>
  tidy(() =>
    numbers({
      ...ppoValueLoss(
        { values: f64(values), oldValues: f64(oldValues), returns: f64(returns) },
        { cliprangeValue: clip },
      ),
    }),
  );

test('ppoValueLoss is half the squared error, or that of the value held within reach of the old one, if greater', () => {
  fc.assert(
    fc.property(anyValues, (tokens) => {
      const { values, oldValues, returns } = tokens;
      const held = values.map((v, t) => Math.min(Math.max(v, oldValues[t]! - 0.2), oldValues[t]! + 0.2));
      const errors = values.map((v, t) => [(v - returns[t]!) ** 2, (held[t]! - returns[t]!) ** 2] as const);
      const found = valueLoss(tokens);
      assertClose(
        found.losses,
        errors.map((pair) => Math.max(...pair) / 2),
        exact,
      );
      assertClose(found.loss, errors.reduce((sum, pair) => sum + Math.max(...pair) / 2, 0) / errors.length, exact);
      assertClose(found.clipFraction, errors.filter(([free, clipped]) => clipped > free).length / errors.length, exact);
    }),
  );
});

test('ppoValueLoss of a value within reach, and of one with no bound, is half the squared error', () => {
  const tokens = { values: [1.1, -0.3], oldValues: [1, -0.2], returns: [2, 0] };
  for (const clip of [0.2, Number.POSITIVE_INFINITY]) {
    assertClose(valueLoss(tokens, clip).losses, [0.9 ** 2 / 2, 0.3 ** 2 / 2], exact);
    assertClose(valueLoss(tokens, clip).clipFraction, 0);
  }
});

test('a value that came further towards its return than it may is not pushed on; one that went astray is pulled back', () => {
  const slope = (value: number, old: number, aim: number) =>
    gradients(
      (x) => ppoValueLoss({ values: x, oldValues: f64([old]), returns: f64([aim]) }, { cliprangeValue: 0.2 }).losses,
      [value],
    )[0];
  assertClose(slope(1.5, 1, 3)!, 0);
  assertClose(slope(0.5, 1, 3)!, -2.5, exact);
});

test('policy and value losses: gradients by autograd = gradients by central differences', () => {
  const [oldLogps, advantages, mask] = [f64([-1, -2, -0.5, -3]), f64([0.7, -1.1, 2, -0.4]), f64([1, 1, 0, 1])];
  checkGradient(
    (logps) => ppoPolicyLoss({ logps, oldLogps, advantages, mask }, { cliprange }).loss,
    [[-1.1, -1.9, -0.1, -3.5]],
  );
  const [oldValues, returns] = [f64([0.1, 0.2, 0.3, 0.4]), f64([1, -1, 2, 0.35])];
  checkGradient(
    (values) => ppoValueLoss({ values, oldValues, returns, mask }, { cliprangeValue: 0.2 }).loss,
    [[0.05, 0.15, 9, 0.9]],
  );
});

test('micro-batches that share a denominator add up to the mean over all of their tokens, in value and gradient', () => {
  fc.assert(
    fc.property(anyTokens, fc.integer({ min: 0, max: 8 }), ({ logps, oldLogps, advantages }, cut) => {
      const parts = [[0, Math.min(cut, logps.length)] as const, [Math.min(cut, logps.length), logps.length] as const];
      const part = (values: Tensor, [from, to]: readonly [number, number]) => values.narrow(0, from, to - from);
      const sumOf = (x: Tensor, name: 'loss' | 'clipFraction' | 'approxKl' | 'ratio') => {
        const [old, gains] = [f64(oldLogps), f64(advantages)];
        const pieces = parts.map(
          (range) =>
            ppoPolicyLoss(
              { logps: part(x, range), oldLogps: part(old, range), advantages: part(gains, range) },
              { cliprange, tokens: logps.length },
            )[name],
        );
        return pieces[0]!.add(pieces[1]!);
      };
      const whole = policyLoss({ logps, oldLogps, advantages });
      for (const name of ['loss', 'clipFraction', 'approxKl', 'ratio'] as const) {
        assertClose(
          tidy(() => sumOf(f64(logps), name).item()),
          whole[name],
          exact,
        );
      }
      const [apart] = gradients((x) => sumOf(x, 'loss'), logps);
      const [together] = gradients(
        (x) => ppoPolicyLoss({ logps: x, oldLogps: f64(oldLogps), advantages: f64(advantages) }, { cliprange }).loss,
        logps,
      );
      assertClose(apart!, together!, exact);
    }),
    { numRuns: 50 },
  );
});

test('log-probabilities 1000 nats apart give losses and gradients that are finite', () => {
  for (const advantage of [1, 0, -1]) {
    const tokens = { oldLogps: f64([-1000, 0, -1000, 0]), advantages: f64([1, 1, 1, 1].map((x) => x * advantage)) };
    const of = (logps: Tensor) => ppoPolicyLoss({ logps, ...tokens }, { cliprange }).loss;
    const [slopes] = gradients(of, [0, -1000, -1000, 0]);
    assert.ok([...slopes!, of(f64([0, -1000, -1000, 0])).item()].every(Number.isFinite), `advantage ${advantage}`);
  }
});
