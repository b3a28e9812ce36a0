/**
 * How long votes wait while a large file is imported into the same project.
 *
 *   node bench/studioImport.ts [--items 100000] [--annotators 4] [--judged]
 *
 * The studio runs in a process of its own, on SQLite in a temporary folder, or on PostgreSQL with DATABASE_URL. Annotators vote
 * as fast as they are answered, first by themselves and then beside the import, which a thread sends. With --judged the file has
 * a judge's choice for each comparison, and is imported a second time with another judge's.
 */
import { mkdtempSync, openAsBlob, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { openDatabase } from '@attune/studio';
import { populate } from '../packages/studio/test/populate.ts';
import { serveStudio } from '../packages/studio/test/servedStudio.ts';
import { Connection } from './connection.ts';

/** A request of the importing thread. */
interface Sending {
  readonly address: string;
  readonly key: string;
  readonly file: string;
}

async function send({ address, key, file }: Sending): Promise<object> {
  const body = new FormData();
  body.set('file', await openAsBlob(file), 'file.jsonl');
  const reply = await fetch(address, { method: 'POST', headers: { authorization: `Bearer ${key}` }, body });
  if (!reply.ok) throw new Error(await reply.text());
  return (await reply.json()) as object;
}

const sentByThread = (sending: Sending): Promise<object> =>
  new Promise((resolve, reject) => {
    const thread = new Worker(new URL(import.meta.url), { workerData: sending });
    thread.once('message', resolve).once('error', reject);
  });

/** Votes until told to stop. @returns the milliseconds that each vote, with the question before it, took */
async function vote(connection: Connection, projectId: string, goesOn: () => boolean): Promise<number[]> {
  const took: number[] = [];
  while (goesOn()) {
    const page = await connection.ask('GET', `/api/projects/${projectId}/queue?prefetch=1`);
    const [item] = JSON.parse(page.text).items;
    const body = { itemId: item.itemId, choice: Math.random() < 0.6 ? 'first' : 'second', seconds: 3 };
    const { status, text, milliseconds } = await connection.ask('POST', `/api/projects/${projectId}/votes`, body);
    if (status !== 200) throw new Error(text);
    took.push(milliseconds, page.milliseconds);
  }
  return took;
}

async function votesBeside<T>(what: string, connections: Connection[], projectId: string, work: () => Promise<T>) {
  let goesOn = true;
  const from = performance.now();
  const voting = connections.map((one) => vote(one, projectId, () => goesOn));
  const done = await work().finally(() => (goesOn = false));
  const seconds = (performance.now() - from) / 1000;
  const took = (await Promise.all(voting)).flat().sort((a, b) => a - b);
  const at = (p: number) => took[Math.floor((took.length - 1) * p)]!.toFixed(1);
  console.log(
    `${what.padEnd(28)} ${seconds.toFixed(1)} s, ${took.length / 2} votes; a vote or a question for the next`,
  );
  console.log(`${''.padEnd(28)} waits ${at(0.5)} ms (median), ${at(0.99)} ms (p99), ${at(1)} ms (longest)`);
  return done;
}

/** As many comparisons, 800 characters a response, as JSONL. */
function writeFile(file: string, items: number, judge: string | undefined): void {
  const lines: string[] = [];
  for (let i = 0; i < items; i++) {
    const [a, b] = [`A ${i} `.padEnd(800, 'v'), `B ${i} `.padEnd(800 + (i % 3), 'w')];
    const responses = [a, b].map((text, j) => ({ id: 'ab'[j], text }));
    const prompt = [{ role: 'user', content: `What of ${i}?` }];
    const said = judge && { choice: 'ab'[i % 2], judge };
    lines.push(
      `${JSON.stringify(said ? { id: `f${i}`, prompt, responses, ...said } : { id: `f${i}`, prompt, a, b })}\n`,
    );
  }
  writeFileSync(file, lines.join(''));
}

async function measure(): Promise<void> {
  const { values } = parseArgs({
    options: {
      items: { type: 'string', default: '100000' },
      annotators: { type: 'string', default: '4' },
      judged: { type: 'boolean', default: false },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'attune-import-'));
  try {
    const url = process.env.DATABASE_URL;
    const db = await openDatabase(url ? { url } : { folder });
    const people = await populate(db, {
      items: 50_000,
      annotators: Number(values.annotators),
      overlap: 2,
      length: 800,
    });
    await db.destroy();
    const { process: studio, origin } = await serveStudio(folder, {});
    const { projectId, editorKey: key } = people;
    const connections = await Promise.all(people.annotatorKeys.map((one) => Connection.to(origin, one)));
    await votesBeside(
      'nothing beside them',
      connections,
      projectId,
      () => new Promise((done) => setTimeout(done, 5000)),
    );
    const file = join(folder, 'file.jsonl');
    for (const judge of values.judged ? ['one', 'another'] : [undefined]) {
      writeFile(file, Number(values.items), judge);
      const sending = { address: `${origin}/api/projects/${projectId}/imports`, key, file };
      const what = `an import${judge ? ` (judge ${judge})` : ''}`;
      const { comparisons, votes } = (await votesBeside(what, connections, projectId, () => sentByThread(sending))) as {
        comparisons: number;
        votes: number;
      };
      console.log(`${''.padEnd(28)} ${comparisons} comparisons and ${votes} votes taken in`);
    }
    for (const connection of connections) connection.close();
    studio.kill('SIGINT');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (isMainThread) await measure();
else parentPort!.postMessage(await send(workerData as Sending));
