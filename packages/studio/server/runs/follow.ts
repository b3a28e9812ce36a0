import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAtWork, type RunLines, type RunState } from '../../shared/runs.ts';
import type { RunPlace } from './places.ts';
import { linesIn, readState } from './readRun.ts';

const LOOK_MS = 400;
const QUIET_MS = 15_000; // proxies cut connections on which nothing comes
const MOST_BYTES = 1 << 20;

/**
 * A run as server-sent events: `metrics` and `samples` with the lines as they come (RunLines), `state` when that changes,
 * and `end` when no process is at it any more and everything has been sent. An event's id says how far both files have been
 * read; given back as `lastEventId`, the stream goes on from there, unless a resumed run has replaced its files since.
 */
export async function* followRun(
  place: RunPlace,
  lastEventId: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const [metrics, samples] = tails(place, lastEventId);
  let [state, quietMs]: [RunState | undefined, number] = [undefined, 0];
  while (!signal.aborted) {
    const now = readState(place); // before the files: what was written until then is still read
    const news: string[] = [];
    if (now !== state) news.push(event('state', JSON.stringify((state = now))));
    for (const [name, tail] of [
      ['metrics', metrics],
      ['samples', samples],
    ] as const) {
      const lines = tail.read();
      if (lines) news.push(event(name, JSON.stringify(lines), `${metrics.id},${samples.id}`));
    }
    yield* news;
    if (news.length > 0) {
      quietMs = 0;
      continue;
    }
    if (!isAtWork(now)) {
      yield event('end', '{}');
      return;
    }
    if ((quietMs += LOOK_MS) >= QUIET_MS) {
      quietMs = 0;
      yield ': still here\n\n';
    }
    await sleep(LOOK_MS, undefined, { signal }).catch(() => {});
  }
}

const event = (name: string, data: string, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${data}\n\n`;

function tails({ run }: RunPlace, lastEventId = ''): [Tail, Tail] {
  const [, ...known] = /^(\d+)\.(\d+),(\d+)\.(\d+)$/.exec(lastEventId) ?? [];
  const [one, oneRead, two, twoRead] = known.map(Number);
  return [new Tail(join(run, 'metrics.jsonl'), one, oneRead), new Tail(join(run, 'samples.jsonl'), two, twoRead)];
}

/** Reads what is added to a file, line by line; begins anew where another file has taken its place. */
class Tail {
  readonly #path: string;
  #file: number;
  #read: number;

  constructor(path: string, file = 0, read = 0) {
    this.#path = path;
    this.#file = file;
    this.#read = read;
  }

  get id(): string {
    return `${this.#file}.${this.#read}`;
  }

  /** Undefined where there is nothing new. */
  read(): RunLines | undefined {
    if (!existsSync(this.#path)) return undefined;
    const file = openSync(this.#path, 'r');
    try {
      const { ino, size } = fstatSync(file);
      const anew = ino !== this.#file || size < this.#read;
      if (anew) [this.#file, this.#read] = [ino, 0];
      const bytes = Buffer.alloc(Math.min(size - this.#read, MOST_BYTES));
      const whole = bytes.lastIndexOf('\n', readSync(file, bytes, 0, bytes.length, this.#read)) + 1;
      this.#read += whole;
      const lines = linesIn(bytes.toString('utf8', 0, whole));
      return anew || lines.length > 0 ? { anew, lines } : undefined;
    } finally {
      closeSync(file);
    }
  }
}
