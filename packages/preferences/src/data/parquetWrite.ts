/** Parquet from records: the schema is read off the values, so any of our records can be written. */
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { InvalidValueError } from '../errors.ts';

/** The shape of a column. Every field is optional in the file, as fields are in records. */
type Shape = 'text' | 'number' | 'boolean' | { readonly list: Shape | undefined } | { readonly fields: Shapes };
type Shapes = ReadonlyMap<string, Shape>;

type Records = Iterable<object> | AsyncIterable<object>;

/** Of a row group, which is held in memory whole: as many rows at most, and as many characters but for its last row. */
const MOST_ROWS = 1000;
const MOST_CHARACTERS = 16 << 20;

/**
 * The bytes of a Parquet file (Snappy) with a column for each field, a row group at a time. A column holds one shape in all
 * records.
 *
 * @param records gives them anew each time it is called: once for the schema, once for the rows
 */
export async function* parquetParts(records: () => Records): AsyncGenerator<Uint8Array> {
  const columns = new Map<string, Shape>();
  for await (const record of records()) addFields(columns, record, '');
  const schema = [
    { name: 'root', num_children: columns.size },
    ...[...columns].flatMap(([name, shape]) => elements(name, shape)),
  ];
  const writer = new ByteWriter();
  const file = new ParquetWriter({ writer, schema });
  for await (const rows of rowGroups(records())) {
    const columnData = [...columns.keys()].map((name) => ({ name, data: rows.map((row) => row[name] ?? null) }));
    await file.write({ columnData, rowGroupSize: rows.length });
    yield taken(writer);
  }
  await file.finish();
  yield taken(writer);
}

/** What was written since the last time. */
function taken(writer: ByteWriter): Uint8Array {
  const bytes = writer.getBytes().slice();
  writer.index = 0;
  return bytes;
}

type Row = Readonly<Record<string, unknown>>;

async function* rowGroups(records: Records): AsyncGenerator<Row[]> {
  let [rows, characters]: [Row[], number] = [[], 0];
  for await (const record of records) {
    rows.push(record as Row);
    characters += charactersIn(record);
    if (rows.length < MOST_ROWS && characters < MOST_CHARACTERS) continue;
    yield rows;
    [rows, characters] = [[], 0];
  }
  if (rows.length > 0) yield rows;
}

function charactersIn(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((sum: number, inner) => sum + charactersIn(inner), 0);
}

function addFields(shapes: Map<string, Shape>, record: object, path: string): void {
  for (const [name, value] of Object.entries(record)) {
    if (value === undefined) continue;
    const field = path + name;
    const shape = shapeOf(value, field);
    if (typeof shape === 'object' && 'fields' in shape && shape.fields.size === 0) continue; // no columns, no trace
    shapes.set(name, merged(shapes.get(name), shape, field));
  }
}

function shapeOf(value: unknown, field: string): Shape {
  if (typeof value === 'number' || typeof value === 'boolean') return typeof value as 'number' | 'boolean';
  if (typeof value === 'string') {
    if (value.isWellFormed()) return 'text';
    throw new InvalidValueError(
      `A text in "${field}"`,
      'whole characters (Parquet is UTF-8; JSONL can hold it)',
      'cut',
    );
  }
  if (Array.isArray(value)) {
    return {
      list: value
        .map((item) => shapeOf(item, field))
        .reduce<Shape | undefined>((a, b) => merged(a, b, field), undefined),
    };
  }
  const fields = new Map<string, Shape>();
  addFields(fields, value as object, `${field}.`);
  return { fields };
}

function merged(a: Shape | undefined, b: Shape | undefined, field: string): Shape {
  if (a === undefined || b === undefined || a === b) return (a ?? b)!;
  if (typeof a === 'object' && typeof b === 'object') {
    if ('list' in a && 'list' in b) return { list: a.list || b.list ? merged(a.list, b.list, field) : undefined };
    if ('fields' in a && 'fields' in b) {
      const fields = new Map(a.fields);
      for (const [name, shape] of b.fields) fields.set(name, merged(fields.get(name), shape, `${field}.${name}`));
      return { fields };
    }
  }
  throw new InvalidValueError(
    `"${field}"`,
    'one form in all records (JSONL can hold both)',
    `${word(a)} and ${word(b)}`,
  );
}

const word = (shape: Shape): string => (typeof shape === 'string' ? shape : 'list' in shape ? 'a list' : 'an object');

const LEAVES = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  number: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
} as const;

/** A column as Parquet lays out its tree, depth first; lists in the standard's three levels. */
function elements(name: string, shape: Shape): SchemaElement[] {
  const optional = { name, repetition_type: 'OPTIONAL' } as const;
  if (typeof shape === 'string') return [{ ...optional, ...LEAVES[shape] }];
  if ('list' in shape) {
    return [
      { ...optional, converted_type: 'LIST', num_children: 1 },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      ...elements('element', shape.list ?? 'text'),
    ];
  }
  return [
    { ...optional, num_children: shape.fields.size },
    ...[...shape.fields].flatMap(([field, inner]) => elements(field, inner)),
  ];
}
