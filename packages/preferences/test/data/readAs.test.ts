import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { z } from 'zod';
import { readAs } from '../../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-read-as-'));
after(() => rmSync(folder, { recursive: true }));

const Score = z.object({ id: z.string(), score: z.number() });

function file(text: string): string {
  const path = join(folder, 'scores.jsonl');
  writeFileSync(path, text);
  return path;
}

test('rows come by their schema, with the line of each and what else stands there', async () => {
  const read = await readAs(Score, file('{"id":"a","score":1,"more":2}\n\n{"id":"b","score":-1}\n'), 'Needs id.');
  assert.deepEqual(read.records, [
    { id: 'a', score: 1 },
    { id: 'b', score: -1 },
  ]);
  assert.deepEqual(read.rows[0], { id: 'a', score: 1, more: 2 });
  assert.deepEqual([read.lines, read.unit], [[1, 3], 'line']);
});

test('all lines that do not fit the schema are listed at once, and an empty file is an error', async () => {
  const broken = file('{"id":"a","score":"high"}\n{"id":"b"}\nnot JSON\n');
  await assert.rejects(readAs(Score, broken, 'Each line needs id and score.'), {
    code: 'bad_data',
    message:
      /3 lines cannot be used\. Each line needs id and score\.\n.*line 1: "score" is "high"; expected a number\n.*line 2: "score" is missing\n.*line 3: not valid JSON/s,
  });
  await assert.rejects(readAs(Score, file(''), 'Each line needs id and score.'), /the file is empty\. Each line needs/);
});
