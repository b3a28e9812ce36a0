/** Writes pairs and comparisons as others write them, and refuses what would not come back whole. */
import { isDeepStrictEqual } from 'node:util';
import type { Problem } from '../errors.ts';
import * as comparisons from './formats/comparisons.ts';
import { type Format, singleText } from './formats/format.ts';
import * as pairs from './formats/pairs.ts';
import { toAlpacaEval, toArena, toDissection } from './formats/writeComparisons.ts';
import { toArenaPair, toHhRlhf, toUltraFeedback } from './formats/writePairs.ts';
import { RowError } from './parse.ts';
import type { Row } from './row.ts';
import { type Comparison, type Content, type Pair, toMessages } from './types.ts';

/** A way to write records: the row of a record, or a `RowError` about why it has none. */
export type Form<T> = (record: T, line: number) => object;

/** The forms of pairs, by the names the command line knows them by. */
export const pairForms = {
  pairs: inFormat<Pair>(pairs.trl, (pair) => pair),
  messages: (pair: Pair) => asMessages(pair),
  text: (pair: Pair) => asText(pair),
  'hh-rlhf': inFormat<Pair>(pairs.hhRlhf, toHhRlhf),
  ultrafeedback: inFormat<Pair>(pairs.ultraFeedback, toUltraFeedback),
  'chatbot-arena': inFormat<Pair>(pairs.arena, toArenaPair),
} as const satisfies Record<string, Form<Pair>>;

/** The forms of comparisons. */
export const comparisonForms = {
  comparisons: inFormat<Comparison>(comparisons.ours, (comparison) => comparison),
  alpacaeval: inFormat<Comparison>(comparisons.alpacaEval, toAlpacaEval),
  'chatbot-arena': inFormat<Comparison>(comparisons.arena, toArena),
  dissection: inFormat<Comparison>(comparisons.dissection, toDissection),
} as const satisfies Record<string, Form<Comparison>>;

/** Records in the rows of another form, and those that have no place in it. */
export interface Rewritten {
  readonly rows: object[];
  /** By the line each came from: every record is a row or a problem. */
  readonly problems: Problem[];
}

/**
 * Records as rows of a form.
 *
 * @param lines the line of the file each record comes from
 */
export function rewritten<T>(form: Form<T>, records: readonly T[], lines: readonly number[]): Rewritten {
  const [rows, problems]: [object[], Problem[]] = [[], []];
  for (const [i, record] of records.entries()) {
    const line = lines[i]!;
    try {
      rows.push(form(record, line));
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      problems.push({ line, field: error.field, message: error.message });
    }
  }
  return { rows, problems };
}

/** A row is read back by its format before it counts: what differs in the least from the record is refused. */
function inFormat<T extends object>(format: Format<T>, toRow: (record: T) => object | undefined): Form<T> {
  return (record, line) => {
    const row = toRow(record);
    if (!row) throw new RowError(`${format.name} has no place for this ${nounOf(record)}`);
    const back = format.read(row as Row, line);
    if (back.length === 1 && isDeepStrictEqual(back[0], record)) return row;
    throw new RowError(`as ${format.name} this ${nounOf(record)} would not come back as it is`);
  };
}

const nounOf = (record: object): string => ('responses' in record ? 'comparison' : 'pair');

/** A pair whose prompt and responses are messages. */
export function asMessages({ prompt, chosen, rejected, ...rest }: Pair): Pair {
  const response = (content: Content) => toMessages(content, 'assistant');
  return { ...rest, prompt: toMessages(prompt, 'user'), chosen: response(chosen), rejected: response(rejected) };
}

/** A pair whose prompt and responses are text: one question and its answers only, for text does not say who speaks. */
export function asText({ prompt, chosen, rejected, ...rest }: Pair): Pair {
  const question = singleText(prompt);
  if (question === undefined) throw new RowError('"prompt" is a conversation; text holds a single question', 'prompt');
  const response = (content: Content, field: string): string => {
    if (typeof content === 'string') return content;
    if (content.length === 1 && content[0]!.role === 'assistant') return content[0]!.content;
    throw new RowError(`"${field}" is a conversation; text holds a single answer`, field);
  };
  return { ...rest, prompt: question, chosen: response(chosen, 'chosen'), rejected: response(rejected, 'rejected') };
}
