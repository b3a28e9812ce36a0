import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  DataError,
  labelAgreement,
  labelsFromLetters,
  letterFolders,
  letterStrength,
  lettersAmong,
  type ReadLabelsOptions,
  readLabels,
  readLetterFolder,
  theJudge,
} from '../../src/index.ts';
import { fileWriter, temporaryFolder } from '../files.ts';

const folder = temporaryFolder();
const write = fileWriter(folder);

test('a label is what both orders together say; a tie becomes B; what is missing in both orders has none', () => {
  const ab = [{ a: -1, b: -2 }, { a: -1, b: -2 }, { a: -1, b: -1 }, { a: -2, b: -1 }, undefined, undefined];
  // in the exchanged order the letter A is the second response
  const ba = [{ a: -2, b: -1 }, { a: -1, b: -4 }, { a: -3, b: -3 }, undefined, { a: -2, b: -1 }, undefined];
  assert.deepEqual(labelsFromLetters({ ab, ba }), {
    labels: ['A', 'B', 'B', 'B', 'A', undefined],
    origins: ['both orders', 'both orders', 'tie', 'one order', 'one order', 'missing'],
  });
});

const logp = fc.double({ min: -30, max: 0, noNaN: true });
const answers = fc.array(fc.record({ a: logp, b: logp }), { minLength: 1, maxLength: 20 });

test('exchanging the responses exchanges the labels, but for ties', () => {
  fc.assert(
    fc.property(answers, answers, (ab, ba) => {
      const n = Math.min(ab.length, ba.length);
      const [one, other] = [ab.slice(0, n), ba.slice(0, n)];
      const there = labelsFromLetters({ ab: one, ba: other });
      const back = labelsFromLetters({ ab: other, ba: one });
      there.labels.forEach((label, i) => {
        if (there.origins[i] === 'tie') assert.deepEqual([label, back.labels[i]], ['B', 'B']);
        else assert.notEqual(label, back.labels[i]);
      });
    }),
  );
});

test('a judge that looks at the place alone is as strong as it is inconsistent', () => {
  const first = Array.from({ length: 10 }, () => ({ a: -0.5, b: -2 }));
  const found = letterStrength({ ab: first, ba: first });
  assert.deepEqual([found.strength, found.first?.share, found.consistent?.share], [1.5, 1, 0]);
});

test('strength is a mean over the answers of both orders, missing ones left out', () => {
  const found = letterStrength({
    ab: [{ a: -1, b: -3 }, undefined],
    ba: [
      { a: -4, b: -1 },
      { a: -1, b: -1 },
    ],
  });
  assert.equal(found.strength, 5 / 3);
  assert.deepEqual([found.first?.share, found.first?.n], [0.5, 2]); // the tie tells of no order
  assert.deepEqual([found.consistent?.share, found.consistent?.n], [1, 1]);
  assert.equal(letterStrength({ ab: [undefined], ba: [undefined] }).strength, undefined);
});

test('agreement is of the samples that both labelled', () => {
  assert.equal(labelAgreement(['A', 'B', undefined, 'B'], ['A', 'A', 'A', 'B'])?.share, 2 / 3);
  assert.equal(labelAgreement(['A', 'B'], ['A', 'A'], [1])?.share, 0);
  assert.equal(labelAgreement(['A'], [undefined]), undefined);
});

const letters = (...pairs: [number, number][]) => pairs.map(([response_a, response_b]) => ({ response_a, response_b }));

test('folders of log-probabilities are found and read; two zeros are a missing value', async () => {
  for (const name of ['models/one', 'models/two', 'models/empty']) mkdirSync(join(folder, name), { recursive: true });
  write('models/one/AB.jsonl', letters([-1, -2], [0, 0]));
  write('models/one/BA.jsonl', letters([-2, 0], [-1, -1]));
  write('models/two/direct_ask_preferences_AB.jsonl', letters([-1, -2]));
  write('models/two/direct_ask_preferences_BA.jsonl', letters([-1, -2], [-1, -2]));
  const found = letterFolders(join(folder, 'models'));
  assert.deepEqual(
    found.map(({ judge }) => judge),
    ['one', 'two'],
  );
  assert.deepEqual(await readLetterFolder(found[0]!.folder), {
    ab: [{ a: -1, b: -2 }, undefined],
    ba: [
      { a: -2, b: 0 },
      { a: -1, b: -1 },
    ],
  });
  await assert.rejects(
    readLetterFolder(found[1]!.folder),
    /has 2 lines; expected 1, as many as .*AB.jsonl. Position 1/,
  );
  await assert.rejects(
    readLetterFolder(found[0]!.folder, 3),
    /has 2 lines; expected 3, one for each sample. Position 2 \(from 0\) is the first without one/,
  );
  await assert.rejects(readLetterFolder(join(folder, 'models/empty')), /has no AB.jsonl/);
});

