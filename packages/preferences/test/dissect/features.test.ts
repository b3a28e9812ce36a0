import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Annotation,
  annotationOfRow,
  categoryOf,
  clearlyLonger,
  DataError,
  type ErrorReport,
  featureModes,
  featureVector,
  isRated,
  levelsOf,
  namesOf,
  PropertySet,
  type RatingPair,
  ratingKeyOf,
  readDatasetRows,
  readFeatures,
  readRawSamples,
  resolveSample,
  type Sign,
  standardProperties,
  subsetOf,
  textFunctions,
  treebankWords,
} from '../../src/index.ts';
import { fileWriter, sharedData, temporaryFolder } from '../files.ts';

const write = fileWriter(temporaryFolder());
const set = standardProperties();
const place = (name: string) => namesOf(set).indexOf(name);

/** An annotation in which both responses are rated alike, but for what is said here. */
function annotation({ ratings = {}, ...said }: Partial<Annotation> = {}): Annotation {
  const same = set.properties
    .filter(isRated)
    .map((one): [string, RatingPair | RatingPair[]] => [ratingKeyOf(one), one.from === 'items' ? [] : [2, 2]]);
  return {
    queryInfo: { 'clear intent': 'Yes', 'explicitly express feelings': 'No' },
    errors: [clean, clean],
    texts: ['', ''],
    words: [50, 50],
    ...said,
    ratings: { ...Object.fromEntries(same), ...ratings },
  };
}

const clean: ErrorReport = { checkable: true, errors: [] };
const faulty = (...severities: string[]): ErrorReport => ({
  checkable: true,
  errors: severities.map((severity) => ({ severity })),
});

/** One feature of an annotation, in all three modes. */
const feature = (name: string, said: Partial<Annotation>): number[] =>
  featureModes.map((mode) => featureVector(set, resolveSample(set, annotation(said)).sample, mode)![place(name)]!);

test('a rated property is the sign of the difference, the difference, and its share of 3', () => {
  assert.deepEqual(feature('harmless', { ratings: { harmlessness: [3, 1] } }), [1, 2, 2 / 3]);
  assert.deepEqual(feature('harmless', { ratings: { harmlessness: ['0', 3] } }), [-1, -3, -1]);
  assert.deepEqual(feature('harmless', { ratings: { harmlessness: [2, '2'] } }), [0, 0, 0]);
});

test('a rating that is none counts as 0 and is told', () => {
  for (const value of [undefined, 'N/A', 2.5, 4, '', null]) {
    const { sample, unread } = resolveSample(set, annotation({ ratings: { polite: [value, 1] } }));
    assert.equal(featureVector(set, sample)![place('polite')], -1);
    assert.deepEqual(unread, [{ key: 'polite', value }]);
  }
});

test('relevance tells only a response that is beside the point from one that is not', () => {
  const key = 'relevance without considering inaccuracy';
  const compared = (a: number, b: number) => feature('relevant', { ratings: { [key]: [a, b] } })[0];
  assert.deepEqual([compared(3, 1), compared(1, 0), compared(0, 3), compared(0, 0), compared(2, 2)], [0, 1, -1, 0, 0]);
  assert.deepEqual(feature('relevant', { ratings: { [key]: [3, 1] } }), [0, 2, 2 / 3]);
});

test('of errors fewer are better, each severity by itself, whatever the case it is written in', () => {
  const errors: Annotation['errors'] = [faulty('minor', ' Minor ', 'cosmetic'), faulty('SEVERE')];
  assert.deepEqual(feature('no minor errors', { errors }), [-1, -2, -2 / 5]);
  assert.deepEqual(feature('no moderate errors', { errors }), [0, 0, 0]);
  assert.deepEqual(feature('no severe errors', { errors }), [1, 1, 1 / 5]);
  const many: Annotation['errors'] = [clean, faulty(...Array.from({ length: 8 }, () => 'minor'))];
  assert.deepEqual(feature('no minor errors', { errors: many }), [1, 8, 1]);
});

