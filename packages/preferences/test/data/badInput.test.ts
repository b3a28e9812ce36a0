import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import {
  DataError,
  readComparisons,
  readJudgedPrompts,
  readPairs,
  readPrompts,
  readTexts,
  writeRecords,
} from '../../src/index.ts';
import { fileWriter, temporaryFolder } from '../files.ts';

const folder = temporaryFolder();
const write = fileWriter(folder);
const good = { prompt: 'Sky?', chosen: 'Blue.', rejected: 'Green.' };
const goodLine = JSON.stringify(good);

/** The message of the DataError that reading pairs from this content throws, without the folder. */
async function complaint(content: string | Uint8Array | readonly object[], read = readPairs): Promise<string> {
  const path = write('pairs.jsonl', content);
  try {
    await read(path);
  } catch (error) {
    assert.ok(error instanceof DataError, String(error));
    assert.equal(error.file, path);
    return error.message.replaceAll(path, 'pairs.jsonl');
  }
  assert.fail('nothing was thrown');
}

test('a missing field is named with its line and what a line needs', async () => {
  const rows = [...Array(16).fill(good), { prompt: 'Sky?', chosen: 'Blue.' }];
  assert.equal(
    await complaint(rows),
    'pairs.jsonl, line 17: "rejected" is missing. Each line needs prompt, chosen and rejected.',
  );
});

test('a field of the wrong type is shown with what was expected', async () => {
  const withChosen = (chosen: unknown) => complaint([good, { ...good, chosen }]);
  assert.match(await withChosen(5), /line 2: "chosen" is 5; expected text or a list\./);
  assert.match(await withChosen([]), /"chosen" is an empty list; expected a list of at least 1/);
  assert.match(
    await withChosen([{ role: 'robot', content: '' }]),
    /"chosen\[0\].role" is "robot"; expected "system" or "user" or "assistant"/,
  );
  assert.match(await withChosen([{ role: 'user' }]), /"chosen\[0\].content" is missing/);
  assert.match(await complaint([{ ...good, weight: -1 }]), /"weight" is -1; expected at least 0/);
});

test('a comparison tells which of its parts is wrong', async () => {
  const comparison = {
    id: '1',
    prompt: [{ role: 'user', content: 'Sky?' }],
    responses: [
      { id: 'a', text: 'Blue.' },
      { id: 'b', text: 'Green.' },
    ],
    choice: 'a',
    judge: 'me',
  };
  const complains = (change: object) => complaint([{ ...comparison, ...change }], readComparisons as never);
  assert.match(await complains({ choice: 'c' }), /"choice" is "c"; expected "a" or "b" or "tie" or "skip"/);
  assert.match(
    await complains({ responses: [comparison.responses[0]] }),
    /"responses" is a list of 1; expected a list of at least 2/,
  );
  assert.match(await complains({ criteria: { fluency: 4 } }), /"criteria.fluency" is 4; expected at most 3/);
  assert.match(
    await complains({ responses: [comparison.responses[0], { id: 'b' }] }),
    /"responses\[1\].text" is missing/,
  );
  assert.match(await complains({ judge: undefined }), /"judge" is missing/);
});

test('a response preferred to its like says nothing; a tie of the two does', async () => {
  const same = (choice: string) => ({
    id: choice,
    prompt: [{ role: 'user', content: 'Sky?' }],
    responses: ['a', 'b'].map((id) => ({ id, text: 'Blue.' })),
    choice,
    judge: 'me',
  });
  const path = write('same.jsonl', ['tie', 'skip', 'a', 'b'].map(same));
  await assert.rejects(readComparisons(path), {
    name: 'DataError',
    message:
      /: 2 lines cannot be used\.[\s\S]*line 3: "responses" are two equal texts and "choice" is "a"; expected different/,
  });
  const { comparisons, skipped } = await readComparisons(path, { onError: 'skip' });
  assert.deepEqual(
    [comparisons.map(({ id }) => id), skipped.map(({ line }) => line)],
    [
      ['tie', 'skip'],
      [3, 4],
    ],
  );
  const pairs = await readPairs(path, { onError: 'skip' });
  assert.deepEqual([pairs.pairs.length, pairs.ties, pairs.skips, pairs.skipped.length], [0, 1, 1, 2]);
});

test('judged prompts say which of their three answers is missing', async () => {
  const good = { id: 1, prompt: 'Sky?', intent: true, semantics: true, answerable: true, judge: 'me' };
  const path = write('judged.jsonl', [good, { ...good, semantics: 'yes' }]);
  await assert.rejects(readJudgedPrompts(path), { message: /line 2: "semantics" is "yes"; expected true or false/ });
  const { judged } = await readJudgedPrompts(path, { onError: 'skip' });
  assert.deepEqual(judged, [{ ...good, id: '1' }]);
});

test('many bad lines make one error that counts all and lists the first', async () => {
  const message = await complaint([good, ...Array(30).fill({ prompt: 'Sky?', chosen: 'Blue.' })]);
  assert.match(message, /^pairs\.jsonl: 30 lines cannot be used\. Each line needs/);
  assert.match(message, /\n {2}line 2: "rejected" is missing\n/);
  assert.match(message, /\n {2}and 6 more$/);
});

test('a broken JSON line is one bad line', async () => {
  assert.match(
    await complaint(`${goodLine}\n{"prompt": "Sky?\n${goodLine}\n`),
    /^pairs\.jsonl, line 2: not valid JSON/,
  );
});

test('an empty file, a blank one, and a gzipped empty one are empty', async () => {
  for (const content of ['', ' \n\n', '\ufeff', gzipSync('')])
    assert.match(await complaint(content), /the file is empty/);
});