const read = async (name: string, content: string | object[], options: ReadLabelsOptions = {}) =>
  readLabels(write(name, content as string), options);

test('labels of one judge: a JSON list, JSONL of letters or objects, CSV with and without a head', async () => {
  const expected = [{ judge: 'mine', labels: ['A', 'B', 'B'] }];
  assert.deepEqual(await read('mine.json', '["A", "B", "B"]'), expected);
  assert.deepEqual(await read('mine.json', '[\n"a",\n "response_2", "B"]\n'), expected);
  assert.deepEqual(await read('mine.jsonl', '"A"\n"B"\n\n"B"\n'), expected);
  assert.deepEqual(await read('mine.jsonl', [{ label: 'A' }, { label: 'B' }, { label: 'B' }]), expected);
  assert.deepEqual(await read('mine.csv', 'A\r\nB\r\nB\r\n'), expected);
  assert.deepEqual(await read('mine.csv', 'label\nA\n"B"\nB'), expected);
  assert.deepEqual(await read('mine.csv', 'text,label\n"one, ""two""\n",A\nx,B\ny,B\n'), expected);
  const named = await read('mine.csv', 'A\nB\nB\n', { judge: 'me' });
  assert.equal(named[0]!.judge, 'me');
});

test('labels of several judges: a JSON object, a column each, or a field', async () => {
  const expected = [
    { judge: 'x', labels: ['A', 'B'] },
    { judge: 'y', labels: ['B', undefined] },
  ];
  assert.deepEqual(await read('all.json', '{"x": ["A", "B"],\n "y": ["B", null]}'), expected);
  assert.deepEqual(
    await read('all.jsonl', [
      { judge: 'x', label: 'A' },
      { judge: 'y', label: 'B' },
      { judge: 'x', label: 'B' },
      { judge: 'y', label: null },
    ]),
    expected,
  );
  assert.deepEqual(
    (await read('all.csv', 'id,x,y\n1,A,B\n2,B,B\n')).map(({ judge, labels, ids }) => [judge, labels, ids]),
    [
      ['x', ['A', 'B'], ['1', '2']],
      ['y', ['B', 'B'], ['1', '2']],
    ],
  );
});

test('comparisons are labels; ties and skips are missing ones', async () => {
  const vote = (id: string, choice: string, judge: string) => ({
    id,
    prompt: [{ role: 'user', content: 'Hi' }],
    responses: [
      { id: 'p', text: 'Hello' },
      { id: 'q', text: 'Good day' },
    ],
    choice,
    judge,
  });
  const votes = [vote('1', 'a', 'me'), vote('2', 'tie', 'me'), vote('1', 'b', 'you')];
  for (const found of [await read('votes.jsonl', votes), await read('votes.json', JSON.stringify(votes))]) {
    assert.deepEqual(found, [
      { judge: 'me', labels: ['A', undefined], ids: ['1', '2'] },
      { judge: 'you', labels: ['B'], ids: ['1'] },
    ]);
  }
});

/** What is said about a file of labels that is refused. */
async function refusal(name: string, content: string | object[], options: ReadLabelsOptions = {}): Promise<string> {
  const error = await read(name, content, options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof DataError, `${name} was not refused: ${String(error)}`);
  assert.equal(error.badInput, true);
  return error.message.slice(error.message.indexOf(name) + name.length + 1).trim();
}