test('a sample whose errors could not be judged has no features, and is marked 999', () => {
  const { sample } = resolveSample(set, annotation({ errors: [clean, { checkable: false, errors: [] }] }));
  assert.equal(sample.comparison.accuracy!.comparison, 999);
  assert.equal(featureVector(set, sample), undefined);
  const withoutErrors = subsetOf(set, ({ from }) => from !== 'errors');
  assert.equal(featureVector(withoutErrors, sample)!.length, 26);
});

test('non-repetitive is the opposite of repetitive', () => {
  assert.deepEqual(feature('non-repetitive', { ratings: { repetitive: [3, 0] } }), [-1, -3, -1]);
  const { sample } = resolveSample(set, annotation({ ratings: { repetitive: [3, 0] } }));
  assert.equal(sample.comparison.repetitive!.comparison, 1);
});

test('what waits for something in the prompt is 0 without it, and compared with it', () => {
  const ratings = { 'clarify user intent': [0, 3] as const, 'showing empathetic': [2, 1] as const };
  assert.deepEqual(feature('clarify intent', { ratings }), [0, 0, 0]);
  assert.deepEqual(feature('clarify intent', { ratings, queryInfo: { 'clear intent': 'No' } }), [-1, -3, -1]);
  assert.deepEqual(feature('show empathetic', { ratings, queryInfo: { 'explicitly express feelings': 'Yes' } }), [
    1,
    1,
    1 / 3,
  ]);
  const { sample } = resolveSample(set, annotation({ ratings }));
  assert.equal(sample.comparison['clarify user intent']!.meta, null);
});

test('what is rated by item compares the means over the items; no items is not applicable', () => {
  const constraints = (queryInfo: string[], pairs: RatingPair[]) =>
    feature('satisfy constraints', {
      queryInfo: { 'explicit constraints': queryInfo },
      ratings: { 'satisfying explicit constraints': pairs },
    });
  const found = constraints(
    ['short', 'rhymes'],
    [
      [3, 3],
      [1, 2],
    ],
  ); // prettier: means 2 and 2.5
  assert.deepEqual(found.slice(0, 2), [-1, -0.5]);
  assert.deepEqual(constraints(['short'], []), [0, 0, 0]);
  assert.deepEqual(constraints([], [[3, 0]]), [0, 0, 0]);
});

test('stances go from −2 to 2 by their labels, and norm_diff is a share of 3', () => {
  const stances = (...pairs: RatingPair[]) =>
    feature('support stances', {
      queryInfo: { 'explicit subjective stances': pairs.map(() => 'it is so') },
      ratings: { 'supporting explicit subjective stances': pairs },
    });
  assert.deepEqual(stances(['Strongly supported', 'strongly opposed']), [1, 4, 1]);
  assert.deepEqual(stances(['Neutral', 'weakly supported']), [-1, -1, -1 / 3]);
  assert.deepEqual(stances(['no idea', 'weakly opposed']), [1, 1, 1 / 3]);
});

test('mistakes that are pointed out and corrected count 3, those corrected silently 2, those only pointed out 1', () => {
  const mistakes = (pair: RatingPair) =>
    feature('correct mistakes', {
      queryInfo: { 'explicit mistakes or biases': ['the earth is flat'] },
      ratings: { 'correcting explicit mistakes or biases': [pair] },
    })[1];
  assert.equal(mistakes(['Pointed out and corrected', 'neither pointed out nor corrected']), 3);
  assert.equal(mistakes(['corrected without being pointed out', 'pointed out but not corrected']), 1);
});

test('a length is clearly greater from each border of the table on', () => {
  // shorter, smallest longer that counts: specification of the study, and for 12 and more the first of its three rules
  const borders = [
    [0, 1],
    [1, 3],
    [2, 5],
    [3, 7],
    [4, 8],
    [5, 10],
    [6, 11],
    [7, 13],
    [8, 14],
    [9, 16],
    [10, 17],
    [11, 19],
    [12, 22], // 10 fewer; 12 ≤ 0.7·22
    [23, 33], // 10 fewer; 23 ≤ 0.7·33
    [24, 35], // 24 > 0.7·34
    [79, 99], // 20 fewer; 79 ≤ 0.8·99, though 79 > 0.7·99
    [80, 100],
    [81, 102], // 81 > 0.8·101
    [359, 399], // 40 fewer; 359 ≤ 0.9·399
    [361, 402], // 361 > 0.9·401
  ] as const;
  for (const [shorter, longer] of borders) {
    assert.equal(clearlyLonger(longer, shorter), 1, `${longer} against ${shorter}`);
    assert.equal(clearlyLonger(longer - 1, shorter), 0, `${longer - 1} against ${shorter}`);
    assert.equal(clearlyLonger(shorter, longer), -1);
  }
});

