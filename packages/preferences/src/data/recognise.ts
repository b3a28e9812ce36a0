/** Finds out what a data file holds from its first rows. */
import { DataError, type LineUnit } from '../errors.ts';
import { contentKind } from './bytes.ts';
import type { Format } from './formats/format.ts';
import { type Kind, nativeFormats } from './formats/index.ts';
import type { ReadRow } from './row.ts';
import { openRows } from './rows.ts';

const LOOKED_AT = 64; // rows; several, so that one bad line at the top does not decide

/** The first rows of a file, and the iterator that goes on behind them. */
export interface Head {
  readonly unit: LineUnit;
  readonly head: readonly ReadRow[];
  readonly rest: AsyncIterator<ReadRow>;
}

/** Opens a file and reads its first rows. */
export async function openHead(path: string): Promise<Head> {
  const { unit, rows } = await openRows(path);
  const rest = rows[Symbol.asyncIterator]();
  const head: ReadRow[] = [];
  for (let next = await rest.next(); !next.done; next = await rest.next()) {
    if (head.push(next.value) === LOOKED_AT) break;
  }
  return { unit, head, rest };
}

/** The format that most of the rows look like; of several, the first. */
export function recognised<F extends Format<object>>(rows: readonly ReadRow[], formats: readonly F[]): F | undefined {
  let [best, most]: [F | undefined, number] = [undefined, 0];
  for (const format of formats) {
    const fitting = rows.filter(({ row }) => row && format.fits(row)).length;
    if (fitting > most) [best, most] = [format, fitting];
  }
  return best;
}

/** What kind of records a file was written to hold. Throws a {@link DataError} if it is none we know. */
export async function recogniseKind(path: string): Promise<Kind> {
  if ((await contentKind(path)) === 'other') return 'texts';
  const { unit, head, rest } = await openHead(path);
  await rest.return?.();
  const kinds: readonly (readonly [Kind, readonly Format<object>[]])[] = nativeFormats;
  const format = recognised(
    head,
    kinds.flatMap(([, formats]) => formats),
  );
  const found = kinds.find(([, formats]) => formats.some((each) => each === format));
  if (!found) throw notRecognised(path, head, unit, 'preference data', '');
  return found[0];
}

/** The error for a file whose rows look like nothing that was wanted. */
export function notRecognised(
  path: string,
  head: readonly ReadRow[],
  unit: LineUnit,
  wanted: string,
  needs: string,
): DataError {
  const remedy = needs && ` ${needs}`;
  if (head.length === 0) return new DataError(path, `the file is empty.${remedy}`);
  const fields = head.find(({ row }) => row)?.row;
  if (fields) {
    return new DataError(
      path,
      `no ${wanted} here; the fields are ${Object.keys(fields).join(', ') || 'none'}.${remedy}`,
    );
  }
  const first = head[0]!;
  const why = first.row ? '' : ` (${unit} ${first.line}: ${first.message})`;
  const forms = 'A data file holds one JSON object per line, or one JSON array, or is Parquet.';
  return new DataError(path, `no records here${why}. ${forms}`);
}
