import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { startChat } from '../../../preferences/test/judges/chatServer.ts';
import { MoodyJudge, moodOf } from '../../../preferences/test/judges/judgeServer.ts';
import { attune } from '../train/attune.ts';
import { workshop, writeLines } from '../train/fixture.ts';
import { readLines } from './lines.ts';

const root = workshop();
const program = join(import.meta.dirname, '../../src/main.ts');
const concurrency = 16;

/** Runs the command as a process of its own, which can be killed. */
function started(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function ended(child: ChildProcess): Promise<{ code: number | null; stdout: string; stderr: string }> {
  let [stdout, stderr] = ['', ''];
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

/** A pair whose chosen response is the better one by its number, but for every tenth, where both are as good. */
const pairOf = (i: number) => ({
  id: `p${i}`,
  prompt: `Question ${i}?`,
  chosen: `It has quality ${i + 1}.`,
  rejected: `It has quality ${i % 10 === 0 ? i + 1 : i}!`,
});

/** Replies in a cache. */
function keptIn(file: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return Number(Object.values(database.prepare('SELECT count(*) FROM replies').get()!)[0]);
  } finally {
    database.close();
  }
}

test('a thousand comparisons, three kills and a bad day: each is accounted for, and no answer is paid for twice', async (t) => {
  const judge = new MoodyJudge();
  const server = await startChat(judge.answer);
  t.after(server.stop);
  const [data, out] = [join(root, 'thousand.jsonl'), join(root, 'judged.jsonl')];
  const pairs = Array.from({ length: 1000 }, (_, i) => pairOf(i));
  writeLines(data, pairs);
  const args = [
    ...['judge', '--json', '--judge', server.url, '--judge-model', 'moody', '--order', 'random', '--seed', '5'],
    ...['--data', data, '--out', out, '--concurrency', String(concurrency)],
  ];
  const lost: number[] = []; // answers that were on the wire when the process was killed
  for (const kill of [200, 500, 800]) {
    const child = started(args);
    judge.onPaid = () => void (judge.bill === kill && child.kill('SIGKILL'));
    assert.equal((await ended(child)).code, null);
    assert.ok(!existsSync(out)); // whole or not there
    lost.push(judge.bill - keptIn(`${out}.replies.sqlite`) - lost.reduce((a, b) => a + b, 0));
  }
  judge.onPaid = () => {};
  const { code, stdout, stderr } = await attune(...args);
  assert.equal(code, 0, stderr);

  assert.ok(
    lost.every((count) => count >= 0 && count <= concurrency),
    `${lost} on the wire`,
  );
  const twice = judge.bill - judge.paid.size;
  assert.ok(twice <= lost.reduce((a, b) => a + b, 0), `${twice} paid for again, ${lost} on the wire`);

  const account = JSON.parse(stdout);
  assert.equal(account.n + account.failed + account.left, 1000);
  assert.equal(account.left, 0);
  const lines = readLines(out);
  const failures = readLines(`${out}.failures.jsonl`);
  assert.equal(lines.length, account.n);
  assert.deepEqual(failures, account.failures);
  const ids = [...lines, ...failures].map(({ id }) => id);
  assert.deepEqual(ids.toSorted(), pairs.map(({ id }) => id).toSorted());

  const sorted = Map.groupBy(server.asked, ({ body }) =>
    moodOf(body.messages.map(({ content }) => content).join('\n')),
  );
  const questionsOf = (mood: Parameters<typeof sorted.get>[0]) =>
    new Set(sorted.get(mood)?.map(({ body }) => JSON.stringify(body.messages))).size;
  assert.equal(account.reasons['failed call'], questionsOf('down'));
  assert.equal(account.reasons['unreadable reply'], questionsOf('unreadable'));
  assert.ok(failures.every(({ said }) => /status 500: cannot \(tried 5 times\)|^Both have their charm\.$/.test(said)));
  for (const { id, choice, probability, shownFirst, judge: by, at } of lines) {
    const expected = Number(id.slice(1)) % 10 === 0 ? 'tie' : 'a';
    assert.deepEqual([choice, probability, by], [expected, expected === 'tie' ? 0.5 : 1, 'moody (pair)']);
    assert.ok(['a', 'b'].includes(shownFirst) && Date.parse(at) > 0);
  }
  const first = lines.filter(({ shownFirst }) => shownFirst === 'a').length / lines.length;
  assert.ok(first > 0.45 && first < 0.55, `${first} of the pairs in the order of the file`); // ±3 sd of a fair coin

  const before = server.asked.length;
  const again = JSON.parse((await attune(...args)).stdout);
  assert.deepEqual([again.n, again.calls, again.failed], [account.n, 0, account.failed]);
  assert.equal(server.asked.length - before, 5 * questionsOf('down')); // only what has never had an answer
  assert.deepEqual(readLines(out), lines); // also when: by a reply that was kept, when that came
  assert.equal(readFileSync(out, 'utf8').split('\n').length, account.n + 1);
});

test('Ctrl-C lets what is under way finish, says how to go on, and loses nothing', async (t) => {
  let child: ChildProcess | undefined;
  let isAsked = false;
  const judge = new MoodyJudge();
  const server = await startChat(async (asked) => {
    if (!isAsked && judge.bill === 10) {
      isAsked = true;
      child!.kill('SIGINT');
      await once(child!.stderr!, 'data'); // until it has said that it will stop: this answer still counts
    }
    return judge.answer(asked);
  });
  t.after(server.stop);
  const [data, out] = [join(root, 'few.jsonl'), join(root, 'stopped.jsonl')];
  writeLines(
    data,
    Array.from({ length: 40 }, (_, i) => pairOf(i)),
  );
  const judging = ['judge', '--json', '--judge', server.url, '--judge-model', 'moody', '--concurrency', '1'];
  const args = [...judging, '--data', data, '--out', out];
  child = started(args);
  const { code, stdout, stderr } = await ended(child);
  assert.equal(code, 1);
  const { n, failed, left, out: written } = JSON.parse(stdout);
  assert.equal(n + failed + left, 40);
  assert.ok(left > 0 && written === null && !existsSync(out));
  assert.match(
    stderr,
    /Every reply so far is in .*stopped\.jsonl\.replies\.sqlite; the same command goes on from there\./,
  );
  const whole = JSON.parse((await attune(...args)).stdout);
  assert.deepEqual([whole.n + whole.failed, whole.left], [40, 0]);
  assert.equal(judge.bill, judge.paid.size);
});
