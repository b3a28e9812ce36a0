import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Battle,
  bootstrapRatings,
  bradleyTerry,
  davidson,
  elo,
  leaderboard,
  type RatingFit,
  standings,
  styleControls,
  usualMethod,
} from '../../../src/index.ts';
import { simulatedBattles } from './simulated.ts';

const names = ['p', 'q', 'r', 's'];
const Pair = fc.uniqueArray(fc.constantFrom(...names), { minLength: 2, maxLength: 2 });
const Battles = fc.array(
  fc
    .tuple(Pair, fc.constantFrom(0, 0.5, 1), fc.integer({ min: 1, max: 3 }))
    .map(([[a, b], outcome, weight]): Battle => ({ a: a!, b: b!, outcome, weight })),
  { minLength: 1, maxLength: 40 },
);
const fits = { bradleyTerry, davidson };

const thetaOf = ({ models, theta }: RatingFit): Record<string, number> =>
  Object.fromEntries(models.map((model, i) => [model, theta[i]!]));

function close(actual: Record<string, number>, expected: Record<string, number>, tolerance = 1e-7): void {
  assert.deepEqual(Object.keys(actual).sort(), Object.keys(expected).sort());
  for (const [name, value] of Object.entries(actual)) {
    assert.ok(Math.abs(value - expected[name]!) < tolerance, `${name}: ${value} and not ${expected[name]}`);
  }
}

for (const [name, fitted] of Object.entries(fits)) {
  test(`${name}: exchanging the sides of any battles, and their order, changes nothing`, () => {
    fc.assert(
      fc.property(Battles, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), (battles, flips) => {
        const turned = battles.map((battle, i) =>
          flips[i] ? { ...battle, a: battle.b, b: battle.a, outcome: 1 - battle.outcome } : battle,
        );
        close(thetaOf(fitted(turned.reverse())), thetaOf(fitted(battles)));
      }),
      { numRuns: 60 },
    );
  });

  test(`${name}: other names for the models are other names in the table`, () => {
    const renamed: Record<string, string> = { p: 's', q: 'p', r: 'q', s: 'r' };
    fc.assert(
      fc.property(Battles, (battles) => {
        const other = fitted(battles.map(({ a, b, ...rest }) => ({ ...rest, a: renamed[a]!, b: renamed[b]! })));
        const expected = Object.entries(thetaOf(fitted(battles))).map(([model, theta]) => [renamed[model]!, theta]);
        close(thetaOf(other), Object.fromEntries(expected));
      }),
      { numRuns: 60 },
    );
  });

  test(`${name}: turning every outcome round negates the ratings`, () => {
    fc.assert(
      fc.property(Battles, (battles) => {
        const other = thetaOf(fitted(battles.map((battle) => ({ ...battle, outcome: 1 - battle.outcome }))));
        close(
          Object.fromEntries(Object.entries(other).map(([model, theta]) => [model, -theta])),
          thetaOf(fitted(battles)),
        );
      }),
      { numRuns: 60 },
    );
  });

  test(`${name}: a weight of k is k battles`, () => {
    fc.assert(
      fc.property(Battles, (battles) => {
        const repeated = battles.flatMap(({ weight = 1, ...battle }) => Array.from({ length: weight }, () => battle));
        close(thetaOf(fitted(repeated)), thetaOf(fitted(battles)));
      }),
      { numRuns: 60 },
    );
  });

  test(`${name}: nothing near the fit has a greater posterior, reckoned battle by battle from the definition`, () => {
    const battles = simulatedBattles([0.8, 0, -0.3, -0.5], 120, { nu: 0.5, seed: 3 });
    const fit = fitted(battles);
    const best = plainPosterior(battles, fit.models, [...fit.theta], fit.nu);
    for (let j = 0; j < 4; j++) {
      for (const by of [-1e-4, 1e-4]) {
        const theta = fit.theta.map((value, i) => (i === j ? value + by : value));
        assert.ok(plainPosterior(battles, fit.models, [...theta], fit.nu) < best);
      }
    }
    if (fit.nu === undefined) return;
    for (const by of [0.9999, 1.0001]) {
      assert.ok(plainPosterior(battles, fit.models, [...fit.theta], fit.nu * by) < best);
    }
  });
}

/** The log posterior with a normal prior of deviation 5, in Davidson's and in Bradley and Terry's own letters. */
function plainPosterior(
  battles: readonly Battle[],
  models: readonly string[],
  theta: readonly number[],
  nu: number | undefined,
): number {
  let value = -[...theta, nu === undefined ? 0 : Math.log(nu)].reduce((sum, t) => sum + t * t, 0) / 50;
  for (const { a, b, outcome } of battles) {
    const [first, second] = [Math.exp(theta[models.indexOf(a)]!), Math.exp(theta[models.indexOf(b)]!)];
    const tie = (nu ?? 0) * Math.sqrt(first * second);
    const sum = first + second + tie;
    if (nu !== undefined && outcome === 0.5) value += Math.log(tie / sum);
    else value += outcome * Math.log(first / sum) + (1 - outcome) * Math.log(second / sum);
  }
  return value;
}

