import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Battle,
  bootstrapRatings,
  bradleyTerry,
  davidson,
  type Interval,
  leaderboard,
  seededRandom,
  standings,
  styleControls,
} from '../../../src/index.ts';
import { simulatedBattles } from './simulated.ts';

const truth = [0.9, 0.4, 0.1, -0.4, -1];
const points = 400 / Math.LN10;
const trueRating = (model: string): number => 1000 + points * truth[Number(model.slice(1))]!;
const within = ([low, high]: Interval, value: number): boolean => low <= value && value <= high;

/** Whether as many of n hit as a rate of 95 % gives: within 4 standard deviations, which happens by chance once in 16,000. */
function assertNominal(hits: number, n: number, what: string): void {
  const off = (hits - 0.95 * n) / Math.sqrt(n * 0.95 * 0.05);
  assert.ok(Math.abs(off) < 4, `${what}: ${hits} of ${n}, ${off.toFixed(1)} standard deviations from 95 %`);
}

test('95 % of the sandwich’s intervals hold the true rating: Bradley-Terry, Davidson, and four battles on a prompt', () => {
  for (const [fitted, nu, perPrompt] of [
    [bradleyTerry, 0, 1],
    [davidson, 0.8, 1],
    [davidson, 0.8, 4],
  ] as const) {
    let hits = 0;
    for (let seed = 0; seed < 300; seed++) {
      const { models } = standings(fitted(simulatedBattles(truth, 400, { nu, seed, perPrompt })));
      const { interval } = models.find(({ model }) => model === `m${seed % 5}`)!; // one of each simulation: independent
      if (within(interval, trueRating(`m${seed % 5}`))) hits++;
    }
    assertNominal(hits, 300, `${fitted.name}, ν = ${nu}, ${perPrompt} a prompt`);
  }
});

test('95 % of the bootstrap’s intervals hold the true rating', () => {
  let hits = 0;
  for (let seed = 0; seed < 300; seed++) {
    const fit = davidson(simulatedBattles(truth, 400, { nu: 0.8, seed: 1000 + seed }));
    const model = `m${seed % 5}`;
    if (within(bootstrapRatings(fit, { seed, resamples: 200 }).get(model)!, trueRating(model))) hits++;
  }
  assertNominal(hits, 300, 'bootstrap');
});

test('where the same battles are judged again and again the sandwich knows, because they are on one prompt', () => {
  let [hits, naive] = [0, 0];
  for (let seed = 0; seed < 200; seed++) {
    const once = simulatedBattles(truth, 300, { seed: 5000 + seed });
    const fourfold = once.flatMap((battle) => [battle, battle, battle, battle]);
    const held = (battles: readonly Battle[]) => {
      const { models } = standings(bradleyTerry(battles));
      return within(models.find(({ model }) => model === 'm0')!.interval, trueRating('m0'));
    };
    if (held(fourfold)) hits++;
    if (held(fourfold.map(({ prompt, ...battle }) => battle))) naive++;
  }
  assertNominal(hits, 200, 'by prompt');
  assert.ok(naive < 150, `as if they were independent: ${naive} of 200`);
});

test('the true rank is in its range in at least 95 % of simulations', () => {
  let hits = 0;
  for (let seed = 0; seed < 200; seed++) {
    const { models } = standings(bradleyTerry(simulatedBattles(truth, 300, { seed: 9000 + seed })));
    if (within(models.find(({ model }) => model === 'm2')!.ranks, 3)) hits++;
  }
  assert.ok(hits >= 184, `${hits} of 200`); // 190 less 2 standard deviations
});

test('style control finds what a judge gives for length, and who is better without it', () => {
  const random = seededRandom(8);
  const texts: [string, string][] = [];
  // m0 is the better one; m1 writes three times as much, and the judge likes that
  const battles = Array.from({ length: 3000 }, (): Battle => {
    const words = [20 + random.below(40), 60 + random.below(120)] as const;
    const [first, second] = random.below(2) === 0 ? ([0, 1] as const) : ([1, 0] as const);
    texts.push([Array(words[first]).fill('a').join(' '), Array(words[second]).fill('a').join(' ')]);
    const lead = (words[first] - words[second]) / (words[first] + words[second]);
    const eta = (first === 0 ? 0.8 : -0.8) + 2.4 * lead;
    return { a: `m${first}`, b: `m${second}`, outcome: random.uniform() < 1 / (1 + Math.exp(-eta)) ? 1 : 0 };
  });
  const controls = styleControls(texts);
  const { plain, controlled } = leaderboard(battles, { seed: 1, resamples: 50, controls });
  assert.equal(plain.models[0]!.model, 'm1');
  assert.equal(controlled!.models[0]!.model, 'm0');
  const deviation = Math.abs(relative(texts[0]!) / controls.rows[0]![0]!); // by which leads were divided
  const [length] = controlled!.controls;
  assert.equal(length!.name, 'length');
  assert.ok(
    within(length!.interval, points * 2.4 * deviation),
    `${length!.interval} and not ${points * 2.4 * deviation}`,
  );
});

const relative = ([a, b]: [string, string]): number => (a.length - b.length) / (a.length + b.length + 2); // words = (length + 1)/2
