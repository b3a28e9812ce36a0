import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const main = join(import.meta.dirname, '../../cli/src/main.ts');

/** The studio in a process of its own, as people start it. */
export async function serveStudio(
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<{ process: ChildProcess; origin: string }> {
  const child = spawn(process.execPath, [main, 'studio', '--port', '0', '--data', folder, '--json'], {
    ...{ env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] },
  });
  for await (const line of createInterface(child.stdout!)) {
    const { origin } = JSON.parse(line) as { origin?: string };
    if (origin) return { process: child, origin };
  }
  throw new Error('The studio did not start.');
}