test('an empty JSON array is empty', async () => {
  assert.match(await complaint('[]'), /the file is empty/);
});

test('a file of something else says what its fields are', async () => {
  assert.match(
    await complaint([{ title: 'x', url: 'y' }]),
    /no preference pairs here; the fields are title, url\. Each line needs/,
  );
  assert.match(await complaint('one,two\n1,2\n'), /no records here \(line 1: not valid JSON/);
  assert.match(await complaint('[1, 2]'), /no records here \(line 1: 1, not an object of fields\)/);
});

test('a missing file and a folder are told apart', async () => {
  await assert.rejects(readPairs(`${folder}/nothing.jsonl`), { name: 'DataError', message: /there is no such file/ });
  await assert.rejects(readPairs(folder), { name: 'DataError', message: /this is a folder/ });
});

test('truncated gzip is told as such, whatever is to be done about bad lines', async () => {
  const packed = gzipSync(`${goodLine}\n`.repeat(1000));
  const path = write('cut.jsonl.gz', packed.subarray(0, packed.length - 20));
  for (const onError of ['fail', 'skip'] as const) {
    await assert.rejects(readPairs(path, { onError }), { name: 'DataError', message: /gzip data is cut off/ });
  }
  const damaged = Buffer.from(packed);
  damaged.fill(0xff, 12, 20);
  await assert.rejects(readPairs(write('damaged.gz', damaged)), { name: 'DataError', message: /gzip data is damaged/ });
});

test('truncated and overwritten Parquet is told as such, wherever the damage is', async () => {
  const path = `${folder}/pairs.parquet`;
  await writeRecords(
    path,
    Array.from({ length: 50 }, (_, i) => ({ ...good, prompt: `Sky ${i}?` })),
  );
  const bytes = readFileSync(path);
  for (let length = 4; length < bytes.length; length += 37) {
    await assert.rejects(readPairs(write('cut', bytes.subarray(0, length))), { name: 'DataError' }, `${length} bytes`);
  }
  for (let at = 4; at < bytes.length - 8; at += 41) {
    const damaged = Buffer.from(bytes).fill(0xff, at, at + 4);
    await readPairs(write('damaged', damaged)).catch((error) => {
      assert.ok(error instanceof DataError, `byte ${at}: ${error.stack}`);
    });
  }
});

test('a JSON array without its end is refused, even where lines may be skipped', async () => {
  const path = write('cut.json', `[${goodLine},\n${goodLine}`);
  await assert.rejects(readPairs(path, { onError: 'skip' }), { name: 'DataError', message: /array is cut off/ });
  assert.match(await complaint(`[${goodLine}] ${goodLine}`), /text follows the \]/);
});

test('invalid UTF-8 is reported with its line', async () => {
  const bytes = Buffer.concat([
    Buffer.from(`${goodLine}\n{"prompt": "`),
    Buffer.from([0xc3, 0x28]),
    Buffer.from('"}\n'),
  ]);
  assert.match(await complaint(bytes), /^pairs\.jsonl, line 2: not valid UTF-8\./);
  assert.match(await complaint(Buffer.from(`\ufeff${goodLine}`, 'utf16le')), /looks like UTF-16/);
  await assert.rejects(readTexts(write('text', Buffer.from([0x41, 0xff, 0xfe]))), { message: /nor text in UTF-8/ });
});

test('nesting without end does not end the program', async () => {
  const bomb = `{"prompt": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  assert.match(await complaint(`${goodLine}\n${bomb}\n`), /^pairs\.jsonl, line 2: nested deeper than 64 levels/);
  assert.match(await complaint(`[${goodLine},\n${bomb}]`), /^pairs\.jsonl, line 2: nested deeper than 64 levels/);
});

test('a byte order mark, \\r\\n and U+2028 inside strings are no problem', async () => {
  const odd = { prompt: 'Sky\u2028?', chosen: 'Blue\u0085', rejected: 'Green\u2029' };
  const path = write('odd.jsonl', `\ufeff${JSON.stringify(odd)}\r\n\r\n${goodLine}\r\n`);
  const { pairs, lines } = await readPairs(path);
  assert.deepEqual(pairs, [odd, good]);
  assert.deepEqual(lines, [1, 3]);
});

test('keys like __proto__ are fields like any other', async () => {
  const { pairs, ignored } = await readPairs(
    write('proto.jsonl', `${goodLine.slice(0, -1)},"__proto__":{"chosen":1}}`),
  );
  assert.deepEqual(pairs, [good]);
  assert.equal(Object.getPrototypeOf(pairs[0]), Object.prototype);
  assert.equal(ignored.chosen, undefined);
});

test('with onError skip, kept and skipped lines are all the lines, each once', async () => {
  const line = fc.oneof(
    fc.constant(goodLine),
    fc.constantFrom('{"prompt": "Sky?"}', '{', '7', '[1]', '{"prompt": 1, "chosen": "a", "rejected": "b"}'),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 90 }), async (content) => {
      const path = write('mixed.jsonl', `${goodLine}\n${content.join('\n')}`);
      const { pairs, lines, skipped } = await readPairs(path, { onError: 'skip' });
      assert.equal(pairs.length, lines.length);
      const all = [...lines, ...skipped.map((problem) => problem.line)].sort((a, b) => a - b);
      assert.deepEqual(
        all,
        Array.from({ length: content.length + 1 }, (_, i) => i + 1),
      );
    }),
    { numRuns: 40 },
  );
});

test('when no line can be used, skipping them is an error too', async () => {
  const path = write('bad.jsonl', [{ prompt: 5 }, { prompt: 6 }]);
  await assert.rejects(readPrompts(path, { onError: 'skip' }), {
    name: 'DataError',
    message: /2 lines cannot be used/,
  });
});
