import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  agreedQuality,
  balanceIntents,
  countPieces,
  filterPrompts,
  pieces,
  type Quality,
  qualityClass,
  ruledOut,
} from '../../src/index.ts';

test('a prompt is kept only when all three questions are answered well; the first fault names its class', () => {
  const classOf = (intent: boolean, semantics: boolean, answerable: boolean) =>
    qualityClass({ intent, semantics, answerable });
  assert.equal(classOf(true, true, true), 'kept');
  for (const semantics of [true, false])
    for (const answerable of [true, false]) assert.equal(classOf(false, semantics, answerable), 'unclear intent');
  assert.equal(classOf(true, false, true), 'unclear semantics');
  assert.equal(classOf(true, false, false), 'unclear semantics');
  assert.equal(classOf(true, true, false), 'unanswerable');
});

test('pieces are words, characters of scripts without spaces, and signs', () => {
  assert.deepEqual(pieces('Don’t 2+3?'), ['Don', '’', 't', '2', '+', '3', '?']);
  assert.deepEqual(pieces('北京3日游。'), ['北', '京', '3', '日', '游', '。']);
  assert.deepEqual(pieces('GPT模型 über naïve'), ['GPT', '模', '型', 'über', 'naïve']);
  assert.deepEqual(pieces(' \n\t\u200b'), []);
  assert.equal(countPieces('こんにちは 안녕하세요 мир'), 5 + 1 + 1);
});

test('every visible character is in a piece, in order', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      assert.equal(pieces(text).join(''), text.replace(/[\s\p{C}]/gu, ''));
    }),
  );
});

test('the rules drop what is too short, in any script, and what nearly repeats something that is not', () => {
  const long = 'Plan a three-day trip to Beijing for two people on a budget of under five thousand yuan';
  assert.deepEqual(
    ruledOut(['  Hello there  ', long, '你好吗', '计划北京三日游', `${long} `, 'Hello there', `${long}.`]),
    [
      { place: 0, reason: 'too short' },
      { place: 2, reason: 'too short' },
      { place: 4, reason: 'near-duplicate', of: 1 },
      { place: 5, reason: 'too short' },
      { place: 6, reason: 'near-duplicate', of: 1 },
    ],
  );
});

test('what counts as short is told by whoever counts the tokens', () => {
  assert.deepEqual(ruledOut(['abc', 'abcdef'], { count: (text) => text.length, least: 4 }), [
    { place: 0, reason: 'too short' },
  ]);
});

const prompts = fc
  .array(fc.constantFrom('writing', 'mathematics', 'role play', undefined), { maxLength: 80 })
  .map((categories) => categories.map((category, i) => ({ id: `p${i}`, prompt: `question ${i}`, category })));

test('no category keeps more than four times what the smallest should have, and no other prompt goes', () => {
  fc.assert(
    fc.property(
      prompts,
      fc.integer(),
      fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
      (all, seed, enough) => {
        const { kept, report, cap, uncategorised } = balanceIntents(all, { seed, enough });
        const sizes = [...Map.groupBy(all, ({ category }) => category)].filter(([category]) => category !== undefined);
        const smallest = Math.min(...sizes.map(([, members]) => members.length));
        assert.equal(cap, 4 * (enough ?? smallest));
        let expected = all.filter(({ category }) => category === undefined).length;
        assert.equal(uncategorised, expected);
        for (const [category, members] of sizes) {
          const row = report.find((each) => each.category === category)!;
          const after = kept.filter((place) => all[place]!.category === category).length;
          assert.deepEqual([row.before, row.after], [members.length, after]);
          assert.equal(after, Math.min(cap, members.length));
          assert.equal(row.short, members.length < (enough ?? smallest));
          expected += after;
        }
        assert.equal(kept.length, expected);
        assert.deepEqual(
          kept,
          kept.toSorted((a, b) => a - b),
        );
      },
    ),
  );
});

test('which prompts of a category stay does not depend on their order', () => {
  fc.assert(
    fc.property(
      prompts.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      fc.integer(),
      ([all, shuffled], seed) => {
        const ids = (from: typeof all) =>
          balanceIntents(from, { seed, enough: 1 })
            .kept.map((place) => from[place]!.id)
            .sort();
        assert.deepEqual(ids(shuffled), ids(all));
      },
    ),
  );
});

const quality = fc.record(
  {
    intent: fc.boolean(),
    semantics: fc.boolean(),
    answerable: fc.boolean(),
    category: fc.constantFrom('writing', 'mathematics'),
  },
  { requiredKeys: ['intent', 'semantics', 'answerable'] },
) as fc.Arbitrary<Quality>;

test('several judges agree on what more than half of them say, whatever their order', () => {
  fc.assert(
    fc.property(fc.array(quality, { minLength: 1, maxLength: 7 }), (all) => {
      const agreed = agreedQuality(all);
      for (const question of ['intent', 'semantics', 'answerable'] as const) {
        const yes = all.filter((judgment) => judgment[question]).length;
        assert.equal(agreed[question], yes > all.length - yes);
        assert.equal(agreedQuality(all.toReversed())[question], agreed[question]);
      }
      const votes = (category: string) => all.filter((judgment) => judgment.category === category).length;
      const most = Math.max(votes('writing'), votes('mathematics'));
      assert.equal(agreed.category === undefined ? 0 : votes(agreed.category), most);
    }),
  );
});

test('every prompt is kept or dropped for one reason; kept ones passed the rules and all three questions', () => {
  const judged = fc.array(fc.option(quality, { nil: undefined }), { maxLength: 40 });
  const intents = fc.option(fc.record({ seed: fc.nat() }), { nil: undefined });
  fc.assert(
    fc.property(judged, fc.array(fc.boolean()), intents, (all, isShort, how) => {
      const prompts = all.map((_, i) => ({ prompt: isShort[i] ? 'short' : `question number ${i} of ${i * i}` }));
      const verdicts = new Map(all.flatMap((verdict, i) => (verdict ? [[i, verdict] as const] : [])));
      const ruled = ruledOut(prompts.map(({ prompt }) => prompt));
      const filtered = filterPrompts(prompts, ruled, verdicts, how);
      const places = [...filtered.kept, ...filtered.dropped.map(({ place }) => place)];
      assert.deepEqual(
        places.sort((a, b) => a - b),
        [...prompts.keys()],
      );
      for (const place of filtered.kept) {
        const { intent, semantics, answerable } = verdicts.get(place)!;
        assert.ok(intent && semantics && answerable && !isShort[place]);
      }
      const full = filtered.dropped.filter(({ reason }) => reason === 'category full');
      if (!how) assert.equal(full.length, 0);
      for (const { place } of full) assert.equal(qualityClass(verdicts.get(place)!), 'kept');
      assert.equal(
        filtered.dropped.filter(({ reason }) => reason === 'not judged').length,
        all.filter((verdict, i) => !verdict && !isShort[i]).length,
      );
    }),
  );
});
