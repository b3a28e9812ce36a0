import { z } from 'zod';
import { parseRow } from '../parse.ts';
import type { Row } from '../row.ts';
import { type Content, Message } from '../types.ts';

/** A row that gives no record: neither response was better, or nobody decided. */
export type Undecided = 'tie' | 'skip';

/** A way of writing records of one kind (pairs, comparisons, prompts, …) in rows. */
export interface Format<T extends object> {
  readonly name: string;
  /** What each line must have, as a sentence; stands at the end of error messages. */
  readonly needs: string;
  /** The fields it reads; others are counted and reported as ignored. */
  readonly fields: ReadonlySet<string>;
  /** Whether a row looks like it, so loosely that a row with one field missing still does. */
  readonly fits: (row: Row) => boolean;
  /** The records of a row. Throws a `RowError` about what is wrong with it. */
  readonly read: (row: Row, line: number) => (T | Undecided)[];
}

/** Makes a format of a schema for its rows and a function from a checked row to records. */
export function format<S extends z.ZodRawShape, T extends object>(definition: {
  name: string;
  needs: string;
  fits: (row: Row) => boolean;
  row: z.ZodObject<S>;
  records: (row: z.infer<z.ZodObject<S>>, line: number) => (T | Undecided)[];
}): Format<T> {
  const { name, needs, fits, row: schema, records } = definition;
  const fields = new Set(Object.keys(schema.shape));
  return { name, needs, fields, fits, read: (row, line) => records(parseRow(schema, row), line) };
}

/** The same rows read as something else. */
export function mapFormat<A extends object, B extends object>(
  source: Format<A>,
  change: (record: A) => (B | Undecided)[],
): Format<B> {
  const changed = (record: A | Undecided) => (typeof record === 'string' ? [record] : change(record));
  return { ...source, read: (row, line) => source.read(row, line).flatMap(changed) };
}

/** Whether a row has all these fields. */
export const has = (row: Row, ...fields: string[]): boolean => fields.every((field) => field in row);

/** An identifier; numbers become text. */
export const Id = z.preprocess((id) => (typeof id === 'number' ? String(id) : id), z.string());

const SHAREGPT_ROLES: Readonly<Record<string, string>> = { human: 'user', gpt: 'assistant' };

/** A message as OpenAI, ShareGPT (`from`, `value`) or LLaMA-Factory (a list of text parts) write it. */
export const AnyMessage = z.preprocess((message) => {
  if (typeof message !== 'object' || message === null) return message;
  const { role, content, from, value } = message as Record<string, unknown>;
  const speaker = role ?? from;
  return { role: SHAREGPT_ROLES[String(speaker)] ?? speaker, content: joinedParts(content ?? value) };
}, Message);

/** Text parts joined; a list with anything else in it is left for the schema to refuse. */
function joinedParts(content: unknown): unknown {
  if (!Array.isArray(content)) return content;
  const texts = content.map((part) => part?.text ?? part?.value);
  return texts.every((text) => typeof text === 'string') ? texts.join('') : content;
}

/** One or more of them. */
export const AnyMessages = z.array(AnyMessage).min(1);

/** Text or messages; a single message counts as a list of one. */
export const AnyContent = z.preprocess(
  (content) => (typeof content === 'object' && content !== null && !Array.isArray(content) ? [content] : content),
  z.union([z.string(), AnyMessages]),
);

/** The text of a prompt that is text, or one message of the user; undefined for a conversation. */
export function singleText(prompt: Content): string | undefined {
  if (typeof prompt === 'string') return prompt;
  return prompt.length === 1 && prompt[0]!.role === 'user' ? prompt[0]!.content : undefined;
}

/** An instruction and the text it is about, as one prompt. */
export const withInput = (instruction: string, input: string | undefined): string =>
  input ? `${instruction}\n\n${input}` : instruction;

/** A system message, where there is something for it to say. */
export const systemMessage = (content: string | undefined): Message[] => (content ? [{ role: 'system', content }] : []);

/** Optional fields that have no value are left out, so that a record read equals the record written. */
export function withoutUndefined<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}
