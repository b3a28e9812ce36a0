import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dawidSkene, seededRandom, type Vote } from '../../src/index.ts';

const near = (actual: number | undefined, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual! - expected) <= tolerance, `${actual} is not ${expected}`);

/**
 * Dawid and Skene 1979, Table 1: the fitness of 45 patients, seen three times by the first anaesthetist and once by each of
 * four others.
 */
const anaesthetists = (
  '111 1 1 1 1;333 4 3 3 4;112 2 1 2 2;222 3 1 2 1;222 3 2 2 2;222 3 3 2 2;122 2 1 1 1;333 3 4 3 3;222 2 2 2 3;' +
  '232 2 2 2 3;444 4 4 4 4;222 3 3 4 3;111 1 1 1 1;222 3 2 1 2;121 1 1 1 1;111 2 1 1 1;111 1 1 1 1;111 1 1 1 1;' +
  '222 2 2 2 1;222 1 3 2 2;222 2 2 2 2;222 2 2 2 1;222 3 2 2 2;221 2 2 2 2;111 1 1 1 1;111 1 1 1 1;232 2 2 2 2;' +
  '111 1 1 1 1;111 1 1 1 1;112 1 1 2 1;111 1 1 1 1;333 3 2 3 3;111 1 1 1 1;222 2 2 2 2;222 3 2 3 2;433 4 3 4 3;' +
  '221 2 2 3 2;232 3 2 3 3;333 3 4 3 2;111 1 1 1 1;111 1 1 1 1;121 2 1 1 1;232 2 2 2 2;121 1 1 1 1;222 2 2 2 2'
)
  .split(';')
  .flatMap((row, item) =>
    row
      .split(' ')
      .flatMap((said, who) =>
        [...said].map((label): Vote => ({ item: String(item + 1), annotator: `${who + 1}`, label })),
      ),
  );

test('dawidSkene gives the published estimates for the anaesthetists', () => {
  const { labels, prior, items, annotators, logLikelihoods, converged } = dawidSkene(anaesthetists);
  assert.ok(converged);
  assert.deepEqual(labels, ['1', '2', '3', '4']);
  // the paper's Table 2 prints .40 .42 .11 .07; more digits, and what follows, from an EM written apart in NumPy
  const marginals = [0.39955475, 0.42198339, 0.11179519, 0.06666667];
  for (const [i, share] of marginals.entries()) near(prior[i], share, 1e-5);
  near(logLikelihoods.at(-1), -192.89088121420528, 1e-5);
  const first = annotators.get('1')!;
  assert.equal(first.votes, 135);
  const confusion = [
    [0.8895, 0.1105, 0, 0],
    [0.0706, 0.8764, 0.053, 0],
    [0, 0.3388, 0.6612, 0],
    [0, 0, 0.5556, 0.4444],
  ];
  for (const [j, row] of confusion.entries()) {
    for (const [l, share] of row.entries()) near(first.confusion[j]![l], share, 1e-4);
  }
  const reliabilities = [0.8288, 0.7789, 0.7766, 0.8669, 0.8424];
  for (const [i, value] of reliabilities.entries()) near(annotators.get(`${i + 1}`)!.reliability, value, 1e-4);
  near(items.get('2')![3], 1, 1e-3); // 333 4 3 3 4: the votes say 3, the careful observers 4
  near(items.get('30')![0], 0.9991, 1e-4);
});

test('the log-likelihood never falls, and what comes out are probabilities', () => {
  const votes = fc.array(
    fc.record({
      item: fc.constantFrom('1', '2', '3', '4', '5', '6'),
      annotator: fc.constantFrom('x', 'y', 'z'),
      label: fc.constantFrom('a', 'b', 'tie'),
    }),
    { minLength: 1, maxLength: 60 },
  );
  const isDistribution = (row: readonly number[]) => {
    assert.ok(row.every((p) => p >= 0 && p <= 1 + 1e-12));
    near(
      row.reduce((a, b) => a + b, 0),
      1,
      1e-9,
    );
  };
  fc.assert(
    fc.property(votes, (said) => {
      const { logLikelihoods, prior, items, annotators } = dawidSkene(said, { maxIterations: 60 });
      for (let i = 1; i < logLikelihoods.length; i++) assert.ok(logLikelihoods[i]! >= logLikelihoods[i - 1]! - 1e-9);
      isDistribution(prior);
      for (const row of items.values()) isDistribution(row);
      for (const { confusion, reliability } of annotators.values()) {
        confusion.forEach(isDistribution);
        assert.ok(reliability >= 0 && reliability <= 1 + 1e-12);
      }
    }),
  );
});

test('annotators of known skill are told apart, and the truth is found better than by counting votes', () => {
  const random = seededRandom(11);
  const labels = ['a', 'b', 'tie'];
  const skill = { expert: 0.95, good: 0.85, fair: 0.7, coin: 1 / 3, contrary: 0.1 };
  const truth = Array.from({ length: 1500 }, () => labels[random.below(3)]!);
  const votes = truth.flatMap((label, item) =>
    Object.entries(skill).map(([annotator, share]): Vote => {
      const wrong = labels.filter((other) => other !== label)[random.below(2)]!;
      return { item: String(item), annotator, label: random.uniform() < share ? label : wrong };
    }),
  );
  const { annotators, items, converged } = dawidSkene(votes);
  assert.ok(converged);
  // four standard errors of a share of 1,500 are at most 0.05
  for (const [name, share] of Object.entries(skill)) near(annotators.get(name)!.reliability, share, 0.05);
  const best = (row: readonly number[]) => labels[row.indexOf(Math.max(...row))];
  const found = truth.filter((label, item) => best(items.get(String(item))!) === label).length;
  const counted = truth.filter((label, item) => {
    const said = votes.slice(5 * item, 5 * item + 5).map((vote) => vote.label);
    return best(labels.map((l) => said.filter((s) => s === l).length)) === label;
  }).length;
  assert.ok(found > counted && found / truth.length > 0.95, `${found} and ${counted} of ${truth.length}`);
});

test('who always agrees is right, whatever the number of votes', () => {
  const votes = Array.from({ length: 400 }, (_, i): Vote => ({ item: 'one', annotator: `${i}`, label: 'a' }));
  const { prior, items, annotators } = dawidSkene(votes);
  assert.deepEqual([prior, items.get('one'), annotators.get('7')!.reliability], [[1], [1], 1]);
});

test('hundreds of divided votes on one item do not underflow', () => {
  const votes = Array.from({ length: 2000 }, (_, i): Vote => ({ item: `${i % 2}`, annotator: 'x', label: `${i % 3}` }));
  const { logLikelihoods } = dawidSkene(votes);
  assert.ok(Number.isFinite(logLikelihoods.at(-1)));
});

test('no votes are refused', () => {
  assert.throws(() => dawidSkene([]), { code: 'invalid_value', message: /number of votes is 0/ });
});
