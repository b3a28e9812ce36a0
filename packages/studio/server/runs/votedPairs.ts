import type { Message } from '../../shared/queue.ts';
import type { TrainStage } from '../../shared/runs.ts';
import type { Studio } from '../studio.ts';

/** A comparison that is decided. */
interface Decided {
  readonly id: string;
  readonly prompt: Message[];
  readonly chosen: string;
  readonly rejected: string;
}

/** The project's decided comparisons as lines of a file to train on: pairs, or for `sft` the conversations that were chosen. */
export async function trainingLines(studio: Studio, projectId: string, stage: TrainStage): Promise<object[]> {
  const said = (content: string) => [{ role: 'assistant', content }];
  return (await decided(studio, projectId)).map(({ id, prompt, chosen, rejected }) =>
    stage === 'sft'
      ? { id, messages: [...prompt, ...said(chosen)] }
      : { id, prompt, chosen: said(chosen), rejected: said(rejected) },
  );
}

/** How many comparisons are decided. */
export const decidedCount = async (studio: Studio, projectId: string): Promise<number> =>
  (await decided(studio, projectId)).length;

/** Items that an editor has decided, or of which one response has more votes than the other; gold items are not among them. */
async function decided({ db }: Studio, projectId: string): Promise<Decided[]> {
  const rows = await db
    .selectFrom('items')
    .innerJoin('texts', 'texts.item_id', 'items.id')
    .leftJoin('adjudications', 'adjudications.item_id', 'items.id')
    .select(['items.id', 'texts.prompt', 'texts.a', 'texts.b', 'a_votes', 'b_votes', 'adjudications.choice'])
    .where('items.project_id', '=', projectId)
    .where('items.kind', '=', 'comparison')
    .orderBy('items.position')
    .execute();
  return rows.flatMap(({ id, prompt, a, b, a_votes, b_votes, choice }) => {
    const lead = choice === null ? a_votes - b_votes : Number(choice === 'a') - Number(choice === 'b');
    if (a === null || b === null || lead === 0) return [];
    const [chosen, rejected] = lead > 0 ? [a, b] : [b, a];
    return [{ id, prompt: JSON.parse(prompt) as Message[], chosen, rejected }];
  });
}
