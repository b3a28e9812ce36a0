/** Writes records; the ending of the name says how, because there is no content yet to look at. */
import { createGzip } from 'node:zlib';
import { writeAtomically } from './atomic.ts';

/**
 * Writes records as Parquet (`.parquet`), one JSON array (`.json`) or JSONL (anything else); `.gz` after either of the
 * last two packs it. Columns are the records' own fields, which for pairs, prompts and unpaired responses are TRL's.
 * No part of a file is ever left behind.
 */
export async function writeRecords(path: string, records: Iterable<object>): Promise<void> {
  if (path.endsWith('.parquet')) {
    const all = [...records];
    return writeParquet(path, () => all);
  }
  const packed = path.endsWith('.gz');
  const array = (packed ? path.slice(0, -'.gz'.length) : path).endsWith('.json');
  return writeAtomically(path, inBlocks(array ? arrayText(records) : lineText(records)), packed ? [createGzip()] : []);
}

/**
 * Writes records as Parquet with no more of them in memory than make a row group (a thousand). They are asked for twice: their
 * fields are the columns, which stand before the rows.
 */
export async function writeParquet(
  path: string,
  records: () => Iterable<object> | AsyncIterable<object>,
): Promise<void> {
  const { parquetParts } = await import('./parquetWrite.ts'); // whose package every start would pay for
  return writeAtomically(path, parquetParts(records));
}

function* lineText(records: Iterable<object>): Generator<string> {
  for (const record of records) yield `${json(record)}\n`;
}

function* arrayText(records: Iterable<object>): Generator<string> {
  let before = '[\n';
  for (const record of records) {
    yield before + json(record);
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

/** JSON on one line for everybody: many programs also break lines at these three characters, so they are escaped. */
const json = (record: object): string =>
  JSON.stringify(record).replace(
    /[\u0085\u2028\u2029]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const BLOCK = 2 ** 16; // characters; a write for each line would be slow

function* inBlocks(texts: Iterable<string>): Generator<string> {
  let block = '';
  for (const text of texts) {
    block += text;
    if (block.length < BLOCK) continue;
    yield block;
    block = '';
  }
  yield block;
}
