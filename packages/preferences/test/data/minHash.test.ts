import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  bandsFor,
  findLeaks,
  jaccard,
  MinHashIndex,
  meetingProbability,
  nearDuplicates,
  nearGroups,
  type Random,
  seededRandom,
  shingles,
} from '../../src/index.ts';

const made = new Map<string, Set<string>>(); // shingles of each text, made once

/** Jaccard similarity by sets: the plain twin. */
function similarity(a: string, b: string): number {
  for (const text of [a, b]) if (!made.has(text)) made.set(text, shingles(text));
  const [x, y] = [made.get(a)!, made.get(b)!];
  return x.size + y.size === 0 ? 1 : x.intersection(y).size / x.union(y).size;
}

/** What nearDuplicates promises, by holding every prompt against every one that stays. */
function plainDuplicates(prompts: readonly string[], threshold: number): { place: number; of: number }[] {
  const staying: number[] = [];
  const found: { place: number; of: number }[] = [];
  for (const [place, prompt] of prompts.entries()) {
    const alike = staying.map((of) => similarity(prompts[of]!, prompt));
    const most = Math.max(...alike, 0);
    if (most >= threshold) found.push({ place, of: staying[alike.indexOf(most)]! });
    else staying.push(place);
  }
  return found;
}

const words = Array.from({ length: 400 }, (_, i) => `w${i}`);

/** Sentences of which about a third are earlier ones with a few words changed. */
function sentences(count: number, random: Random): string[] {
  const made: string[][] = [];
  for (let i = 0; i < count; i++) {
    const isNew = i === 0 || random.uniform() < 0.67;
    const sentence = isNew
      ? Array.from({ length: 5 + random.below(40) }, () => words[random.below(words.length)]!)
      : [...made[random.below(i)]!];
    for (let k = random.below(4); !isNew && k > 0; k--) sentence[random.below(sentence.length)] = 'changed';
    made.push(sentence);
  }
  return made.map((sentence) => sentence.join(' '));
}

test('near-duplicates are those that holding each prompt against each finds', () => {
  for (const [seed, threshold] of [
    [1, 0.8],
    [2, 0.8],
    [3, 0.5],
    [4, 1],
  ] as const) {
    const prompts = sentences(300, seededRandom(seed));
    const found = nearDuplicates(prompts, { threshold }).map(({ place, of }) => ({ place, of }));
    assert.deepEqual(found, plainDuplicates(prompts, threshold));
    assert.ok(found.length > 10, `${found.length} found with seed ${seed}`);
  }
});

test('nothing is ever called a near-duplicate that is not one', () => {
  const sentence = fc.array(fc.constantFrom('a', 'b', 'c', '你', '好', '!'), { maxLength: 9 }).map((x) => x.join(' '));
  fc.assert(
    fc.property(
      fc.array(sentence, { maxLength: 30 }),
      fc.double({ min: 0.1, max: 1, noNaN: true }),
      (prompts, threshold) => {
        for (const { place, of, similarity: stated, exact } of nearDuplicates(prompts, { threshold })) {
          assert.equal(stated, similarity(prompts[place]!, prompts[of]!));
          assert.ok(stated >= threshold && of < place);
          assert.equal(exact, prompts[place]!.trim() === prompts[of]!.trim());
        }
      },
    ),
  );
});

test('two texts meet in a band as often as 1 − (1 − s^rows)^bands says', () => {
  // 100 words against 100 with a share changed, under 400 draws of the hash functions, at thresholds whose bands differ
  for (const threshold of [0.8, 0.5]) {
    const bands = bandsFor(threshold);
    for (const changed of [2, 8, 14, 22]) {
      const a = Array.from({ length: 100 }, (_, i) => `a${i}`);
      const b = a.map((word, i) => (i % Math.ceil(100 / changed) === 0 ? `b${i}` : word));
      const [left, right] = [a.join(' '), b.join(' ')];
      let met = 0;
      for (let seed = 0; seed < 400; seed++) {
        const index = new MinHashIndex({ threshold, seed });
        const [x, y] = [index.prepare(left), index.prepare(right)];
        if (x.keys.some((key, band) => key === y.keys[band])) met++;
      }
      const expected = meetingProbability(similarity(left, right), bands);
      const deviation = Math.sqrt((expected * (1 - expected)) / 400);
      assert.ok(Math.abs(met / 400 - expected) <= 4.5 * deviation + 0.003, `${met} of 400, expected ${expected}`);
    }
  }
});

