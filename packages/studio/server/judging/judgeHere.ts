import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Judged, JudgedComparison, JudgeFailure } from '@attune/preferences';
import { runAttune } from '../jobs/attune.ts';
import type { Studio } from '../studio.ts';
import type { Contest } from './comparisons.ts';

/**
 * Has a model on this machine judge: `attune judge` in a process of its own.
 *
 * @throws CommandError where it cannot
 */
export async function judgeHere(
  studio: Studio,
  model: string,
  contests: readonly Contest[],
  signal: AbortSignal,
): Promise<Judged[]> {
  const folder = mkdtempSync(join(tmpdir(), 'attune-judging-'));
  const [file, out] = [join(folder, 'pairs.jsonl'), join(folder, 'comparisons.jsonl')];
  try {
    const pairs = contests.map(({ id, prompt, a: chosen, b: rejected }) => ({ id, prompt, chosen, rejected }));
    writeFileSync(file, pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(''));
    await runAttune(studio, ['judge', '--judge', model, '--data', file, '--out', out], signal);
    const said = Map.groupBy(linesOf<JudgedComparison>(out), ({ id }) => id);
    const failed = new Map(linesOf<JudgeFailure & { id: string }>(`${out}.failures.jsonl`).map((one) => [one.id, one]));
    return contests.map(({ id }, place) => {
      const comparisons = said.get(id);
      return comparisons ? { place, comparisons } : { place, failure: failed.get(id) ?? { reason: 'no verdict' } };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const linesOf = <Line>(file: string): Line[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Line)
    : [];