test('a wrong letter is refused with its position and line', async () => {
  assert.equal(await refusal('x.json', '["A", "C", "D"]'), 'at position 1 (from 0) there is "C"; expected "A" or "B".');
  assert.equal(await refusal('x.json', '["A", 1]'), 'at position 1 (from 0) there is 1; expected "A" or "B".');
  assert.equal(
    await refusal('x.jsonl', '{"label": "A"}\n\n{"label": "tie"}\n'),
    'at position 1 (from 0), line 3, there is "tie"; expected "A" or "B".',
  );
  assert.equal(
    await refusal('x.jsonl', [{ label: 'A' }, { lable: 'B' }]),
    'at position 1 (from 0), line 2, there is {"lable":"B"}; expected "A" or "B".',
  );
  assert.match(
    await refusal('x.json', [{ label: 'A' }, { prompt: 'p'.repeat(500) }]),
    /^at position 1 \(from 0\), line 2, there is \{"prompt":"p{69}…; expected/,
  );
  assert.equal(
    await refusal('x.csv', 'id,label\n1,A\n2,\n'),
    'at position 1 (from 0), line 3, there is no label; expected "A" or "B".',
  );
  assert.match(await refusal('x.json', '{"mine": ["A", "?"]}'), /^at position 1 \(from 0\) of mine there is "\?"/);
});

test('a file with too few or too many labels is refused with the first position that does not fit', async () => {
  assert.equal(
    await refusal('x.json', '["A", "B"]', { samples: 3 }),
    'has 2 labels; expected 3, one for each sample. Position 2 (from 0) is the first without one.',
  );
  assert.equal(
    await refusal('x.csv', 'A\nB\nA\nB\n', { samples: 3 }),
    'has 4 labels; expected 3, one for each sample. Position 3 (from 0) is the first too many.',
  );
  assert.match(
    await refusal('x.json', '{"p": ["A"], "q": ["A", "A"]}', { samples: 1 }),
    /^has 2 labels of q; expected 1/,
  );
});

test('labels whose ids are not those of the samples are refused at the first that differs', async () => {
  const ids = ['s1', 's2', 's3'];
  const swapped = [
    { id: 's1', label: 'A' },
    { id: 's3', label: 'B' },
    { id: 's2', label: 'B' },
  ];
  assert.equal(
    await refusal('x.jsonl', swapped, { ids }),
    'at position 1 (from 0) the label has the id s3; the sample there is s2. Put the labels in the order of the samples.',
  );
  assert.match(await refusal('x.jsonl', swapped.slice(0, 1), { ids }), /^has 1 labels; expected 3/);
});

test('what is no list of labels at all is refused with the forms there are', async () => {
  assert.match(await refusal('x.json', '{"labels": 3}'), /^"labels" is not a list. A file of labels is a JSON list/);
  assert.match(await refusal('x.json', '["A", "B"'), /^is not valid JSON/);
  assert.match(await refusal('x.json', ''), /^has no labels/);
  assert.match(await refusal('x.txt', 'hello\n'), /^has no labels/);
  assert.match(await refusal('x.csv', 'label,id\nA\n'), /line 2: 1 cells; expected 2/);
});

test('of several judges one has to be named', async () => {
  const judges = await read('x.json', '{"p": ["A"], "q": ["B"]}');
  assert.equal(theJudge('x.json', judges, 'q').labels[0], 'B');
  assert.throws(() => theJudge('x.json', judges), /has labels of p, q. Say whose/);
  assert.throws(() => theJudge('x.json', judges, 'r'), /has no labels of r, only of p, q/);
});

test('letters among the likeliest first tokens: forms of a letter add up, an absent one has the least that is there', () => {
  const close = (found: { a: number; b: number } | undefined, a: number, b: number) => {
    assert.ok(found && Math.abs(found.a - a) < 1e-12 && Math.abs(found.b - b) < 1e-12, JSON.stringify(found));
  };
  close(lettersAmong({ A: Math.log(0.5), ' A': Math.log(0.2), B: Math.log(0.1) }), Math.log(0.7), Math.log(0.1));
  close(lettersAmong({ '(B)': -0.1, Both: -3, An: -7 }), -7, -0.1);
  assert.equal(lettersAmong({ Both: -0.1, Neither: -3 }), undefined);
  assert.equal(lettersAmong(undefined), undefined);
});
