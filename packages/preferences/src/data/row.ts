/** A record as it stands in the file, fields that are null left out: they mean "absent" wherever tables are exported. */
export type Row = Record<string, unknown>;

/** A record and where it starts (from 1), or why there is none. */
export type ReadRow =
  | { readonly line: number; readonly row: Row }
  | { readonly line: number; readonly row?: undefined; readonly message: string };

const DEEPEST = 64; // real records nest some five levels; what nests deeper is an attack or an accident

/** A record that is an object of reasonable depth, without its nulls. */
export function checkedRow(line: number, value: unknown): ReadRow {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { line, message: `${Array.isArray(value) ? 'a list' : JSON.stringify(value)}, not an object of fields` };
  }
  if (deeperThan(value, DEEPEST)) return { line, message: `nested deeper than ${DEEPEST} levels` };
  return { line, row: Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null)) };
}

function deeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth === 0) return true;
  return Object.values(value).some((child) => deeperThan(child, depth - 1));
}
