import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  bootstrapInterval,
  type Choice,
  type Comparison,
  cohenKappa,
  familyOf,
  judgesReport,
  netVerdict,
  pairKappa,
  plurality,
  seededRandom,
  wilsonInterval,
} from '../../../src/index.ts';
import { compared, turned } from '../comparison.ts';

const near = (actual: number | undefined, expected: number, within = 1e-12) =>
  assert.ok(actual !== undefined && Math.abs(actual - expected) <= within, `${actual} and ${expected}`);

/** What several said of the same prompts, one choice for each. */
const saidBy = (judge: string, choices: readonly Choice[], more: Partial<Comparison> = {}): Comparison[] =>
  choices.map((choice, i) => compared(String(i), choice, { judge, ...more }));

const choices: Choice[] = ['a', 'b', 'tie', 'skip'];
const anyChoice = fc.constantFrom(...choices);

test('agreement with people is worked out by hand: with most of them, with one of them, without ties, and kappa', () => {
  const people = [
    ...saidBy('ann', ['a', 'a', 'b', 'tie', 'b']),
    ...saidBy('bob', ['a', 'b', 'b', 'tie', 'b']),
    ...saidBy('cy', ['b', 'tie', 'b', 'a', 'skip']),
  ];
  const judge = saidBy('judge', ['a', 'a', 'a', 'tie', 'skip']);
  const { judges, people: among, items } = judgesReport(judge, { people });
  assert.equal(items, 5);
  const { majority, countingSkips, onePerson, withoutTies, kappa } = judges[0]!.people!;
  // most say: a | a, b or tie | b | tie | b
  near(majority!.share, (1 + 1 / 3 + 0 + 1) / 4);
  assert.equal(majority!.n, 4);
  near(majority!.interval[0], wilsonInterval(7 / 3, 4)[0]);
  near(countingSkips!.share, (1 + 1 / 3 + 0 + 1 + 0) / 5);
  near(onePerson!.share, (2 / 3 + 1 / 3 + 0 + 2 / 3) / 4);
  near(withoutTies!.share, (2 / 3 + 1 / 2 + 0) / 3); // the judge's tie is left out, and people's of the second
  // the judge says a, a, a, tie and people a, tie, b, tie: alike in 2 of 4. In both orders the judge says a, b, tie in 3,
  // 3, 2 of 8 and people in 2, 2, 4: by chance (3·2 + 3·2 + 2·4)/64
  near(kappa!.value, (1 / 2 - 20 / 64) / (1 - 20 / 64));
  // two people: 1 of 3 pairs | none | all | 1 of 3 | all (two people)
  near(among!.onePerson!.share, (1 / 3 + 0 + 1 + 1 / 3 + 1) / 5);
  assert.deepEqual([among!.decisions, among!.items], [14, 5]);
  assert.deepEqual([among!.alpacaEval.bias, judges[0]!.alpacaEval!.parsed], [0, 4]);
});

test('a judge asked in both orders has the mean of both, and a tie as its verdict where they differ', () => {
  const people = saidBy('ann', ['a', 'b']);
  const first = saidBy('judge', ['a', 'b'], { shownFirst: 'a' });
  const second = saidBy('judge', ['b', 'b'], { shownFirst: 'b' });
  const { people: agreement } = judgesReport([...first, ...second], { people }).judges[0]!;
  near(agreement!.majority!.share, (1 / 2 + 1) / 2);
  near(agreement!.onePerson!.share, (0 + 1) / 2); // tie, b
  assert.deepEqual([agreement!.withoutTies!.share, agreement!.withoutTies!.n], [1, 1]);
});

test('position: consistency, which way the others went, and how often the first shown was chosen', () => {
  const inOrder = (shownFirst: 'a' | 'b', ...said: Choice[]) => saidBy('judge', said, { shownFirst });
  const { position } = judgesReport([
    ...inOrder('a', 'a', 'a', 'b', 'tie', 'tie', 'a'),
    ...inOrder('b', 'a', 'b', 'a', 'tie', 'b', 'skip'),
  ]).judges[0]!;
  assert.deepEqual(position.consistency, { share: 2 / 5, interval: wilsonInterval(2, 5), n: 5 });
  assert.deepEqual([position.forFirst, position.forSecond, position.tieInOne], [1, 1, 1]);
  // a shown first: a a b, and a of the sixth; b shown first: a b a, and b of the fifth
  assert.deepEqual([position.firstShown!.share, position.firstShown!.n], [(3 + 2) / 8, 8]);
});

