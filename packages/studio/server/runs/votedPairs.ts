import type { TrainStage } from '../../shared/runs.ts';
import { exportItems, exportSummary, standingOf } from '../exports/select.ts';
import type { Studio } from '../studio.ts';

/** A majority of any size decides. */
const anyMajority = { agreement: 0, leastVotes: 1 };

/** The project's decided comparisons as lines of a file to train on: pairs, or for `sft` the conversations that were chosen. */
export async function trainingLines({ db }: Studio, projectId: string, stage: TrainStage): Promise<object[]> {
  const said = (content: string) => [{ role: 'assistant', content }];
  const lines: object[] = [];
  for await (const items of exportItems(db, projectId)) {
    for (const { id, prompt, responses, ...tallies } of items) {
      const better = standingOf(tallies, anyMajority);
      if (better !== 'a' && better !== 'b') continue;
      const [a, b] = responses.map(({ text }) => text) as [string, string];
      const [chosen, rejected] = better === 'a' ? [a, b] : [b, a];
      lines.push(
        stage === 'sft'
          ? { id, messages: [...prompt, ...said(chosen)] }
          : { id, prompt, chosen: said(chosen), rejected: said(rejected) },
      );
    }
  }
  return lines;
}

/** How many comparisons are decided. */
export const decidedCount = async ({ db }: Studio, projectId: string): Promise<number> =>
  (await exportSummary(db, projectId, anyMajority)).pairs;