test('at the threshold at least 999 of 1000 pairs meet, and one more row would let more through', () => {
  assert.deepEqual(bandsFor(0.8), { bands: 25, rows: 5 });
  for (const threshold of [0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95]) {
    const { bands, rows } = bandsFor(threshold);
    assert.ok(meetingProbability(threshold, { bands, rows }) >= 0.999);
    assert.ok(meetingProbability(threshold, { bands: Math.floor(128 / (rows + 1)), rows: rows + 1 }) < 0.999);
    assert.ok(bands * rows <= 128);
  }
  assert.throws(() => new MinHashIndex({ threshold: 0, seed: 0 }), { code: 'invalid_value' });
});

test('shingles are word trigrams, and in Chinese three characters; signs count, case and width do not', () => {
  assert.deepEqual([...shingles('The sky is blue')], ['the sky is', 'sky is blue']);
  assert.deepEqual([...shingles('今天天气')], ['今 天 天', '天 天 气']);
  assert.deepEqual(shingles('Ｗｈａｔ is 2+3?'), shingles('what  is 2 + 3？'));
  assert.notDeepEqual(shingles('what is 2+3?'), shingles('what is 2*3?'));
  assert.deepEqual([...shingles('Hi!')], ['hi !']);
  assert.equal(shingles(' \n').size, 0);
});

test('jaccard of rising lists is that of the sets', () => {
  const list = fc.uniqueArray(fc.nat(30)).map((items) => items.sort((a, b) => a - b));
  fc.assert(
    fc.property(list, list, (a, b) => {
      const [x, y] = [new Set(a), new Set(b)];
      const expected = a.length + b.length === 0 ? 1 : x.intersection(y).size / x.union(y).size;
      assert.equal(jaccard(a, b), expected);
    }),
  );
});

test('a prompt repeated after its near-duplicate was dropped is dropped for the same one', () => {
  const long = Array.from({ length: 40 }, (_, i) => `word${i}`).join(' ');
  const near = `${long} indeed`;
  assert.deepEqual(
    nearDuplicates([long, near, near, long, [{ role: 'user', content: long }]]).map(({ place, of, exact }) => [
      place,
      of,
      exact,
    ]),
    [
      [1, 0, false],
      [2, 0, false],
      [3, 0, true],
      [4, 0, true],
    ],
  );
});

test('groups are the connected components of being near, whatever the order', () => {
  const prompts = sentences(300, seededRandom(11));
  const order = seededRandom(12);
  const shuffled = prompts.map((_, i) => i).sort(() => order.uniform() - 0.5);
  const groups = nearGroups(prompts);
  const again = nearGroups(shuffled.map((i) => prompts[i]!));
  const partition = (groupOf: (i: number) => number) =>
    [...Map.groupBy(prompts.keys(), groupOf).values()]
      .map((members) => members.toSorted((a, b) => a - b).join())
      .sort();
  const expected = components(prompts);
  assert.deepEqual(
    partition((i) => groups[i]!),
    partition((i) => expected[i]!),
  );
  const placeOf = new Map(shuffled.map((i, place) => [i, place]));
  assert.deepEqual(
    partition((i) => again[placeOf.get(i)!]!),
    partition((i) => groups[i]!),
  );
});

/** Connected components by letting the smallest number spread until nothing changes. */
function components(prompts: readonly string[]): number[] {
  const label = prompts.map((_, i) => i);
  const near = prompts.flatMap((a, i) =>
    prompts.flatMap((b, j) => (i < j && similarity(a, b) >= 0.8 ? [[i, j] as const] : [])),
  );
  for (let changed = true; changed; ) {
    changed = false;
    for (const [i, j] of near) {
      const least = Math.min(label[i]!, label[j]!);
      changed ||= label[i] !== least || label[j] !== least;
      label[i] = label[j] = least;
    }
  }
  return label;
}

test('findLeaks names the most alike prompt that was trained on, exact or near', () => {
  const long = Array.from({ length: 40 }, (_, i) => `word${i}`).join(' ');
  const trained = ['What is the sky?', `${long} and so on`, `${long} indeed`, long];
  const held = ['Why is it?', [{ role: 'user' as const, content: ' What is the sky?\n' }], `${long} indeed !`, long];
  assert.deepEqual(
    findLeaks(trained, held).map(({ held, trained, exact }) => [held, trained, exact]),
    [
      [1, 0, true],
      [2, 2, false],
      [3, 3, true],
    ],
  );
  assert.deepEqual(findLeaks([], held), []);
});

test('the leaks found are those that holding each against each finds', () => {
  const prompts = sentences(400, seededRandom(21));
  const [trained, held] = [prompts.slice(0, 200), prompts.slice(200)];
  const expected = held.flatMap((prompt, place) => {
    const most = Math.max(...trained.map((other) => similarity(prompt, other)));
    return most >= 0.8 ? [[place, most]] : [];
  });
  assert.ok(expected.length > 10);
  assert.deepEqual(
    findLeaks(trained, held).map(({ held, similarity }) => [held, similarity]),
    expected,
  );
});
