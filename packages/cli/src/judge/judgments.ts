import { existsSync, readFileSync, truncateSync } from 'node:fs';
import { appendFile, open } from 'node:fs/promises';
import { type JudgedPrompt, promptKey, readJudgedPrompts } from '@attune/preferences';
import { tellSkipped } from '../commands/data/common.ts';

/** Judgments by prompt (`promptKey`). */
export type Judgments = Map<string, JudgedPrompt[]>;

/** Reads a file of judgments, ours or made by hand; says what was left out. */
export async function readJudgments(
  say: (line: string) => void,
  path: string,
  options: { onError: 'fail' | 'skip' },
): Promise<Judgments> {
  const read = await readJudgedPrompts(path, options);
  tellSkipped(say, path, read);
  return Map.groupBy(read.judged, ({ prompt }) => promptKey(prompt));
}

/**
 * A file that judgments are added to as they come, each on the disk before the next is asked for: what was paid for is
 * kept whenever the work stops. A last line that a killed process did not finish is taken away.
 *
 * @returns adds one judgment
 */
export async function judgmentFile(path: string): Promise<(judgment: JudgedPrompt) => Promise<void>> {
  await mendLastLine(path);
  return async (judgment) => {
    await using file = await open(path, 'a');
    await file.appendFile(`${JSON.stringify(judgment)}\n`);
    await file.datasync();
  };
}

async function mendLastLine(path: string): Promise<void> {
  if (!existsSync(path)) return;
  const text = readFileSync(path);
  const end = text.lastIndexOf('\n') + 1;
  if (end === text.length) return;
  try {
    JSON.parse(text.toString('utf8', end));
    await appendFile(path, '\n'); // whole, but without a line break: written by hand
  } catch {
    truncateSync(path, end);
  }
}
