import { randomUUID } from 'node:crypto';
import type { Studio } from '../server/index.ts';

/** Comparisons of which response `a` has the majority in all but every third, written straight into the database. */
export async function decidedItems({ db }: Studio, projectId: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const id = randomUUID();
    const votes = i % 3 === 2 ? { a_votes: 0, b_votes: 1 } : { a_votes: 2, b_votes: 1 };
    const row = { id, project_id: projectId, kind: 'comparison', position: i, shuffle: i / count, key: `item ${i}` };
    const none = { external_id: `item-${i}`, a_source: null, b_source: null, a_id: null, b_id: null };
    await db
      .insertInto('items')
      .values({ ...row, ...none, gold: null, longer: null, ...votes, created_at: 0 })
      .execute();
    const prompt = JSON.stringify([{ role: 'user', content: `Tell ${i} of a cat.` }]);
    const texts = { a: `The cat sat on mat ${i}.`, b: `Another cat, number ${i}, with a hat!` };
    await db
      .insertInto('texts')
      .values({ item_id: id, prompt, ...texts })
      .execute();
  }
}
