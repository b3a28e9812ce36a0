/** What judges that score single responses said, read back from a file. */
import { z } from 'zod';
import { Id } from '../../data/formats/format.ts';
import { readAs } from '../../data/readAs.ts';
import { openRows } from '../../data/rows.ts';
import { DataError } from '../../errors.ts';
import type { ChatReply } from '../../judges/chat.ts';

/** What a judge said about one response: its reply, or what was read of it before, or why there is nothing to read. */
export interface ScoredReply {
  /** Of the question. */
  readonly id: string;
  /** Who wrote the response; empty where the file does not tell. */
  readonly system: string;
  /** From 1. */
  readonly turn: number;
  /** The reply as it is, to be read. */
  readonly reply?: string;
  readonly score?: number;
  readonly dimensions?: Readonly<Record<string, number>>;
  /** Why nothing was read, or what could not be. */
  readonly failure?: string;
}

/** Ours; and FastChat's and AlignBench's names for the same. */
const Row = z
  .object({
    id: Id.optional(),
    question_id: Id.optional(),
    source: z.string().optional(),
    model: z.string().optional(),
    model_id: z.string().optional(),
    turn: z.int().min(1).default(1),
    reply: z.string().optional(),
    judgment: z.string().optional(),
    score: z.number().optional(),
    dimensions: z.record(z.string(), z.number()).optional(),
    reason: z.string().optional(),
    said: z.string().optional(),
  })
  .transform(
    (
      { id, question_id = id, source, model_id = source, model = model_id, turn, reply, judgment = reply, ...row },
      { addIssue },
    ) => {
      if (question_id === undefined) addIssue({ code: 'custom', message: 'id (or question_id), of a question' });
      const { score, dimensions, reason, said = reason } = row;
      const told = reason !== undefined ? { failure: said } : judgment !== undefined ? { reply: judgment } : undefined;
      return { id: question_id ?? '', system: model ?? '', turn, ...(told ?? { score, dimensions }) };
    },
  );

const needs =
  'Each line needs id (or question_id) of a question, and reply (or judgment), what the judge said, or score.';

/** By whom the responses are, and what the judge said about each: no two replies about the same turn of the same question. */
export type RepliesBySystem = ReadonlyMap<string, readonly ScoredReply[]>;

/**
 * Reads a judge's replies about single responses, one to a line: `{"id", "reply"}`, or `{"id", "score", "dimensions"?}` and
 * `{"id", "reason", "said"?}` as `attune judge` writes them, with `source` (who wrote the response) and `turn` where there
 * are several. Of a line with a score and a reply the reply is what counts.
 *
 * @param ids the questions there are
 * @throws DataError for a question that there is not, or that one system was scored on twice
 */
export async function readScoredReplies(paths: readonly string[], ids: ReadonlySet<string>): Promise<RepliesBySystem> {
  const all: ScoredReply[] = [];
  const seen = new Map<string, string>();
  for (const path of paths) {
    const { records, lines, unit } = await readAs(Row, path, needs);
    const problems = records.flatMap(({ id, system, turn }, i) => {
      const [line, key] = [lines[i]!, JSON.stringify([id, system, turn])];
      if (!ids.has(id)) return [{ line, field: 'id', message: `there is no question ${id}` }];
      const before = seen.get(key);
      seen.set(key, `${path}, ${unit} ${line}`);
      return before === undefined ? [] : [{ line, field: 'id', message: `question ${id} was scored in ${before} too` }];
    });
    if (problems.length > 0) {
      throw new DataError(path, problems, { unit, needs: 'Give the replies of one judge, once each.' });
    }
    all.push(...records);
  }
  return Map.groupBy(all, ({ system }) => system);
}

/** Whether the first row is a reply about a single response, and not a comparison. */
export async function holdsScoredReplies(path: string): Promise<boolean> {
  const { rows } = await openRows(path);
  for await (const { row } of rows)
    return row !== undefined && ['reply', 'judgment', 'score', 'reason'].some((name) => name in row);
  return false;
}

/** A reply that was written down, as its template reads it. */
export const recorded = (text: string): ChatReply => ({ text, whole: true, cached: true });

/** What a line has that is no score, for people. */
export const whatStands = ({ failure, reply, score }: Partial<ScoredReply>): string =>
  failure ?? reply ?? score?.toString() ?? '';
