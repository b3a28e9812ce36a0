/** Reads definitions: YAML files checked by a schema, whose faults are told by line and field. */
import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { faultOf } from '../data/parse.ts';
import { DataError } from '../errors.ts';

/**
 * The content of a YAML (or JSON) text as its schema has it.
 *
 * @param file names the text in errors
 * @throws DataError listing every fault with its line and field
 */
export function parseDefinition<T>(schema: z.ZodType<T>, text: string, file: string): T {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const line = (offset: number) => lines.linePos(offset).line;
  if (document.errors.length > 0) {
    throw new DataError(
      file,
      document.errors.map(({ pos, message }) => ({ line: line(pos[0]), message: `this is not YAML: ${message}` })),
    );
  }
  const value: unknown = document.toJS();
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const lineOf = (path: readonly PropertyKey[]): number => {
    const node = document.getIn(path, true) as { range?: readonly number[] } | undefined;
    return node?.range ? line(node.range[0]!) : path.length === 0 ? 1 : lineOf(path.slice(0, -1));
  };
  throw new DataError(
    file,
    result.error.issues
      .map((issue) => faultOf(issue, value))
      .map(({ path, field, message }) => ({ line: lineOf(path), field, message }))
      .sort((a, b) => a.line - b.line),
  );
}

/** {@link parseDefinition} of a file. */
export function readDefinition<T>(schema: z.ZodType<T>, file: string): T {
  return parseDefinition(schema, readText(file), file);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new DataError(file, missing ? 'there is no such file.' : `cannot be read (${(cause as Error).message}).`, {
      cause,
    });
  }
}
