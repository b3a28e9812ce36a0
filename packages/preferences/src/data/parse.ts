/** Checks a record against a schema, and says in words what is wrong with it. */
import type { z } from 'zod';
import type { Row } from './row.ts';

/** A record that does not have what its format needs. The reader adds file and line. */
export class RowError extends Error {
  readonly field: string | undefined;
  constructor(message: string, field?: string) {
    super(message);
    this.field = field;
  }
}

/** The record as the schema has it. Throws a {@link RowError} about its first fault. */
export function parseRow<T>(schema: z.ZodType<T>, row: Row): T {
  const result = schema.safeParse(row);
  if (result.success) return result.data;
  const { field, message } = faultOf(result.error.issues[0]!, row);
  throw new RowError(message, field);
}

/** What is wrong with a value, and where in it. */
export interface Fault {
  readonly path: readonly PropertyKey[];
  /** The path as people write it: `prompt[2].role`. */
  readonly field: string;
  /** A clause without its full stop, such as `"rejected" is missing`. */
  readonly message: string;
}

/** An issue that zod has with `whole`, in words. */
export function faultOf(outer: z.core.$ZodIssue, whole: unknown): Fault {
  const issue = innermost(outer);
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!] : issue.path;
  const field = fieldName(path);
  if (issue.code === 'unrecognized_keys') return { path, field, message: `"${field}" is not a field here` };
  const value = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], whole);
  if (value === undefined && issue.code !== 'custom') return { path, field, message: `"${field}" is missing` };
  return { path, field, message: `"${field}" is ${shown(value)}; expected ${expected(issue)}` };
}

type Issue = z.core.$ZodIssue;

/** Of the alternatives of a union, the fault of the one that came furthest; the union itself when none came further. */
function innermost(issue: Issue): Issue {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue;
  const deepest = issue.errors
    .map((alternative) => alternative[0]!)
    .reduce((a, b) => (b.path.length > a.path.length ? b : a));
  if (deepest.path.length === 0) return issue;
  return innermost({ ...deepest, path: [...issue.path, ...deepest.path] });
}

function fieldName(path: readonly PropertyKey[]): string {
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i > 0 ? '.' : ''}${String(key)}`)).join('');
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

function expected(issue: Issue): string {
  if (issue.code === 'invalid_type') return WORDS[issue.expected] ?? issue.expected;
  if (issue.code === 'invalid_value') return issue.values.map((value) => JSON.stringify(value)).join(' or ');
  if (issue.code === 'too_small') {
    const least = issue.origin === 'array' || issue.inclusive ? 'at least' : 'more than';
    return `${issue.origin === 'array' ? 'a list of ' : ''}${least} ${issue.minimum}`;
  }
  if (issue.code === 'too_big') return `${issue.origin === 'array' ? 'a list of ' : ''}at most ${issue.maximum}`;
  if (issue.code === 'invalid_union' && 'options' in issue) return (issue.options as string[]).join(' or ');
  if (issue.code === 'invalid_union') return issue.errors.map((alternative) => expected(alternative[0]!)).join(' or ');
  return issue.message;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
