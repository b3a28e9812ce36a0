import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type LengthComparison,
  lengthBootstrap,
  lengthControlledRate,
  lengthControlledWinRate,
  lengthDesign,
  lengthFit,
  lengthSandwich,
  type Random,
  rateBetween,
  sandwichBetween,
  seededRandom,
  standardDeviation,
  winRateBootstrap,
} from '../../src/index.ts';
import { comparisonsOf, gamedRows, golden } from './lengthGolden.ts';

test('the bootstrap and the sandwich tell the same of how far a rate may be off', () => {
  for (const one of golden.cases.slice(0, 2)) {
    for (const gamed of [[], gamedRows]) {
      const { lcWinRate, bootstrap, sandwich } = lengthControlledWinRate(comparisonsOf(one), {
        ...{ weightsFrom: 'mle', gamed, seed: 1, resamples: 500 },
      });
      const [low, high] = bootstrap!.interval;
      assert.ok(low < lcWinRate && lcWinRate < high);
      const ratio = (sandwich!.interval[1] - sandwich!.interval[0]) / (high - low);
      assert.ok(ratio > 0.75 && ratio < 1.2, `${one.name}: ${ratio}`); // of 80 prompts and 500 resamples
    }
  }
});

test('the same seed gives the same interval, another one another', () => {
  const intervalOf = (seed: number) =>
    lengthControlledWinRate(comparisonsOf(golden.cases[0]!), { weightsFrom: 'l1-cv', seed, resamples: 40 }).bootstrap!
      .interval;
  assert.deepEqual(intervalOf(3), intervalOf(3));
  assert.notDeepEqual(intervalOf(3), intervalOf(4));
});

test('judging every prompt twice alike narrows nothing: prompts are drawn, not comparisons', () => {
  const once = comparisonsOf(golden.cases[1]!);
  const twice = once.flatMap((each) => [each, each]);
  const errorOf = (comparisons: readonly LengthComparison[]) => {
    const { weights } = lengthFit('mle', lengthDesign(comparisons))!;
    return lengthSandwich(weights, comparisons, [])!.standardError;
  };
  assert.ok(Math.abs(errorOf(once) - errorOf(twice)) < 0.03 * errorOf(once)); // sd(d) with n − 1 is a little less
  const wins = once.map(({ won, prompt }) => ({ probability: won!, prompt }));
  const options = { seed: 5, resamples: 300 };
  const [narrow, wide] = [winRateBootstrap(wins, options), winRateBootstrap([...wins, ...wins], options)];
  assert.ok(narrow.every((end, i) => Math.abs(end - wide[i]!) < 1e-9));
});

test('with weights from a file there is a sandwich and no bootstrap', () => {
  const weights = { length: -1, difficulty: 0.5, system: -1 };
  const comparisons = comparisonsOf(golden.cases[0]!);
  const found = lengthControlledWinRate(comparisons, { weightsFrom: { weights }, seed: 0 });
  assert.equal(found.lcWinRate, lengthControlledRate(weights, golden.difficulty).lcWinRate);
  assert.equal(found.bootstrap, undefined);
  assert.ok(found.sandwich!.interval[0] < found.lcWinRate && found.lcWinRate < found.sandwich!.interval[1]);
});

test('between two systems, what both were judged on by one prompt is drawn together', () => {
  const [one, other] = golden.cases.slice(1).map((each) => {
    const comparisons = comparisonsOf(each);
    return { comparisons, weights: lengthFit('mle', lengthDesign(comparisons))!.weights };
  });
  const found = sandwichBetween(one!, other!, [])!;
  const random = seededRandom(2);
  const rates = Array.from({ length: 400 }, () => {
    const drawn = golden.difficulty.map(() => random.below(golden.difficulty.length));
    const [first, second] = [one!, other!].map(({ comparisons }) => {
      const sample = drawn.map((i) => comparisons[i]!);
      return lengthFit('mle', lengthDesign(sample))!.weights;
    });
    return rateBetween(
      first!,
      second!,
      drawn.map((i) => golden.difficulty[i]),
    );
  });
  const ratio = found.standardError / standardDeviation(rates);
  assert.ok(ratio > 0.75 && ratio < 1.2, String(ratio)); // of 80 prompts and 400 resamples
  const itself = sandwichBetween(one!, one!, [])!;
  assert.ok(itself.standardError < 1e-9 && Math.abs(itself.interval[0] - 50) < 1e-9); // no doubt about a system and itself
});

/** A judge that likes length, difficult prompts' answers and the system, and is as sure as judges are. */
function judged(random: Random, n: number): LengthComparison[] {
  return Array.from({ length: n }, (_, i) => {
    const lengthDifference = Math.round(1500 * (random.uniform() + random.uniform() - 1.3));
    const difficulty = 2 * (random.uniform() + random.uniform() + random.uniform()) - 3.5;
    const p = 1 / (1 + Math.exp(1.2 * Math.tanh(lengthDifference / 700) - 0.8 * difficulty - 0.4));
    const sure = random.uniform() < 0.7;
    const won = sure ? Number(random.uniform() < p) : p;
    return { won, lengthDifference, difficulty, prompt: String(i) };
  });
}

test('intervals hold the true rate 95 times of 100', () => {
  const random = seededRandom(11);
  const many = judged(random, 200_000); // whose fit is the truth, to a tenth of a point
  const { weights } = lengthFit('mle', lengthDesign(many))!;
  const truth = lengthControlledRate(
    weights,
    many.map(({ difficulty }) => difficulty),
  ).lcWinRate;
  const holds = ([low, high]: readonly [number, number]) => Number(low <= truth && truth <= high);
  let [bySandwich, byBootstrap] = [0, 0];
  for (let run = 0; run < 300; run++) {
    const comparisons = judged(random, 150);
    const fit = lengthFit('mle', lengthDesign(comparisons))!;
    bySandwich += holds(lengthSandwich(fit.weights, comparisons, [])!.interval);
    if (run % 4 > 0) continue;
    byBootstrap += holds(lengthBootstrap(fit, comparisons, [], { seed: run, resamples: 100 })!.interval);
  }
  // of 300 intervals of 95 %, 275 to 294 hold the truth in 99 of 100 simulations; of 75, 66 to 75
  assert.ok(bySandwich >= 275 && bySandwich <= 294, `sandwich: ${bySandwich} of 300`);
  assert.ok(byBootstrap >= 66, `bootstrap: ${byBootstrap} of 75`);
});
