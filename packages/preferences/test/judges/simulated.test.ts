import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bedtimeWeights, simulatedAnnotator } from '../../src/judges/simulated.ts';

const nothing = Object.fromEntries(Object.keys(bedtimeWeights).map((name) => [name, 0])) as typeof bedtimeWeights;
const onlyThanks = { ...nothing, thanks: 1 };
const [thankful, plain] = ['"Thank you," said Pip.', 'Pip left.'];

test('the score is the weighted sum of the properties', () => {
  const annotator = simulatedAnnotator({ weights: { ...nothing, thanks: 1.5, feelings: 0.8, complete: 2 }, seed: 1 });
  assert.equal(annotator.score('Pip was sad. Thank you'), 1.5 + 0.5 * 0.8);
});

test('a choice is as likely as σ of the score difference, noise included', () => {
  // σ(1) = 0.731058578630005 (1 / (1 + e⁻¹), from a table); with 20 % flips 0.8·σ(1) + 0.2·(1 − σ(1)) = 0.638635147178003
  for (const [noise, expected] of [
    [0, 0.731058578630005],
    [0.2, 0.638635147178003],
  ] as const) {
    const annotator = simulatedAnnotator({ weights: onlyThanks, noise, seed: 11 });
    assert.ok(Math.abs(annotator.probabilityOfA(thankful, plain) - expected) < 1e-12);
    const n = 4000;
    let chosen = 0;
    for (let i = 0; i < n; i++) {
      if (annotator.compare({ id: `pair-${i}`, a: thankful, b: plain }).choice === 'a') chosen++;
    }
    // A binomial share is within four standard deviations of its mean but once in 16,000 seeds; this seed is fixed.
    assert.ok(Math.abs(chosen / n - expected) < 4 * Math.sqrt((expected * (1 - expected)) / n), `${chosen} of ${n}`);
  }
});

test('a length bias moves choices by its log-odds for each word, and no score', () => {
  const [short, long] = ['One two three.', 'One two three four five six seven.']; // alike but for four words
  const [fair, biased] = [0, 0.25].map((lengthBias) =>
    simulatedAnnotator({ weights: onlyThanks, lengthBias, seed: 1 }),
  );
  assert.equal(fair!.probabilityOfA(long, short), 0.5);
  assert.ok(Math.abs(biased!.probabilityOfA(long, short) - 0.731058578630005) < 1e-12); // σ(4 · 0.25)
  assert.ok(Math.abs(biased!.probabilityOfA(short, long) - 0.268941421369995) < 1e-12);
  assert.equal(biased!.score(long), fair!.score(long));
});

test('the same seed and id give the same judgment in any order; other seeds and ids give others', () => {
  const ids = Array.from({ length: 200 }, (_, i) => `pair-${i}`);
  const judge = (seed: number, order: string[]) => {
    const annotator = simulatedAnnotator({ weights: onlyThanks, seed });
    const judged = new Map(order.map((id) => [id, annotator.compare({ id, a: thankful, b: plain })]));
    return ids.map((id) => judged.get(id)!);
  };
  assert.deepEqual(judge(1, ids), judge(1, ids.toReversed()));
  assert.notDeepEqual(judge(1, ids), judge(2, ids));
  const shown = judge(1, ids).filter(({ shownFirst }) => shownFirst === 'a').length;
  assert.ok(shown > 70 && shown < 130, `${shown} of 200 shown first`); // mean 100, standard deviation 7
});

test('every judgment carries the name of the simulated annotator', () => {
  const { judge } = simulatedAnnotator({ seed: 1 }).compare({ id: 'x', a: thankful, b: plain });
  assert.equal(judge, 'simulated-annotator');
});

test('swapping the two texts swaps the probability', () => {
  const annotator = simulatedAnnotator({ noise: 0.1, seed: 1 });
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      assert.ok(Math.abs(annotator.probabilityOfA(a, b) + annotator.probabilityOfA(b, a) - 1) < 1e-12);
    }),
  );
});

test('by default a finished, happy story is preferred to the same story shouted, repeated or broken off', () => {
  const { score } = simulatedAnnotator({ seed: 1 });
  const story = '"Look," said Pip. The moss smelled sweet. Then Dot laughed and hugged him, and they went home.';
  assert.ok(score(story) > score(story.replaceAll('.', '!')));
  assert.ok(score(story) > score(`${story} ${story}`));
  assert.ok(score(story) > score(story.slice(0, -9)));
});

test('noise that is no share up to ½ is refused', () => {
  for (const noise of [-0.1, 0.6, Number.NaN]) {
    assert.throws(() => simulatedAnnotator({ noise, seed: 1 }), {
      code: 'invalid_value',
      message: /noise is .*; expected/,
    });
  }
});