test('the normed difference of lengths is logarithmic and whole from 500 words on', () => {
  const of = (a: number, b: number) => feature('lengthy', { words: [a, b] });
  assert.deepEqual(of(600, 100), [1, 500, 1]);
  assert.deepEqual(of(0, 900), [-1, -900, -1]);
  assert.ok(Math.abs(of(60, 50)[2]! - Math.log(11) / Math.log(501)) < 1e-15);
});

const anySet = fc.constant(set);
const anyAnnotation = anySet.chain(() => {
  const rating = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('0', '3', 'N/A', 'neutral'));
  const levels = (levelled: Readonly<Record<string, number>>) =>
    fc.oneof(rating, fc.constantFrom(...Object.keys(levelled)));
  const pairs = Object.fromEntries(
    set.properties.filter(isRated).map((one) => {
      const pair = fc.tuple(levels(levelsOf(one)), levels(levelsOf(one)));
      return [ratingKeyOf(one), one.from === 'items' ? fc.array(pair, { maxLength: 3 }) : pair];
    }),
  );
  const list = fc.array(fc.constant('x'), { maxLength: 1 });
  const report = fc.record({
    checkable: fc.constant(true),
    errors: fc.array(fc.record({ severity: fc.constantFrom('minor', 'Moderate', 'severe') }), { maxLength: 7 }),
  });
  return fc.record({
    queryInfo: fc.record({
      'clear intent': fc.constantFrom('Yes', 'No'),
      'explicitly express feelings': fc.constantFrom('Yes', 'No'),
      'explicit constraints': list,
      'explicit subjective stances': list,
      'explicit mistakes or biases': list,
    }),
    ratings: fc.record(pairs),
    errors: fc.tuple(report, report),
    texts: fc.constant(['', ''] as const),
    words: fc.tuple(fc.nat(500), fc.nat(500)),
  });
});

/** The same with the responses exchanged. */
const exchanged = (one: Annotation): Annotation => {
  const swapped = (given: RatingPair | readonly RatingPair[]): RatingPair | RatingPair[] =>
    Array.isArray(given[0])
      ? (given as RatingPair[]).map(([a, b]) => [b, a] as const)
      : given.length
        ? [given[1], given[0]]
        : [];
  return {
    ...one,
    ratings: Object.fromEntries(Object.entries(one.ratings).map(([key, given]) => [key, swapped(given)])),
    errors: one.errors && [one.errors[1], one.errors[0]],
    texts: [one.texts[1], one.texts[0]],
    words: one.words && [one.words[1], one.words[0]],
  };
};

test('exchanging the responses negates every feature in every mode, and all stay within their bounds', () => {
  fc.assert(
    fc.property(anyAnnotation, (one) => {
      for (const mode of featureModes) {
        const [there, back] = [one, exchanged(one)].map(
          (a) => featureVector(set, resolveSample(set, a as Annotation).sample, mode)!,
        );
        assert.deepEqual(
          back!.map((x) => 0 - x),
          there,
        );
        if (mode !== 'diff') assert.ok(there!.every((x) => Math.abs(x) <= 1));
        if (mode === 'comparison') assert.ok(there!.every(Number.isInteger));
      }
    }),
  );
});

