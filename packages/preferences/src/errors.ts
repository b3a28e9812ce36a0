/**
 * What all our errors have: a code for programs to test, a message for people to act on.
 * `badInput` says that the person can mend it (a file, a flag, a setting): commands then end with 2 instead of 1.
 *
 * @attune/torch has the same, because neither of the two packages needs the other: whoever has errors of both before
 * them asks for `code` and `badInput`, not for the class.
 */
export abstract class AttuneError extends Error {
  abstract readonly code: string;
  readonly badInput: boolean = false;
  override get name(): string {
    return this.constructor.name;
  }
}

/** A number or word given to a function is outside what the function is defined for. */
export class InvalidValueError extends AttuneError {
  readonly code = 'invalid_value';
  override readonly badInput = true;
  constructor(name: string, expected: string, actual: unknown) {
    super(`${name} is ${String(actual)}; expected ${expected}.`);
  }
}

/** One line of a data file that cannot be used. */
export interface Problem {
  /** Counted from 1: the line in a text file, the record in a Parquet file. */
  readonly line: number;
  /** The field at fault, as `chosen` or `chosen[1].role`; absent when the whole line is. */
  readonly field?: string;
  /** A clause without its full stop, such as `"rejected" is missing`. */
  readonly message: string;
}

/** What a {@link Problem}'s `line` counts. */
export type LineUnit = 'line' | 'row';

const LISTED = 24; // as many problems as fit on a screen; the count above them is complete

/**
 * A data file cannot be used: the file as a whole (`what` is a sentence), or some of its lines (`what` lists them).
 * `needs` says what each line must have.
 */
export class DataError extends AttuneError {
  readonly code = 'bad_data';
  override readonly badInput = true;
  readonly file: string;
  readonly problems: readonly Problem[];

  constructor(
    file: string,
    what: string | readonly Problem[],
    { needs = '', unit = 'line', cause }: { needs?: string; unit?: LineUnit; cause?: unknown } = {},
  ) {
    super(typeof what === 'string' ? `${file}: ${what}` : listing(file, what, needs, unit), { cause });
    this.file = file;
    this.problems = typeof what === 'string' ? [] : what;
  }
}

function listing(file: string, problems: readonly Problem[], needs: string, unit: LineUnit): string {
  const remedy = needs && ` ${needs}`;
  const [first] = problems;
  if (first && problems.length === 1) return `${file}, ${unit} ${first.line}: ${first.message}.${remedy}`;
  const lines = problems.slice(0, LISTED).map((p) => `  ${unit} ${p.line}: ${p.message}`);
  if (problems.length > LISTED) lines.push(`  and ${problems.length - LISTED} more`);
  return `${file}: ${problems.length} ${unit}s cannot be used.${remedy}\n${lines.join('\n')}`;
}
