import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { main } from '../../src/main.ts';
import { readLines } from './lines.ts';

/** A folder of its own to run `attune …` in; it is gone after the tests of the file. */
export function dataFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'attune-'));
  after(() => rmSync(folder, { recursive: true }));
  const path = (name: string) => join(folder, name);
  return {
    path,
    /** Writes records as JSONL, or a text as it is, and gives back the name. */
    write: (name: string, content: readonly object[] | string): string => {
      const text = typeof content === 'string' ? content : content.map((row) => `${JSON.stringify(row)}\n`).join('');
      writeFileSync(path(name), text);
      return name;
    },
    lines: (name: string) => readLines(path(name)),
    text: (name: string) => readFileSync(path(name), 'utf8'),
    attune: (...args: readonly string[]) => within(folder, args),
    data: (...args: readonly string[]) => within(folder, ['data', ...args]),
  };
}

/** Runs `attune` in this process with the folder as its own. Calls come one after the other: they share the folder. */
async function within(folder: string, args: readonly string[]) {
  const said = { stdout: '', stderr: '' };
  const [home, streams] = [process.cwd(), ['stdout', 'stderr'] as const];
  const writes = streams.map((name) => process[name].write);
  for (const name of streams) {
    const write = process[name].write.bind(process[name]);
    process[name].write = (text: string | Uint8Array) => {
      if (typeof text !== 'string') return write(text); // the test runner's own messages to its parent
      said[name] += text;
      return true;
    };
  }
  process.chdir(folder);
  try {
    return { status: await main(args), ...said };
  } finally {
    process.chdir(home);
    streams.forEach((name, i) => {
      process[name].write = writes[i]!;
    });
  }
}