test('the vector of a resolved sample written by hand', () => {
  const zero = { comparison: 0, diff: 0, norm_diff: 0, meta: { 'Response 1': 2, 'Response 2': 2 } };
  const names = ['comparison', 'diff', 'norm_diff'] as const;
  const bySeverity = { Severe: 1, Moderate: -1, Minor: 0 };
  const comparison = Object.fromEntries(
    set.properties.filter((one) => one.from !== 'errors').map((one) => [ratingKeyOf(one), zero]),
  );
  comparison.friendly = { ...zero, comparison: 1, diff: 2, norm_diff: 2 / 3 };
  comparison.repetitive = { ...zero, comparison: 1, diff: 1, norm_diff: 1 / 3 };
  comparison.length = { ...zero, comparison: -1, diff: -70, norm_diff: -0.68 };
  const accuracy = Object.fromEntries(names.map((mode) => [mode, bySeverity])) as unknown as typeof zero;
  const sample = { query_info: {}, comparison: { ...comparison, accuracy } };
  const expected = new Float64Array(29);
  expected.set([1], 2); //  friendly
  expected.set([-1], 15); // non-repetitive
  expected.set([0, -1, 1], 20); // minor, moderate, severe
  expected.set([-1], 28); // lengthy
  assert.deepEqual(featureVector(set, sample), expected);
  const lacking = Object.fromEntries(Object.entries(sample.comparison).filter(([key]) => key !== 'friendly'));
  assert.throws(
    () => featureVector(set, { query_info: {}, comparison: lacking }),
    /"comparison.friendly.comparison" of the property friendly is missing/,
  );
});

test("a user's set: own scales, the least difference that counts, levels in words, and computed properties", () => {
  const own = PropertySet.parse({
    name: 'own',
    properties: [
      { name: 'good', from: 'responses', scale: [1, 5], least: 2, about: 'x' },
      { name: 'dull', from: 'responses', levels: { no: 0, yes: 1 }, polarity: 'less', about: 'x' },
      { name: 'refuses', from: 'text', function: 'refusal', about: 'x' },
      { name: 'lists', from: 'text', function: 'listItems', least: 2, about: 'x' },
    ],
  });
  const vector = (good: RatingPair, texts: readonly [string, string]): Sign[] => {
    const { sample } = resolveSample(own, { queryInfo: {}, ratings: { good, dull: ['Yes', 'no'] }, texts });
    return [...featureVector(own, sample)!] as Sign[];
  };
  assert.deepEqual(vector([5, 3], ['I’m sorry, no.', '- one\n- two']), [1, -1, 1, -1]);
  assert.deepEqual(vector([4, 3], ['- one', 'I can help.']), [0, -1, 0, 0]);
});

test('functions of texts count what they say', () => {
  const { listItems, markdown, refusal, questions, characters } = textFunctions;
  assert.equal(listItems('Two:\n- one\n  2. two\n-none\n3 none'), 2);
  assert.equal(markdown('# Head\n\n**bold** and `code`, [link](x)\n- item\n'), 5);
  assert.equal(markdown('Plain text, 3 * 4 * 5.'), 0);
  assert.deepEqual(["I can't do that", 'As an AI, I …', 'Sure! I can.'].map(refusal), [1, 1, 0]);
  assert.equal(questions('Why? Because. 真的吗？'), 2);
  assert.equal(characters('a😀'), 2);
});

test('words are counted as the published samples count theirs', async (t) => {
  const file = join(sharedData, 'dissection/sample_unannotated.jsonl');
  if (!existsSync(file)) return t.skip('../shared/data/dissection is not here');
  const { records } = await readRawSamples(file);
  assert.equal(records.length, 2);
  for (const one of records) {
    assert.deepEqual([one.prompt, one.response_a, one.response_b].map(treebankWords), [
      one['prompt word'],
      one['response_a word'],
      one['response_b word'],
    ]);
  }
});

test('words: contractions are two, signs one, a full stop only at the end of a sentence', () => {
  // by hand, after the rules of the Penn Treebank's tokenizer
  assert.equal(treebankWords("They'll come. It isn't 3.14, is it?"), 12);
  assert.equal(treebankWords('Dr. Who (e.g.) cannot wait...'), 9);
  assert.equal(treebankWords(''), 0);
});

