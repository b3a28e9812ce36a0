import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  commonScenarios,
  type FeaturedPair,
  injectedPairs,
  PropertySet,
  readWeights,
  standardProperties,
  standardScenarios,
  steering,
  weightsOf,
  weightsOfSample,
  weightTable,
} from '../../src/index.ts';
import { sharedData } from '../files.ts';

const set = PropertySet.parse({
  name: 'three',
  properties: [
    { name: 'warm', from: 'responses', about: 'It is warm.', ask: 'Be warm.' },
    { name: 'long', from: 'responses', about: 'It is long.' },
    { name: 'true', from: 'prompt', about: 'It is true.', ask: 'Tell the truth.' },
  ],
});
const names = ['warm', 'long', 'true'];
const fit = { judge: 'ann', group: 'Code', mean: [0.2, -1, 0.9] };

test('a system message asks for the most preferred properties in their order, in the words of the set', () => {
  const { message, properties } = steering(set, names, fit, { count: 2 });
  assert.deepEqual(properties, [
    { name: 'true', weight: 0.9 },
    { name: 'warm', weight: 0.2 },
  ]);
  const lines = message.split('\n').filter((line) => line.startsWith('- '));
  assert.deepEqual(lines, ['- true: Tell the truth.', '- warm: Be warm.']);
});

test('or for the least preferred, described as annotators read them where nothing says how to ask', () => {
  const { message, properties, end } = steering(set, names, fit, { end: 'least', count: 1 });
  assert.deepEqual([end, properties.map(({ name }) => name)], ['least', ['long']]);
  assert.match(message, /\n- long: It is long\.\n/);
});

test('more properties than there are, and one that the set does not describe, are refused', () => {
  assert.throws(() => steering(set, names, fit, { count: 4 }), /The number of properties is 4; expected from 1 to 3/);
  assert.throws(() => steering(set, ['warm', 'long', 'kind'], fit), /kind; expected one that the set three describes/);
});

test('every property of the study can be asked for', () => {
  const standard = standardProperties();
  const all = standard.properties.map(({ name }) => name);
  const weights = { judge: 'ann', group: 'Code', mean: all.map(() => 0) };
  const { message } = steering(standard, all, weights, { count: 29 });
  for (const { name, ask } of standard.properties) {
    assert.ok(ask, name);
    assert.ok(message.includes(`- ${name}: ${ask}`), name);
  }
});

const data = join(sharedData, 'dissection', 'fitted_paras_comparison');
const skip = existsSync(data) ? false : '../shared/data/dissection is not here';

test('GPT-4-Turbo in Communication is asked for what Figure 1 of the study shows at its top', { skip }, async () => {
  const table = await readWeights(data);
  const fit = weightsOf(table, 'gpt-4-1106-preview', 'Communication');
  const { properties } = steering(standardProperties(), table.names, fit);
  // Figure 1: no severe errors 78, contain rich info 68.5, no moderate errors 65
  assert.deepEqual(
    properties.map(({ name }) => name),
    ['no severe errors', 'contain rich info', 'no moderate errors'],
  );
});

test('in every scenario the study’s gullible judge is asked for riches and length, the other for no errors', {
  skip,
}, async () => {
  const table = await readWeights(data);
  const askedIn = (judge: string, name: string) =>
    commonScenarios(table, standardScenarios()).filter((scenario) =>
      steering(standardProperties(), table.names, weightsOf(table, judge, scenario)).properties.some(
        (property) => property.name === name,
      ),
    ).length;
  // counted from the published files by another program
  assert.equal(askedIn('gpt-3.5-turbo-1106', 'contain rich info'), 11);
  assert.equal(askedIn('gpt-3.5-turbo-1106', 'lengthy'), 11);
  assert.equal(askedIn('gpt-4-1106-preview', 'no severe errors'), 11);
  assert.equal(askedIn('gpt-4-1106-preview', 'lengthy'), 0);
});

const pair = (id: string, x: number, w: number): FeaturedPair => ({
  id,
  prompt: 'p',
  a: `${id} a`,
  b: `${id} b`,
  features: [x],
  weights: [w],
});

test('pairs are labelled by the regression, and not where it is within 50 ± 15 %', () => {
  // ln(0.65/0.35) = 0.61904: σ(0.62) = 0.6502, σ(0.618) = 0.6498
  const samples = [
    pair('for', 1, 0.62),
    pair('close', 1, 0.618),
    pair('back', -1, 0.62),
    pair('not close', -1, -0.618),
  ];
  const { pairs, close } = injectedPairs(samples);
  assert.deepEqual(pairs, [
    { id: 'for', prompt: 'p', chosen: 'for a', rejected: 'for b' },
    { id: 'back', prompt: 'p', chosen: 'back b', rejected: 'back a' },
  ]);
  assert.equal(close, 2);
});

test('samples without features or weights, and with one response twice, give no pair and are counted', () => {
  const whole = pair('whole', 1, 2);
  const { pairs, ...left } = injectedPairs([
    whole,
    { ...whole, features: undefined },
    { ...whole, weights: undefined },
    { ...whole, b: whole.a },
  ]);
  assert.equal(pairs.length, 1);
  assert.deepEqual(left, { close: 0, same: 1, featureless: 1, weightless: 1 });
});

const samples = fc.array(fc.record({ x: fc.constantFrom(-1, 0, 1), w: fc.double({ min: -3, max: 3, noNaN: true }) }), {
  maxLength: 12,
});
const pairsOf = (drawn: readonly { x: number; w: number }[]) => drawn.map(({ x, w }, i) => pair(String(i), x, w));

test('against a preference the same pairs are trained on the other way round', () => {
  fc.assert(
    fc.property(samples, (drawn) => {
      const [towards, against] = [false, true].map((against) => injectedPairs(pairsOf(drawn), { against }));
      assert.equal(towards!.close, against!.close);
      assert.deepEqual(
        against!.pairs.map(({ chosen, rejected }) => [rejected, chosen]),
        towards!.pairs.map(({ chosen, rejected }) => [chosen, rejected]),
      );
    }),
  );
});

test('exchanging the responses, and their features with them, changes no pair', () => {
  fc.assert(
    fc.property(samples, (drawn) => {
      const given = pairsOf(drawn);
      const back = given.map((one, i) => ({ ...one, a: one.b, b: one.a, features: [-drawn[i]!.x] }));
      assert.deepEqual(injectedPairs(back), injectedPairs(given));
    }),
  );
});

test('a sample is foretold with the weights of its scenario, or with the only ones there are', () => {
  const fitIn = (judge: string, group: string) => ({ judge, group, mean: [0] });
  const table = weightTable(
    ['warm'],
    [fitIn('ann', 'w_stances'), fitIn('ann', 'Code'), fitIn('ben', 'all')],
    standardScenarios(),
  );
  assert.equal(weightsOfSample(table, 'ann', ['w_stances', 'Code'])?.group, 'Code');
  assert.equal(weightsOfSample(table, 'ann', ['Advice', 'w_stances'])?.group, 'w_stances');
  assert.equal(weightsOfSample(table, 'ann', ['Advice']), undefined);
  assert.equal(weightsOfSample(table, 'ben', [])?.group, 'all');
});