test('the longer response counts from more than 30 characters on, ties do not, an item counts once', () => {
  const texts = (a: number, b: number): [string, string] => ['🙂'.repeat(a), 'x'.repeat(b)];
  const { prefersLonger } = judgesReport([
    compared('1', 'a', { texts: texts(61, 30) }), // the longer
    compared('2', 'b', { texts: texts(61, 31) }), // 30 characters: not telling
    compared('3', 'a', { texts: texts(1, 99) }), //  the shorter
    compared('4', 'tie', { texts: texts(1, 99) }),
    compared('5', 'a', { texts: texts(99, 1) }), //  both
    turned(compared('5', 'b', { texts: texts(99, 1) })),
  ]).judges[0]!;
  assert.deepEqual(prefersLonger, { share: 1.5 / 3, interval: wilsonInterval(1.5, 3), n: 3 });
});

test('self-preference is set against people and against other judges on the same items', () => {
  const sources: [string, string] = ['gpt-4', 'claude-2'];
  const by = (judge: string, ...said: Choice[]) => saidBy(judge, said, { sources } as Partial<Comparison>);
  const { judges } = judgesReport(
    [
      ...by('gpt-4-turbo', 'a', 'a', 'tie', 'b', 'tie'),
      ...by('qwen', 'b', 'a', 'b'),
      ...by('claude-3', 'b', 'b', 'b', 'b'),
    ],
    { people: by('ann', 'a', 'b', 'b', 'skip', 'a') },
  );
  const { own } = judges[0]!;
  assert.deepEqual(own!.sources, ['gpt-4']);
  assert.deepEqual([own!.wins.share, own!.wins.n], [(1 + 1 + 0.5 + 0 + 0.5) / 5, 5]);
  assert.deepEqual([own!.peopleWins!.share, own!.peopleWins!.n], [2 / 4, 4]);
  near(own!.overPeople!.value, (0 + 1 + 0.5 - 0.5) / 4);
  // of the others qwen and claude-3: 0, ½, 0, 0
  near(own!.overOthers!.value, (1 + 0.5 + 0.5 + 0) / 4);
  // with people who prefer gpt-4: 1 and ½; who prefer claude-2: 0 and ½
  near(own!.recallGap!.value, 0.75 - 0.25);
  near(own!.recallGap!.interval[1], 0.5 + 1.959963984540054 * Math.sqrt(0.125 / 2 + 0.125 / 2));
  assert.equal(judges[1]!.own, undefined);
  assert.deepEqual(judges[2]!.own!.sources, ['claude-2']);
});

test('a family is the maker that a name tells, and else the name', () => {
  const families = ['gpt-4o', 'text_davinci_003', 'o1-mini', 'claude-2', 'Meta-Llama-3.1', 'Qwen-14B', 'vicuna-13b'];
  assert.deepEqual(families.map(familyOf), [
    'OpenAI',
    'OpenAI',
    'OpenAI',
    'Anthropic',
    'Meta',
    'Alibaba',
    'vicuna-13b',
  ]);
  assert.equal(familyOf('solo1-mini'), 'solo1-mini');
});

test('pairKappa is Cohen’s of the verdicts in both orders', () => {
  const other = { a: 'b', b: 'a', tie: 'tie' } as const;
  const decision = fc.constantFrom('a' as const, 'b' as const, 'tie' as const);
  fc.assert(
    fc.property(fc.array(fc.tuple(decision, decision), { maxLength: 30 }), (verdicts) => {
      const kappa = pairKappa(verdicts);
      const both = cohenKappa([...verdicts, ...verdicts.map(([x, y]) => [other[x], other[y]] as const)]);
      if (both === undefined || verdicts.length < 2) assert.equal(kappa, undefined);
      else near(kappa!.value, both, 1e-12);
    }),
  );
});