test('rows of the published dataset give query information, words and the basic features', async () => {
  const basic = subsetOf(set, (one) => categoryOf(one) === 'basic');
  const ratings = (value: number) =>
    Object.fromEntries(basic.properties.filter(isRated).map((one) => [ratingKeyOf(one), value]));
  const row = {
    query: 'Hi',
    'scenario_auto-j': 'chitchat',
    scenario_group: 'Communication',
    response_1: { content: 'Hello!', model: 'm', num_words: 2 },
    response_2: { content: 'Hello, how may I help you?', model: 'n', num_words: 8 },
    'gpt-4-turbo_reference': 'Hello',
    'clear intent': 'No',
    'explicitly express feelings': 'No',
    'explicit constraints': [],
    'explicit subjective stances': [],
    'explicit mistakes or biases': [],
    preference_labels: { human: 'response_1', 'yi-6b': 'response_2' },
    basic_response_1: { ...ratings(1), polite: 3 },
    basic_response_2: { ...ratings(1), repetitive: 3 },
  };
  const { records } = await readDatasetRows(write('rows.jsonl', [row]));
  const { sample } = resolveSample(basic, annotationOfRow(set, records[0]!));
  const vector = featureVector(basic, sample)!;
  const nonZero = namesOf(basic).flatMap((name, i) => (vector[i] === 0 ? [] : [[name, vector[i]]]));
  assert.deepEqual(nonZero, [
    ['polite', 1],
    ['non-repetitive', 1],
    ['lengthy', -1],
  ]);
  assert.equal(sample.query_info['clear intent'], 'No');
  const broken = { ...row, response_1: { content: 'x', model: 'm' } };
  await assert.rejects(
    readDatasetRows(write('broken.jsonl', [row, broken])),
    /line 2: "response_1.num_words" is missing/,
  );
});

test('features are read from resolved samples, from lists, from objects, and in the mode that is asked for', async () => {
  const { sample } = resolveSample(
    set,
    annotation({ ratings: { polite: [3, 1] }, queryInfo: { 'clear intent': 'No' } }),
  );
  const unjudged = resolveSample(set, annotation({ errors: [clean, { checkable: false, errors: [] }] })).sample;
  const file = write('resolved.jsonl', [{ id: 7, group: 'Code', ...sample }, unjudged]);
  const { names, rows } = await readFeatures(file, { mode: 'diff' });
  assert.deepEqual([names.length, rows[0]!.id, rows[0]!.features![3]], [29, '7', 2]);
  assert.deepEqual(rows[0]!.groups, ['Code', 'intent_unclear']);
  assert.equal(rows[1]!.features, undefined);

  const list = await readFeatures(write('list.json', '[[1, 0, -1],\n [0, 1, 0]]'));
  assert.deepEqual(list.names, ['feature 0', 'feature 1', 'feature 2']);
  assert.deepEqual([...list.rows[0]!.features!], [1, 0, -1]);
  const lines = await readFeatures(write('list.jsonl', '[1, 0]\n[0, -1]\n'));
  assert.equal(lines.rows.length, 2);
  const named = await readFeatures(
    write('named.jsonl', [{ id: 'a', features: { x: 1, y: 0 } }, { features: { y: 1, x: 0 } }]),
  );
  assert.deepEqual(
    [named.names, [...named.rows[1]!.features!]],
    [
      ['x', 'y'],
      [0, 1],
    ],
  );
});

test('files of features that do not fit are refused by line', async () => {
  const refused = async (name: string, content: string | object[], message: RegExp) =>
    assert.rejects(
      readFeatures(write(name, content as string)),
      (error) => error instanceof DataError && message.test(error.message),
    );
  await refused('a.jsonl', '[1, 0]\n[1]\n', /line 2: "features" has 1 numbers; expected 2/);
  await refused('b.json', '[[1, 0], ["x", 1]]', /row 2: not a list of numbers/);
  await refused('c.jsonl', [{ features: { x: 1 } }, { features: { z: 1 } }], /line 2: "features.z" is not among/);
  await refused('d.jsonl', [{ id: 1 }], /line 1: "comparison" is missing/);
  await refused(
    'e.jsonl',
    [{ comparison: { polite: { comparison: 1 } } }],
    /line 1: "comparison.harmlessness.comparison" of the property harmless is missing/,
  );
});
