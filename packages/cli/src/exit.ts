/** Exit codes of every command. */
export const exitCodes = { done: 0, failed: 1, wrongInput: 2 } as const;

/** Node's codes for a path that does not lead to what was asked for. */
const wrongPath = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES']);

const codeOf = (error: unknown): string | undefined => {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : undefined;
};

/** An error written to be read by the user: it has a lower-case `code`, as Node's own (`ENOENT`, `ERR_…`) have not. */
const isOurs = (error: unknown): error is Error => /^[a-z]/.test(codeOf(error) ?? '');

/**
 * 2 where the person can mend it (arguments, settings, data, paths), 1 for everything else. An error of ours says so by
 * `badInput: true`; every package's errors have it.
 */
export function exitCodeOf(error: unknown): number {
  const isBadInput = isOurs(error) ? 'badInput' in error && error.badInput : wrongPath.has(codeOf(error) ?? '');
  return isBadInput ? exitCodes.wrongInput : exitCodes.failed;
}

/** What is printed of an error: one message if it was written for people, the stack if it is a bug or `debug` is on. */
export function describeError(error: unknown, { debug }: { debug: boolean }): string {
  if (!(error instanceof Error)) return `Error: ${String(error)}`;
  const isForPeople = isOurs(error) || wrongPath.has(codeOf(error) ?? '');
  if (debug || !isForPeople) return error.stack ?? String(error);
  return `${error.name}: ${error.message}`;
}
