/**
 * The studio under load: votes a second and how long one takes, and how long its pages take in a large project.
 *
 *   node bench/studioLoad.ts [--items 100000] [--annotators 50] [--seconds 20]
 *
 * The studio runs in a process of its own, as people start it, on SQLite in a temporary folder, or on PostgreSQL with
 * DATABASE_URL. Annotators ask for four items at a time and vote on them one by one, each over a connection of their own. Every
 * vote is on the disk before it is answered. One number says how long a commit takes here without the studio, and one what the
 * annotators take of the processor, which they share with the studio.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { openDatabase } from '@attune/studio';
import { type Populated, populate } from '../packages/studio/test/populate.ts';
import { type Answer, Connection } from './connection.ts';

const { values } = parseArgs({
  options: {
    items: { type: 'string', default: '100000' },
    annotators: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '20' },
  },
});
const [items, annotators, seconds] = [values.items, values.annotators, values.seconds].map(Number) as [
  number,
  number,
  number,
];
const url = process.env.DATABASE_URL;
const folder = mkdtempSync(join(tmpdir(), 'attune-load-'));

/** An answer that is none is the end of the measurement. */
async function ask(connection: Connection, method: string, path: string, body?: object): Promise<Answer> {
  const answer = await connection.ask(method, `/api${path}`, body);
  if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return answer;
}

/** Votes until the time is over. @returns the milliseconds that each vote took */
async function vote(connection: Connection, projectId: string, until: number): Promise<number[]> {
  const took: number[] = [];
  while (performance.now() < until) {
    const page = await ask(connection, 'GET', `/projects/${projectId}/queue?prefetch=4`);
    for (const { itemId } of JSON.parse(page.text).items) {
      const body = { itemId, choice: Math.random() < 0.6 ? 'first' : 'second', seconds: 3 };
      took.push((await ask(connection, 'POST', `/projects/${projectId}/votes`, body)).milliseconds);
    }
  }
  return took;
}

/** Everybody votes for so many seconds. */
async function votes(connections: readonly Connection[], projectId: string, seconds: number, pid: number) {
  const [from, studio, client] = [performance.now(), processorSeconds(pid), process.cpuUsage()];
  const until = from + 1000 * seconds;
  const took = (await Promise.all(connections.map((one) => vote(one, projectId, until)))).flat();
  const { user, system } = process.cpuUsage(client);
  return {
    took: took.sort((a, b) => a - b),
    rate: took.length / ((performance.now() - from) / 1000),
    studioMs: (1000 * (processorSeconds(pid) - studio)) / took.length,
    clientMs: (user + system) / 1000 / took.length,
  };
}

const at = (sorted: readonly number[], p: number) => sorted[Math.floor((sorted.length - 1) * p)]!.toFixed(1);
const say = (what: string, value: string) => console.log(`${what.padEnd(44)} ${value}`);

function commitAlone(): string {
  const db = new DatabaseSync(join(folder, 'commit.sqlite'));
  db.exec('pragma journal_mode=wal; pragma synchronous=full; create table t (x)');
  const insert = db.prepare('insert into t values (?)');
  const from = performance.now();
  for (let i = 0; i < 200; i++) insert.run(i);
  db.close();
  return ((performance.now() - from) / 200).toFixed(2);
}

async function fill(): Promise<Populated> {
  const db = await openDatabase(url ? { url } : { folder });
  const from = performance.now();
  const populated = await populate(db, { items, annotators, overlap: 2, length: 800 });
  say(`taking in ${items} comparisons`, `${((performance.now() - from) / 1000).toFixed(1)} s`);
  await db.destroy();
  return populated;
}

/** Seconds of processor time that a process has used, where /proc tells (Linux; 100 ticks a second). */
function processorSeconds(pid: number): number {
  if (!existsSync(`/proc/${pid}/stat`)) return Number.NaN;
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function started(): Promise<{ origin: string; pid: number; stop: () => Promise<unknown> }> {
  const main = join(import.meta.dirname, '../packages/cli/src/main.ts');
  const child = spawn(process.execPath, [main, 'studio', '--port', '0', '--data', folder, '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  for await (const line of createInterface(child.stdout)) {
    const stop = () => {
      const gone = once(child, 'exit');
      child.kill('SIGINT');
      return gone;
    };
    return { origin: JSON.parse(line).origin, pid: child.pid!, stop };
  }
  throw new Error('The studio did not start.');
}

try {
  say('a commit alone', `${commitAlone()} ms`);
  const { projectId, editorKey, annotatorKeys } = await fill();
  const { origin, pid, stop } = await started();
  const connections = await Promise.all(annotatorKeys.map((key) => Connection.to(origin, key)));
  await votes(connections, projectId, 3, pid); // what is compiled and read for the first time
  const { took, rate, studioMs, clientMs } = await votes(connections, projectId, seconds, pid);
  for (const connection of connections) connection.close();
  say(`durable votes of ${annotators} annotators`, `${rate.toFixed(0)} a second, as many queue items beside them`);
  say('a vote, from request to receipt', `${at(took, 0.5)} ms (median), ${at(took, 0.99)} ms (p99)`);
  say('processor time of the studio for each vote', `${studioMs.toFixed(2)} ms, its share of the queue in it`);
  say('processor time of the annotators for each', `${clientMs.toFixed(2)} ms`);
  const editor = await Connection.to(origin, editorKey);
  const pages = [
    '',
    '/queue?prefetch=2',
    '/items',
    '/items?after=90000',
    '/quality',
    '/disagreements',
    '/export/summary',
  ];
  for (const page of pages) {
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      times.push((await ask(editor, 'GET', `/projects/${projectId}${page}`)).milliseconds);
    }
    say(
      `GET /projects/:id${page}`,
      `${times[0]!.toFixed(0)} ms at first, then ${at(
        times.slice(1).sort((a, b) => a - b),
        0.5,
      )} ms`,
    );
  }
  editor.close();
  await stop();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
