import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  explainedWinRate,
  type FeaturedComparison,
  type FittedWeights,
  PropertySet,
  textFeatures,
} from '../../src/index.ts';
import { seededRandom } from '../../src/stats/random.ts';

const close = (a: number, b: number, tolerance = 1e-9) => assert.ok(Math.abs(a - b) <= tolerance, `${a} is not ${b}`);
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const names = ['long', 'polite', 'true'];
const fitOf = (...mean: number[]): FittedWeights => ({ judge: 'ann', group: 'all', mean });
const repeated = (times: number, features: number[], won: number, fit: FittedWeights): FeaturedComparison[] =>
  Array.from({ length: times }, () => ({ features, won, fit }));

test('one liked property: what it foretells is the logistic function of its weight, by hand', () => {
  // 60 comparisons with more of it, 20 with less, 20 alike: (60·σ(ln 3) + 20·σ(−ln 3) + 20·½)/100 = 0.45 + 0.05 + 0.1
  const fit = fitOf(Math.log(3), 0, 0);
  const { observed, alone, liking, worth, rest, properties, share, warning } = explainedWinRate(names, [
    ...repeated(60, [1, 0, 0], 1, fit),
    ...repeated(20, [-1, 0, 0], 0, fit),
    ...repeated(20, [0, 0, 0], 0.4, fit),
  ]);
  close(observed.winRate, 68);
  close(alone.value, 60);
  close(liking.value, 10);
  close(worth.value, 0);
  close(rest.value, 8);
  close(share!.value, 10 / 18);
  assert.equal(warning, 'most');
  assert.equal(properties.length, 1);
  const { name, value, more, less } = properties[0]!;
  assert.deepEqual([name, more, less], ['long', 60, 20]);
  close(value, 10);
});

test('properties of worth are no reason for a warning', () => {
  const data = repeated(200, [0, 0, 1], 1, fitOf(1, 1, 1)).concat(repeated(100, [0, 0, -1], 0, fitOf(1, 1, 1)));
  const without = explainedWinRate(names, data);
  assert.equal(without.warning, 'some'); // of 16.7 points (σ(1) − ½)/3 = 7.7
  const { alone, worth, warning, properties } = explainedWinRate(names, data, { worth: ['true'] });
  assert.equal(warning, 'none');
  assert.deepEqual([alone.value, properties], [50, []]);
  close(worth.value, (100 * (sigmoid(1) - 0.5)) / 3);
});

test('a win rate whose interval holds 50 % has no lead to be explained', () => {
  const fit = fitOf(1, 0, 0);
  const { share, warning } = explainedWinRate(names, [
    ...repeated(10, [1, 0, 0], 1, fit),
    ...repeated(9, [1, 0, 0], 0, fit),
  ]);
  assert.deepEqual([share, warning], [undefined, 'lead too small']);
});

const comparison = fc.record({
  features: fc.array(fc.constantFrom(-1, 0, 1), { minLength: 3, maxLength: 3 }),
  won: fc.constantFrom(0, 0.5, 1),
  fit: fc
    .array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 3, maxLength: 3 })
    .map((mean) => fitOf(...mean)),
});
const comparisons = fc.array(comparison, { minLength: 1, maxLength: 15 });
const options = { worth: ['true'], resamples: 20 };

test('the parts sum to the win rate, and the properties to the liking, in every resample alike', () => {
  fc.assert(
    fc.property(comparisons, (data) => {
      const { observed, liking, worth, rest, properties } = explainedWinRate(names, data, options);
      close(50 + liking.value + worth.value + rest.value, observed.winRate);
      close(
        properties.reduce((sum, { value }) => sum + value, 0),
        liking.value,
      );
    }),
  );
});

test('seen from the other system every part is the opposite', () => {
  fc.assert(
    fc.property(comparisons, (data) => {
      const back = data.map(({ features, won, fit }) => ({ features: features.map((x) => -x), won: 1 - won, fit }));
      const [one, other] = [data, back].map((each) => explainedWinRate(names, each, options));
      for (const part of ['liking', 'worth', 'rest'] as const) close(one![part].value, -other![part].value);
      for (const { name, value, more, less } of one!.properties) {
        const same = other!.properties.find((property) => property.name === name)!;
        close(value, -same.value);
        assert.deepEqual([more, less], [same.less, same.more]);
      }
      assert.equal(one!.share === undefined, other!.share === undefined);
    }),
    { numRuns: 50 },
  );
});

test('intervals hold what is uncertain of the weights', () => {
  const certain = fitOf(0.5, 0, 0);
  const uncertain = { ...certain, sd: [0.2, 0.2, 0.2] };
  const [sure, unsure] = [certain, uncertain].map((fit) => explainedWinRate(names, repeated(400, [1, 0, 0], 1, fit)));
  assert.deepEqual([sure!.weightsUncertain, unsure!.weightsUncertain], [false, true]);
  assert.deepEqual(
    sure!.alone.interval.map((bound) => bound.toFixed(6)),
    ['62.245933', '62.245933'],
  ); // σ(0.5)
  const [low, high] = unsure!.alone.interval;
  close(low, 100 * sigmoid(0.5 - 1.96 * 0.2), 1.5); // all comparisons are alike: only the weight varies
  close(high, 100 * sigmoid(0.5 + 1.96 * 0.2), 1.5);
});

test('the interval covers the truth about as often as it says', () => {
  // x of ±1 with P(+1) = 0.7 and weight 0.8: alone = 50 + 40·(σ(0.8) − ½)
  const truth = 50 + 40 * (sigmoid(0.8) - 0.5);
  let covered = 0;
  for (let seed = 0; seed < 100; seed++) {
    const random = seededRandom(seed);
    const data = Array.from({ length: 60 }, () => {
      const x = random.uniform() < 0.7 ? 1 : -1;
      return { features: [x, 0, 0], won: random.uniform() < sigmoid(0.8 * x) ? 1 : 0, fit: fitOf(0.8, 0, 0) };
    });
    const [low, high] = explainedWinRate(names, data, { seed, resamples: 100 }).alone.interval;
    if (low <= truth && truth <= high) covered++;
  }
  assert.ok(covered >= 88, `${covered} of 100`);
});

test('what does not fit is refused', () => {
  const fit = fitOf(1, 1, 1);
  assert.throws(() => explainedWinRate(names, []), /at least 1/);
  assert.throws(
    () => explainedWinRate(names, repeated(1, [1, 0], 1, fit)),
    /The number of features and weights is 2; expected 3, one a property/,
  );
  assert.throws(
    () => explainedWinRate(names, repeated(1, [1, 0, 0], 1, fit), { worth: ['kind'] }),
    /A property of worth is kind; expected one of long, polite, true/,
  );
});

test('features of texts are computed where nobody need rate anything', () => {
  const base = {
    name: 'texts',
    properties: [{ name: 'asks', from: 'text', function: 'questions', about: 'It asks.' }],
  };
  const set = PropertySet.parse(base);
  assert.deepEqual([...textFeatures(set, 'How? Why?', 'So.')], [1]);
  assert.deepEqual([...textFeatures(set, 'So.', 'How? Why?', 'diff')], [-2]);
  const rated = PropertySet.parse({
    ...base,
    properties: [...base.properties, { name: 'warm', from: 'responses', about: 'It is warm.' }],
  });
  assert.throws(() => textFeatures(rated, 'a', 'b'), /A property is warm; expected one computed from the text alone/);
});
