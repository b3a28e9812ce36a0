import { rmSync } from 'node:fs';
import { JudgeCallError, type JudgeFailure, writeRecords } from '@attune/preferences';
import type { CommandContext } from '../command.ts';
import { firstFew } from '../commands/data/common.ts';
import { StoppedError } from '../errors.ts';
import { formatCount } from '../terminal/format.ts';
import type { JudgeServer } from './server.ts';

/** What was not judged, where it stands and why. */
export interface FailureLine extends JudgeFailure {
  readonly id: string;
  readonly line: number;
}

/** What of some work has failed. */
export interface Failures {
  readonly failed: number;
  /** How many failed of each reason. */
  readonly reasons: Readonly<Record<string, number>>;
  readonly failures: readonly FailureLine[];
}

export function failuresOf(failures: readonly FailureLine[]): Failures {
  const reasons: Record<string, number> = {};
  for (const { reason } of failures) reasons[reason] = (reasons[reason] ?? 0) + 1;
  return { failed: failures.length, reasons, failures };
}

/**
 * Writes down all that has no verdict, each with what the judge said, beside the output; or takes away what an earlier
 * run had written.
 *
 * @returns the file, if there is one
 */
export async function writeFailures(out: string, failures: readonly FailureLine[]): Promise<string | null> {
  const file = `${out}.failures.jsonl`;
  if (failures.length > 0) await writeRecords(file, failures);
  else rmSync(file, { force: true });
  return failures.length > 0 ? file : null;
}

/** A judge that never gave a verdict has judged nothing: an error, and no empty file. */
export function refuseSilence({ n, failed, failures }: Failures & { readonly n: number }, what: string): void {
  if (n > 0 || failed === 0) return;
  const { reason, said } = failures[0]!;
  throw new JudgeCallError(
    `No ${what} is judged, the first because of this: ${reason}${said === undefined ? '.' : `: ${said}`}`,
  );
}

/** Ends work that was stopped: says what came of it so far, and that nothing is lost. */
export function stopIfLeft(
  { say, result }: CommandContext,
  left: number,
  { value, text, server }: { readonly value: object; readonly text: string; readonly server: JudgeServer | undefined },
): void {
  if (left === 0) return;
  result(value, text);
  if (server) say(`Stopped. Every reply so far is in ${server.cacheFile}; the same command goes on from there.`);
  throw new StoppedError('stopped');
}

const LONGEST_SAID = 100;

/** How many failed and why, and the first few of them. */
export function toldFailures({ failures, reasons }: Failures): string[] {
  if (failures.length === 0) return [];
  const counts = Object.entries(reasons).map(([reason, count]) => `${reason} (${formatCount(count)})`);
  const lines = failures.map(({ line, id, shownFirst, reason, said }) => {
    const order = shownFirst === undefined ? '' : `, ${shownFirst} shown first`;
    const words = said === undefined ? '' : `: ${JSON.stringify(said.slice(0, LONGEST_SAID))}`;
    return `  line ${line} (${id}${order}): ${reason}${words}`;
  });
  return [[`Without a verdict: ${counts.join(', ')}.`, ...firstFew(lines)].join('\n')];
}
