import { z } from 'zod';
import { unpackedBytes } from '../data/bytes.ts';
import { parseRow, RowError } from '../data/parse.ts';
import type { Row } from '../data/row.ts';
import { openRows } from '../data/rows.ts';
import { DataError, type LineUnit, type Problem } from '../errors.ts';
import { type FeatureMode, featureVector } from './features.ts';
import { namesOf, type PropertySet, standardProperties } from './properties.ts';
import { ResolvedSample } from './samples.ts';
import { type ScenarioSet, standardScenarios, subsetsOf } from './scenarios.ts';

/** One sample's features, in the order of the names. */
export interface FeatureRow {
  readonly id?: string;
  /** Undefined where errors could not be judged: the sample is in no fit. */
  readonly features: Float64Array | undefined;
  /** The groups that the file itself says the sample is in. */
  readonly groups: readonly string[];
}

/** A file of features. A row's place is the sample's position, which labels and group indices refer to. */
export interface Features {
  readonly names: readonly string[];
  readonly rows: readonly FeatureRow[];
}

/** How features are read. */
export interface ReadFeaturesOptions {
  readonly properties?: PropertySet;
  readonly scenarios?: ScenarioSet;
  readonly mode?: FeatureMode;
}

const Identity = z.object({
  id: z.union([z.string(), z.number()]).optional(),
  group: z.string().optional(),
  groups: z.array(z.string()).optional(),
});

const Plain = z.object({ features: z.union([z.array(z.number()), z.record(z.string(), z.number())]) });

const needs =
  'Each line needs comparison (a resolved sample), features (a list or an object of numbers), or is itself a list of numbers.';

/**
 * Features of samples, one row per sample: resolved samples, `{"features": [numbers] | {name: number}}`, or bare lists
 * of numbers; as JSONL or one JSON list. Lists without names are as long as the property set, and in its order, or
 * else their features are called by their place.
 *
 * @throws DataError listing the rows that cannot be used
 */
export async function readFeatures(file: string, options: ReadFeaturesOptions = {}): Promise<Features> {
  const { properties = standardProperties(), scenarios = standardScenarios(), mode = 'comparison' } = options;
  const lists = await readLists(file);
  if (lists) return listed(file, lists, properties);
  const rows: FeatureRow[] = [];
  const problems: Problem[] = [];
  let names: readonly string[] | undefined;
  const { rows: all, unit } = await openRows(file);
  for await (const next of all) {
    const { line, row } = next;
    if (!row) {
      problems.push({ line, message: next.message });
      continue;
    }
    try {
      const { id, group, groups = [] } = parseRow(Identity, row);
      const read = 'features' in row ? plainRow(row, properties, names) : resolvedRow(row, properties, mode, scenarios);
      names ??= read.names;
      rows.push({
        ...(id !== undefined && { id: String(id) }),
        features: read.features,
        groups: [...new Set([...(group === undefined ? [] : [group]), ...groups, ...read.groups])],
      });
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      problems.push({ line, field: error.field, message: error.message });
    }
  }
  if (problems.length > 0) throw new DataError(file, problems, { needs, unit });
  if (!names) throw new DataError(file, `the file is empty. ${needs}`);
  return { names, rows };
}

interface ReadRow {
  readonly names: readonly string[];
  readonly features: Float64Array | undefined;
  readonly groups: readonly string[];
}

function resolvedRow(row: Row, properties: PropertySet, mode: FeatureMode, scenarios: ScenarioSet): ReadRow {
  const sample = parseRow(ResolvedSample, row);
  return {
    names: namesOf(properties),
    features: featureVector(properties, sample, mode),
    groups: subsetsOf(scenarios, sample.query_info),
  };
}

function plainRow(row: Row, properties: PropertySet, earlier: readonly string[] | undefined): ReadRow {
  const { features } = parseRow(Plain, row);
  const names = earlier ?? (Array.isArray(features) ? namesFor(features.length, properties) : Object.keys(features));
  if (Array.isArray(features)) {
    if (features.length !== names.length) throw wrongLength(features.length, names.length);
    return { names, features: Float64Array.from(features), groups: [] };
  }
  const stranger = Object.keys(features).find((name) => !names.includes(name));
  if (stranger !== undefined) {
    throw new RowError(`"features.${stranger}" is not among the features of the first line`, `features.${stranger}`);
  }
  const values = names.map((name) => {
    if (features[name] === undefined) throw new RowError(`"features.${name}" is missing`, `features.${name}`);
    return features[name];
  });
  return { names, features: Float64Array.from(values), groups: [] };
}

const wrongLength = (found: number, expected: number): RowError =>
  new RowError(`"features" has ${found} numbers; expected ${expected}, as on the first line`, 'features');

const namesFor = (length: number, properties: PropertySet): string[] =>
  length === properties.properties.length ? namesOf(properties) : Array.from({ length }, (_, i) => `feature ${i}`);

const List = z.array(z.number()).min(1);

interface NumberedList {
  readonly line: number;
  readonly value: unknown;
}

/** The rows of a file whose first record is a list; undefined of any other file. */
async function readLists(file: string): Promise<{ rows: NumberedList[]; unit: LineUnit } | undefined> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of unpackedBytes(file)) {
    if (chunks.length === 0 && !/^\s*\[\s*[[\d-]/.test(Buffer.from(chunk.subarray(0, 4096)).toString()))
      return undefined;
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  const parse = (json: string, line: number): NumberedList => {
    try {
      return { line, value: JSON.parse(json) };
    } catch (error) {
      throw new DataError(file, [{ line, message: `not valid JSON (${(error as Error).message})` }], { needs });
    }
  };
  if (/^\s*\[\s*\[/.test(text)) {
    const all = parse(text, 1).value as unknown[];
    return { rows: all.map((value, i) => ({ line: i + 1, value })), unit: 'row' };
  }
  const lines = text.split('\n').map((line, i) => ({ line: i + 1, json: line }));
  return { rows: lines.filter(({ json }) => json.trim()).map(({ line, json }) => parse(json, line)), unit: 'line' };
}

function listed(
  file: string,
  { rows, unit }: { rows: readonly NumberedList[]; unit: LineUnit },
  properties: PropertySet,
): Features {
  const problems: Problem[] = [];
  let names: readonly string[] | undefined;
  const features = rows.map(({ line, value }) => {
    const list = List.safeParse(value).data;
    names ??= list && namesFor(list.length, properties);
    if (!list) problems.push({ line, message: 'not a list of numbers' });
    else if (list.length !== names!.length)
      problems.push({ line, message: wrongLength(list.length, names!.length).message });
    return Float64Array.from(list ?? []);
  });
  if (problems.length > 0) throw new DataError(file, problems, { needs, unit });
  return { names: names ?? [], rows: features.map((one) => ({ features: one, groups: [] })) };
}
