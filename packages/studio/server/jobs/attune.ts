import { spawn } from 'node:child_process';
import { withoutSecrets } from '../runs/secrets.ts';
import type { Studio } from '../studio.ts';

const MOST_SAID = 20_000; // characters

/** The command line said that it could not do its work. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/**
 * Runs a command of `attune` in a process of its own, which ends with the signal.
 *
 * @throws CommandError with what it said
 */
export function runAttune(
  { attune, env }: Pick<Studio, 'attune' | 'env'>,
  command: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const [program, ...first] = attune;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const child = spawn(program!, [...first, ...command, '--json'], {
    env: withoutSecrets(env),
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
    killSignal: 'SIGKILL', // at the gentle one it would come to its end first
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-MOST_SAID);
  });
  child.on('error', reject);
  child.on('close', (code) => (code === 0 ? resolve() : reject(new CommandError(said.trim()))));
  return promise;
}
