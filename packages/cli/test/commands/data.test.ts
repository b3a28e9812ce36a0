import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dataFolder } from './dataFolder.ts';

const { data, path, text, write } = dataFolder();

const pair = (i: number) => ({ prompt: `What is ${i}?`, chosen: 'A number.', rejected: 'No.', source: 'me' });

test('data stats --json gives the numbers on stdout and what was not used on stderr', async () => {
  const { status, stdout, stderr } = await data('stats', write('pairs.jsonl', [pair(1), pair(2), pair(2)]), '--json');
  assert.equal(status, 0);
  const { kind, pairs, prompts, duplicates, chosenLonger, chosen, ignored } = JSON.parse(stdout);
  assert.deepEqual([kind, pairs, prompts, duplicates, chosenLonger], ['pairs', 3, 2, 1, 1]);
  assert.deepEqual(chosen.characters, { mean: 9, median: 9, p95: 9, max: 9 });
  assert.deepEqual(ignored, { source: 3 });
  assert.match(stderr, /fields not used: source \(3\)/);
});

test('data stats for people is a table, also of prompts', async () => {
  const { status, stdout } = await data('stats', write('prompts.jsonl', [{ prompt: 'a b' }, { prompt: 'c' }]));
  assert.equal(status, 0);
  assert.match(stdout, /^prompts\.jsonl: 2 prompts \(prompts\)/);
  assert.match(stdout, /prompt +characters +2 +2 +2\.9 +3/);
});

test("data stats counts tokens by a tokenizer: as many as Hugging Face's own give", async () => {
  const golden = join(import.meta.dirname, '../../../align/test/golden/encoding');
  const { tokenizers } = JSON.parse(readFileSync(join(golden, 'expected.json'), 'utf8'));
  const [a, b] = tokenizers['byte-level'].texts.slice(0, 2);
  const file = write('tokens.jsonl', [{ prompt: a.text, chosen: b.text, rejected: '' }]);
  const { status, stdout } = await data('stats', file, '--json', '--tokenizer', join(golden, 'byte-level'));
  assert.equal(status, 0);
  const { prompt, chosen, rejected } = JSON.parse(stdout);
  const counted = [prompt, chosen, rejected].map(({ tokens }) => tokens.max);
  assert.deepEqual(counted, [a.ids.length, b.ids.length, 0]);
});

test('data check finds a leak, says so in JSON and exits with 2', async () => {
  const [train, held] = [write('train.jsonl', [pair(1), pair(2)]), write('test.jsonl', [pair(3), pair(2)])];
  const { status, stdout, stderr } = await data('check', train, held, '--json');
  assert.equal(status, 2);
  const { files, findings } = JSON.parse(stdout);
  assert.deepEqual(files, [
    { file: train, records: 2 },
    { file: held, records: 2 },
  ]);
  assert.deepEqual(
    findings.map(({ file, level, code, count, examples }: Record<string, unknown>) => [
      file,
      level,
      code,
      count,
      examples,
    ]),
    [[held, 'error', 'leak', 1, [2]]],
  );
  assert.match(
    stderr,
    /DataError: test\.jsonl: one of its prompts also stands in train\.jsonl, such as that of line 2/,
  );
});

test('data check of clean data finds nothing and exits with 0', async () => {
  const { status, stdout } = await data('check', write('pairs.jsonl', [pair(1), pair(2)]));
  assert.equal(status, 0);
  assert.match(stdout, /Nothing found/);
});

test('data convert goes through Parquet and back without loss, and to prompts', async () => {
  const pairs = [1, 2, 3].map((i) => ({ id: `p${i}`, ...pair(i), margin: i }));
  const expected = pairs.map(({ source: _, ...rest }) => rest);
  write('in.jsonl', pairs);
  for (const args of [
    ['in.jsonl', 'x.parquet'],
    ['x.parquet', 'out.jsonl'],
    ['out.jsonl', 'prompts.json', '--to', 'prompts'],
  ]) {
    assert.equal((await data('convert', ...args)).status, 0);
  }
  const out = text('out.jsonl').trimEnd().split('\n');
  assert.deepEqual(
    out.map((line) => JSON.parse(line)),
    expected,
  );
  const prompts = JSON.parse(text('prompts.json'));
  assert.deepEqual(
    prompts,
    expected.map(({ id, prompt }) => ({ id, prompt })),
  );
});

test('data convert of bad lines exits with 2 and writes nothing; with --on-error skip it counts them', async () => {
  write('bad.jsonl', [pair(1), { prompt: 'What?', chosen: 'That.' }]);
  const failed = await data('convert', 'bad.jsonl', 'never.jsonl');
  assert.equal(failed.status, 2);
  assert.equal(failed.stdout, '');
  assert.equal(
    failed.stderr,
    'DataError: bad.jsonl, line 2: "rejected" is missing. Each line needs prompt, chosen and rejected.\n',
  );
  assert.deepEqual(
    readdirSync(path('.')).filter((name) => name.startsWith('never')),
    [],
  );

  const { status, stdout, stderr } = await data('convert', 'bad.jsonl', 'some.jsonl', '--on-error', 'skip', '--json');
  assert.equal(status, 0);
  const { records, skipped } = JSON.parse(stdout);
  assert.equal(records, 1);
  assert.deepEqual(skipped, [{ line: 2, field: 'rejected', message: '"rejected" is missing' }]);
  assert.match(stderr, /line 2: "rejected" is missing/);
});

test('missing files and wrong options exit with 2; help shows an example', async () => {
  const missing = await data('stats', 'nothing.jsonl');
  assert.equal(missing.status, 2);
  assert.match(missing.stderr, /^DataError: nothing\.jsonl: there is no such file\. Paths start from .*\n$/);
  assert.equal((await data('convert', 'pairs.jsonl', 'out.jsonl', '--to', 'paris')).status, 2);
  const help = await data('convert', '--help');
  assert.equal(help.status, 0);
  assert.match(help.stdout, /Examples:\n {2}\$ attune data convert/);
});
