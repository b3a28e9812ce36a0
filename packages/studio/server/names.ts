/** Who annotators are: people by their names, judges by theirs. */
import type { Db } from './db/open.ts';

const JUDGE = 'judge:';

/** How a judge is told from people, whose ids are UUIDs. */
export const judgeKey = (name: string): string => JUDGE + name;

export const isJudge = (annotator: string): boolean => annotator.startsWith(JUDGE);

/** The names of those annotators who are people. */
export async function namesIn(db: Db, annotators: Iterable<string>): Promise<Map<string, string>> {
  const ids = [...new Set(annotators)].filter((annotator) => !isJudge(annotator));
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom('users').select(['id', 'name']).where('id', 'in', ids).execute();
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** An annotator's name as it is shown, and whether it is a judge's. */
export function nameOf(annotator: string, names: ReadonlyMap<string, string>): { annotator: string; judge: boolean } {
  const judge = isJudge(annotator);
  return { annotator: judge ? annotator.slice(JUDGE.length) : (names.get(annotator) ?? annotator), judge };
}