test('the error of pairKappa is what its bootstrap finds', () => {
  const random = seededRandom(3);
  const drawn = Array.from({ length: 300 }, () => {
    const truth = (['a', 'b', 'tie'] as const)[Math.min(2, random.below(5) >> 1)]!;
    const says = () => (random.below(4) ? truth : (['a', 'b', 'tie'] as const)[random.below(3)]!);
    return [says(), says()] as const;
  });
  const { interval } = pairKappa(drawn)!;
  const resampled = bootstrapInterval(drawn, (sample) => pairKappa(sample)!.value, { seed: 1 });
  // both are 95 %: 2,000 resamples tell each end to about a twentieth of a standard error
  for (const i of [0, 1] as const) near(interval[i], resampled[i], (0.15 * (interval[1] - interval[0])) / 2);
});

test('two verdicts make one by the rule of MT-Bench, and by that of JudgeBench', () => {
  assert.deepEqual(
    ([['a', 'a'], ['a', 'tie'], ['a', 'b'], ['a', 'b', 'b'], []] as const).map((said) => [
      plurality(said),
      netVerdict(said),
    ]),
    [
      ['a', 'a'],
      ['tie', 'a'],
      ['tie', 'tie'],
      ['b', 'b'],
      [undefined, undefined],
    ],
  );
});

/** Choices of a judge whose log-odds are known: of length (by tanh), of place, of its own, and of what people say. */
function simulated(n: number, weights: { length: number; first: number; own: number; people: number }) {
  const random = seededRandom(8);
  const [comparisons, people]: [Comparison[], Comparison[]] = [[], []];
  const lengths = Array.from({ length: n }, () => [1 + random.below(400), 1 + random.below(400)] as const);
  const scale = Math.sqrt(lengths.reduce((sum, [a, b]) => sum + (a - b) ** 2, 0) / n);
  for (const [i, [a, b]] of lengths.entries()) {
    const texts: [string, string] = ['x'.repeat(a), 'y'.repeat(b)];
    const sources: [string, string] = random.below(2) ? ['gpt-4', 'vicuna'] : ['vicuna', 'gpt-4'];
    const better = random.below(2) ? 'a' : 'b';
    const shownFirst = random.below(2) ? 'a' : 'b';
    const z =
      weights.length * Math.tanh((a - b) / scale) +
      weights.first * (shownFirst === 'a' ? 1 : -1) +
      weights.own * (sources[0] === 'gpt-4' ? 1 : -1) +
      weights.people * (better === 'a' ? 1 : -1);
    const choice = random.uniform() < 1 / (1 + Math.exp(-z)) ? 'a' : 'b';
    comparisons.push(compared(String(i), choice, { judge: 'gpt-4', texts, sources, shownFirst }));
    people.push(compared(String(i), better, { judge: 'ann', texts, sources }));
  }
  return { comparisons, people };
}

test('the regression finds the biases that a simulated judge was given, each beside the others', () => {
  const weights = { length: 1.2, first: 0.5, own: 0.4, people: 1 };
  const { comparisons, people } = simulated(4000, weights);
  const { coefficients, choices: made, items } = judgesReport(comparisons, { people }).judges[0]!.biases!;
  assert.deepEqual([made, items], [4000, 4000]);
  for (const [term, truth] of Object.entries(weights)) {
    const { value, interval } = coefficients[term as keyof typeof weights]!;
    // four standard errors: with a fixed seed this is a statement about this sample
    assert.ok(Math.abs(value - truth) < (4 / 1.96) * ((interval[1] - interval[0]) / 2), `${term}: ${value}`);
    assert.ok(interval[1] - interval[0] < 0.6);
  }
});

test('one regressor alone gives the log-odds of the share, with the error of a share', () => {
  // the first shown is chosen in 30 of 40: log-odds ln 3; without other terms the sandwich is 1/√(n·p·(1−p))·√(n/(n−1))
  const comparisons = Array.from({ length: 40 }, (_, i) =>
    compared(String(i), i < 30 ? 'a' : 'b', { shownFirst: 'a', texts: [`one ${i}`, `two ${i}`] }),
  );
  const { first, ...rest } = judgesReport(comparisons).judges[0]!.biases!.coefficients;
  assert.deepEqual(rest, {});
  near(first!.value, Math.log(3), 1e-9);
  const error = Math.sqrt(40 / 39 / (40 * 0.75 * 0.25));
  near(first!.interval[1], Math.log(3) + 1.959963984540054 * error, 1e-9);
});

