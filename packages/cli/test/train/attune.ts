import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { main } from '../../src/main.ts';

/** What a call of the command line left behind. */
export interface Ended {
  /** Null for a process that a signal has ended. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `attune` in this process. */
export async function attune(...args: readonly string[]): Promise<Ended> {
  const said = { stdout: '', stderr: '' };
  const streams = ['stdout', 'stderr'] as const;
  const writes = streams.map((name) => process[name].write);
  for (const name of streams) {
    const write = process[name].write.bind(process[name]);
    process[name].write = (text: string | Uint8Array) => {
      if (typeof text !== 'string') return write(text); // the test runner's own messages to its parent
      said[name] += text;
      return true;
    };
  }
  try {
    return { code: await main(args), ...said };
  } finally {
    streams.forEach((name, i) => {
      process[name].write = writes[i]!;
    });
  }
}

/** Runs `attune` as a process of its own that gets a signal at a moment: see signalAt.ts. */
export async function attuneUntil(signalAt: string, ...args: readonly string[]): Promise<Ended> {
  const [preload, program] = [join(import.meta.dirname, 'signalAt.ts'), join(import.meta.dirname, '../../src/main.ts')];
  const child = spawn(process.execPath, ['--import', preload, program, ...args], {
    env: { ...process.env, SIGNAL_AT: signalAt },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}