test('a model that only won has a finite rating, an interval as wide as that deserves, and the table says why', () => {
  const battles = [...simulatedBattles([0.5, 0, -0.5], 200, { seed: 1 })];
  for (let i = 0; i < 8; i++) battles.push({ a: 'champion', b: 'm1', outcome: 1 });
  const fit = bradleyTerry(battles);
  assert.equal(fit.caution, 'undecided');
  const { models } = standings(fit);
  const champion = models[0]!;
  assert.deepEqual([champion.model, champion.wins, champion.hasFewBattles], ['champion', 8, true]);
  assert.ok(champion.rating < 3000);
  assert.ok(champion.interval[0] < models[1]!.rating + 200 && champion.interval[1] > champion.rating + 500);
  assert.throws(() => bradleyTerry(battles, { priorDeviation: Infinity }), { code: 'invalid_value' });
});

test('models that no battles join are compared with nobody, and each part has the mean 1000', () => {
  const battles: Battle[] = [
    ...simulatedBattles([1, 0], 60, { seed: 4 }),
    ...simulatedBattles([0, 0.4], 60, { seed: 5 }).map(({ a, b, ...rest }) => ({ ...rest, a: `x${a}`, b: `x${b}` })),
  ];
  const { components, plain } = leaderboard(battles, { seed: 0, resamples: 20 });
  assert.deepEqual(
    components.map((own) => [...own].sort()),
    [
      ['m0', 'm1'],
      ['xm0', 'xm1'],
    ],
  );
  for (const part of [0, 1]) {
    const own = plain.models.filter(({ component }) => component === part);
    assert.ok(Math.abs(own.reduce((sum, { rating }) => sum + rating, 0) / 2 - 1000) < 1e-9);
  }
  assert.equal(plain.better[0]![2], null);
  assert.ok(plain.models.every(({ ranks }) => ranks[1] - ranks[0] >= 2)); // nothing is known of the other two
});

test('P(a is better than b) and P(b is better than a) add up to 1, and follow the ratings', () => {
  const { models, better } = standings(davidson(simulatedBattles([0.6, 0.1, 0, -0.7], 300, { nu: 0.4, seed: 2 })));
  models.forEach((_, i) => {
    assert.equal(better[i]![i], null);
    for (let j = i + 1; j < models.length; j++) {
      assert.ok(Math.abs(better[i]![j]! + better[j]![i]! - 1) < 1e-12);
      assert.ok(better[i]![j]! >= 0.5);
    }
  });
});

test('the anchor has its points and no error; an anchor that nobody is, is an error', () => {
  const fit = bradleyTerry(simulatedBattles([0.6, 0.1, 0], 200, { seed: 2 }));
  const anchor = { model: 'm1', rating: 1114 };
  const own = standings(fit, anchor).models.find(({ model }) => model === 'm1')!;
  assert.deepEqual([own.rating, own.standardError], [1114, 0]);
  assert.deepEqual(bootstrapRatings(fit, { seed: 1, resamples: 10 }, anchor).get('m1'), [1114, 1114]);
  assert.throws(() => standings(fit, { model: 'm9', rating: 0 }), { code: 'invalid_value' });
});

test('a leaderboard takes Davidson’s model where there are ties, and not where a judge tells how sure it is', () => {
  const battle = { a: 'p', b: 'q', outcome: 1 };
  assert.equal(usualMethod([battle]), 'bradley-terry');
  assert.equal(usualMethod([battle, { ...battle, outcome: 0.5 }]), 'davidson');
  assert.equal(usualMethod([battle, { ...battle, outcome: 0.5 }, { ...battle, outcome: 0.8 }]), 'bradley-terry');
});

test('what cannot be a battle is an error', () => {
  for (const battle of [
    { a: 'p', b: 'p', outcome: 1 },
    { a: 'p', b: 'q', outcome: 1.5 },
    { a: 'p', b: 'q', outcome: Number.NaN },
    { a: 'p', b: 'q', outcome: 1, weight: -1 },
  ]) {
    assert.throws(() => bradleyTerry([battle]), { code: 'invalid_value' });
  }
  assert.throws(() => bradleyTerry([]), { code: 'invalid_value' });
  const controls = { names: ['length'], rows: [[1], [2]] };
  assert.throws(() => bradleyTerry([{ a: 'p', b: 'q', outcome: 1 }], { controls }), { code: 'invalid_value' });
});

test('elo leaves the sum of the ratings as it is, and moves the winner up', () => {
  fc.assert(
    fc.property(Battles, (battles) => {
      const ratings = elo(battles);
      const sum = [...ratings.values()].reduce((total, rating) => total + rating, 0);
      assert.ok(Math.abs(sum - 1000 * ratings.size) < 1e-8);
    }),
  );
  assert.deepEqual(
    [...elo([{ a: 'p', b: 'q', outcome: 1 }])],
    [
      ['p', 1002],
      ['q', 998],
    ],
  );
});

test('style counts headings, list items and bold outside code, and a relative lead in each', () => {
  const rich = '# Head\n\n- **one**\n- two\n1. three\n```\n# no heading\n- no item\n```\nend __bold__ a*b*';
  const { names: counted, rows } = styleControls([
    [rich, 'plain'],
    ['plain', rich],
    ['plain', 'plain'],
  ]);
  assert.deepEqual(counted, ['length', 'headings', 'list items', 'bold']);
  const one = Math.sqrt(3 / 2); // f is 1, −1 and 0; √(mean f²) = √⅔
  for (const lead of rows[0]!.slice(1)) assert.ok(Math.abs(lead - one) < 1e-12);
  assert.deepEqual(
    rows[1],
    rows[0]!.map((lead) => -lead),
  );
  assert.deepEqual(rows[2], [0, 0, 0, 0]);
  assert.deepEqual(styleControls([['a b', 'c']]).names, ['length']);
});
