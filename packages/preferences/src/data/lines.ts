/** Cuts a stream of bytes into records without ever holding more of them than a part of the stream has. */

/** A record's bytes and the line (from 1) it starts on; `bytes` is undefined when it was too long to keep. */
export interface Piece {
  readonly line: number;
  readonly bytes: Uint8Array | undefined;
}

export const LONGEST_RECORD = 2 ** 28; // 256 MiB; a JavaScript string holds at most about 512 MiB

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** JSON's white space, vertical tab and form feed, as a byte. */
export const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

/**
 * The lines of a JSONL file, without blank ones. Lines end at \n only: U+2028, U+0085 and a lone \r may stand inside
 * JSON text, and a \r before \n is white space to JSON. Those that end in one chunk come together: waiting for each would
 * take longer than cutting it off.
 */
export async function* splitLines(chunks: AsyncIterable<Uint8Array>, limit = LONGEST_RECORD): AsyncGenerator<Piece[]> {
  const record = new RecordBuffer(limit);
  let line = 1;
  for await (const chunk of chunks) {
    const pieces: Piece[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      record.add(chunk.subarray(start, end));
      pieces.push(...record.take(line++));
      start = end + 1;
    }
    record.add(chunk.subarray(start));
    yield pieces;
  }
  yield [...record.take(line)];
}

/** How a JSON array ended; anything but `closed` means that records may be missing. */
export type ArrayEnd = 'closed' | 'cut off' | 'followed by more';

/** The elements of one JSON array (whose bracket is the first visible byte). Returns how the array ended. */
export async function* splitArray(
  chunks: AsyncIterable<Uint8Array>,
  limit = LONGEST_RECORD,
): AsyncGenerator<Piece, ArrayEnd> {
  const record = new RecordBuffer(limit);
  let [line, firstLine, depth] = [1, 1, 0];
  let [inString, escaped, started] = [false, false, false];
  let closed = false;
  for await (const chunk of chunks) {
    let start = 0;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!;
      if (byte === NEWLINE) line++;
      if (closed) {
        if (!isSpace(byte)) return 'followed by more';
      } else if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
      } else if ((byte === COMMA || byte === CLOSE_LIST) && depth === 1) {
        record.add(chunk.subarray(start, i));
        yield* record.take(firstLine);
        start = i + 1;
        started = false;
        closed = byte === CLOSE_LIST;
      } else {
        if (depth === 0) start = i + 1;
        else if (!started && !isSpace(byte)) [started, firstLine] = [true, line];
        if (byte === QUOTE) inString = true;
        else if (byte === OPEN_LIST || byte === OPEN_OBJECT) depth++;
        else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth = Math.max(1, depth - 1); // a stray one stays inside
      }
    }
    if (depth > 0 && !closed) record.add(chunk.subarray(start));
  }
  if (closed) return 'closed';
  yield* record.take(firstLine);
  return 'cut off';
}

/** Collects a record's bytes over chunk borders, and lets go of them once they exceed the limit. */
class RecordBuffer {
  readonly #limit: number;
  #parts: Uint8Array[] = [];
  #size = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(bytes: Uint8Array): void {
    this.#size += bytes.length;
    if (this.#size > this.#limit) this.#parts = [];
    else if (bytes.length > 0) this.#parts.push(bytes);
  }

  /** The record so far, unless it is blank; then starts the next one. */
  *take(line: number): Generator<Piece> {
    const tooLong = this.#size > this.#limit;
    const bytes = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#size = 0;
    if (tooLong) yield { line, bytes: undefined };
    else if (!bytes.every(isSpace)) yield { line, bytes };
  }
}
