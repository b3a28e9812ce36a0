import { z } from 'zod';
import type { Stage } from './stage.ts';

/** One setting for people: its name, what it takes, its default, and what it means. */
export interface SettingLine {
  readonly name: string;
  readonly takes: string;
  readonly default: string;
  readonly means: string;
}

/** Every setting of a schema, in its order. */
export function settingLines(schema: z.ZodObject): SettingLine[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' });
  return Object.entries(properties as Record<string, z.core.JSONSchema.BaseSchema>).map(([name, property]) => ({
    name,
    takes: takes(property),
    default: required.includes(name) ? 'required' : (asText(property.default) ?? '–'),
    means: property.description ?? '',
  }));
}

const asText = (value: unknown): string | undefined => {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value.map(asText).join(', ');
  return typeof value === 'number' ? formatSetting(value) : String(value);
};

/** 0.000001 as 1e-6: the way people write learning rates. */
const formatSetting = (value: number): string =>
  value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential() : String(value);

function takes(property: z.core.JSONSchema.BaseSchema): string {
  if (property.enum) return property.enum.length > 5 ? 'a name from above' : property.enum.join(' | ');
  if (property.anyOf) return (property.anyOf as z.core.JSONSchema.BaseSchema[]).map(takes).join(', or ');
  if (property.type === 'array') return 'a list';
  if (property.type === 'string') return 'text';
  if (property.type === 'boolean') return 'true | false';
  return `${property.type === 'integer' ? 'whole number' : 'number'} ${bounds(property).join(', ')}`.trim();
}

function bounds(property: z.core.JSONSchema.BaseSchema): string[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = property;
  const isReal = (bound: unknown): bound is number =>
    typeof bound === 'number' && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  return [
    ...(isReal(minimum) ? [`≥ ${minimum}`] : []),
    ...(isReal(exclusiveMinimum) ? [`> ${exclusiveMinimum}`] : []),
    ...(isReal(maximum) ? [`≤ ${maximum}`] : []),
    ...(isReal(exclusiveMaximum) ? [`< ${exclusiveMaximum}`] : []),
  ];
}

/** What `attune train … --explain` prints: the formulas with their papers, then every setting with its default or value. */
export function explain<Schema extends z.ZodObject>(stage: Stage<Schema>, settings?: z.infer<Schema>): string {
  const lines = settingLines(stage.schema);
  const values = lines.map((line) => {
    const value = settings === undefined ? line.default : (settings as Record<string, unknown>)[line.name];
    return `  ${line.name}: ${asText(value) ?? '–'}`;
  });
  return [
    `${stage.name}: ${stage.title}`,
    '',
    'Loss',
    ...stage.explain(settings).map((line) => (line ? `  ${line}` : '')),
    '',
    `Settings, with their ${settings === undefined ? 'defaults' : 'values here'}`,
    ...lines.flatMap((line, i) => beside(values[i]!, [...line.means.split(' '), `(${line.takes})`])),
  ].join('\n');
}

const [left, width] = [36, 120]; // columns

/** A text beside its title, both as wide as a page; below it where the title is too long. */
function beside(title: string, words: readonly string[]): string[] {
  const rows = wrapped(words, width - left);
  const below = title.length >= left;
  return [...(below ? [title] : []), ...rows.map((row, i) => (i === 0 && !below ? title : '').padEnd(left) + row)];
}

function wrapped(words: readonly string[], columns: number): string[] {
  const rows: string[] = [];
  for (const word of words) {
    const row = rows.at(-1);
    if (row !== undefined && row.length + 1 + word.length <= columns) rows[rows.length - 1] = `${row} ${word}`;
    else rows.push(word);
  }
  return rows;
}