test('a judge that is a rule has no regression: nothing is left to chance', () => {
  const texts = (a: number, b: number): [string, string] => ['x'.repeat(a), 'y'.repeat(b)];
  const rule = Array.from({ length: 20 }, (_, i) =>
    compared(String(i), i % 2 ? 'a' : 'b', { texts: i % 2 ? texts(50 + i, 3) : texts(2, 60 + i) }),
  );
  const { biases, prefersLonger } = judgesReport(rule).judges[0]!;
  assert.equal(biases, undefined);
  assert.equal(prefersLonger!.share, 1);
});

const anyComparison = fc.record({
  prompt: fc.constantFrom('1', '2', '3', '4', '5'),
  choice: anyChoice,
  judge: fc.constantFrom('gpt-4', 'rule'),
  shownFirst: fc.option(fc.constantFrom('a' as const, 'b' as const), { nil: undefined }),
});

const built = ({ prompt, choice, judge, shownFirst }: typeof anyComparison extends fc.Arbitrary<infer T> ? T : never) =>
  compared(prompt, choice, {
    judge,
    ...(shownFirst && { shownFirst }),
    sources: Number(prompt) % 2 ? ['gpt-4', 'claude'] : ['claude', 'gpt-3.5'],
    texts: [`${'long '.repeat(Number(prompt) * 3)}${prompt}`, `short ${prompt}`],
  });

test('which response a comparison calls a changes nothing', () => {
  fc.assert(
    fc.property(
      fc.array(anyComparison, { maxLength: 20 }),
      fc.array(anyComparison, { maxLength: 12 }),
      fc.array(fc.boolean(), { minLength: 32, maxLength: 32 }),
      (said, people, turns) => {
        const [comparisons, byPeople] = [said.map(built), people.map(built)];
        const flip = (list: Comparison[], from: number) => list.map((c, i) => (turns[from + i] ? turned(c) : c));
        assert.deepEqual(
          judgesReport(flip(comparisons, 0), { people: flip(byPeople, 20) }),
          judgesReport(comparisons, { people: byPeople }),
        );
      },
    ),
    { numRuns: 40 },
  );
});

test('exchanging all names of responses and choices exchanges nothing but the signs within', () => {
  fc.assert(
    fc.property(fc.array(anyComparison, { maxLength: 20 }), (said) => {
      const other = { a: 'b', b: 'a', tie: 'tie', skip: 'skip' } as const;
      const opposite = said.map((one) => ({ ...one, choice: other[one.choice] }));
      const [as, against] = [said, opposite].map((list) => judgesReport(list.map(built)).judges);
      for (const [i, { position, ties, skips, prefersLonger, own }] of as!.entries()) {
        const mirrored = against![i]!;
        assert.deepEqual([mirrored.ties, mirrored.skips], [ties, skips]);
        assert.deepEqual(mirrored.position.consistency, position.consistency);
        assert.equal(mirrored.position.forFirst, position.forSecond);
        if (prefersLonger) near(mirrored.prefersLonger!.share, 1 - prefersLonger.share);
        if (own) near(mirrored.own!.wins.share, 1 - own.wins.share);
      }
    }),
    { numRuns: 40 },
  );
});

test('matched by ids, texts that were shortened are still the same items', () => {
  const ids = (texts: [string, string]) => {
    const comparison = compared('Sky?', 'a', { texts });
    return { ...comparison, responses: comparison.responses.map((r, i) => ({ ...r, id: `r${i}` })) as never };
  };
  const [judge, person] = [ids(['a long answer', 'another']), turned(ids(['a long', 'another']))];
  assert.equal(judgesReport([judge], { people: [person] }).judges[0]!.people, undefined);
  const { people } = judgesReport([judge], { people: [person], match: 'ids' }).judges[0]!;
  assert.equal(people!.majority!.share, 1);
});
