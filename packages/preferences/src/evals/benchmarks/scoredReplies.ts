/** What judges that score single responses said, read back from a file. */
import { z } from 'zod';
import { Id } from '../../data/formats/format.ts';
import { readAs } from '../../data/readAs.ts';
import { openRows } from '../../data/rows.ts';
import { DataError } from '../../errors.ts';
import type { ChatReply } from '../../judges/chat.ts';

/** A judge's reply about one response, or what was read of it before. */
export interface ScoredReply {
  /** Of the question. */
  readonly id: string;
  /** Who wrote the response; empty where the file does not tell. */
  readonly system: string;
  /** From 1. */
  readonly turn: number;
  /** What the judge said. */
  readonly reply?: string;
  /** Absent where there is a reply, or nothing was read. */
  readonly score?: number;
  readonly dimensions?: Readonly<Record<string, number>>;
}

/** Ours; and FastChat's and AlignBench's names for the same. */
const Row = z
  .object({
    id: Id.optional(),
    question_id: Id.optional(),
    source: z.string().optional(),
    model: z.string().optional(),
    turn: z.int().min(1).default(1),
    reply: z.string().optional(),
    judgment: z.string().optional(),
    score: z.number().optional(),
    dimensions: z.record(z.string(), z.number()).optional(),
  })
  .transform(({ id, question_id = id, source, model = source, turn, reply, judgment = reply, score, dimensions }) => ({
    ...(question_id !== undefined && { id: question_id }),
    system: model ?? '',
    turn,
    ...(judgment !== undefined ? { reply: judgment } : { ...(score !== undefined && { score }) }),
    ...(judgment === undefined && dimensions !== undefined && { dimensions }),
  }))
  .pipe(z.custom<ScoredReply>((row) => 'id' in Object(row), 'id (or question_id), of a question'));

const needs =
  'Each line needs id (or question_id) of a question, and reply (or judgment), what the judge said, or score.';

/** By whom the responses are, and what the judge said about each: no two replies about the same turn of the same question. */
export type RepliesBySystem = ReadonlyMap<string, readonly ScoredReply[]>;

/**
 * Reads a judge's replies about single responses, one to a line: `{"id", "reply"}` or `{"id", "score", "dimensions"?}`,
 * with `source` (who wrote the response) and `turn` where there are several. Of a line with both the reply is what counts.
 *
 * @param ids the questions there are
 * @throws DataError for a question that there is not, or that one system was scored on twice
 */
export async function readScoredReplies(path: string, ids: ReadonlySet<string>): Promise<RepliesBySystem> {
  const { records, lines, unit } = await readAs(Row, path, needs);
  const seen = new Map<string, number>();
  const problems = records.flatMap(({ id, system, turn }, i) => {
    const [line, key] = [lines[i]!, JSON.stringify([id, system, turn])];
    if (!ids.has(id)) return [{ line, field: 'id', message: `there is no question ${id}` }];
    const before = seen.get(key);
    seen.set(key, line);
    return before === undefined
      ? []
      : [{ line, field: 'id', message: `question ${id} stands in ${unit} ${before} too` }];
  });
  if (problems.length > 0)
    throw new DataError(path, problems, { unit, needs: 'Give the replies of one judge, once each.' });
  return Map.groupBy(records, ({ system }) => system);
}

/** Whether the first row is a reply about a single response, and not a comparison. */
export async function holdsScoredReplies(path: string): Promise<boolean> {
  const { rows } = await openRows(path);
  for await (const { row } of rows)
    return row !== undefined && ['reply', 'judgment', 'score'].some((name) => name in row);
  return false;
}

/** A reply that was written down, as its template reads it. */
export const recorded = (text: string): ChatReply => ({ text, whole: true, cached: true });
