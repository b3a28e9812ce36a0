import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { nearest } from '@attune/preferences/nearest';
import { isMap, isScalar, LineCounter, parseDocument, type YAMLMap } from 'yaml';
import type { z } from 'zod';
import { SettingError } from '../errors.ts';
import type { Stage } from './stage.ts';

/** What was written for one setting, and where: `dpo.yaml:3` or `--set beta=x`. */
interface Given {
  readonly value: unknown;
  readonly where: string;
}

/** Names that other toolkits use for what has another name here. */
const namesElsewhere: Record<string, string> = {
  model_name_or_path: 'model',
  dataset_name: 'data',
  train_file: 'data',
  validation_file: 'eval_data',
  run_name: 'output_dir',
  use_peft: 'use_lora',
  bf16: 'dtype',
  torch_dtype: 'dtype',
  warmup_ratio: 'warmup_steps',
  lr: 'learning_rate',
  epochs: 'num_train_epochs',
  batch_size: 'per_device_train_batch_size',
  rpo_alpha: 'loss_weights',
};

/**
 * Defaults, then the YAML file, then `--set key=value`: the later wins. What comes back is complete.
 *
 * @param setArguments each `key=value`, the value written as in YAML
 * @throws SettingError naming, for every setting that is wrong, its file and line, what was found and what was expected
 */
export function readSettings<Schema extends z.ZodObject>(
  stage: Stage<Schema>,
  file: string,
  setArguments: readonly string[] = [],
): z.infer<Schema> {
  const given = new Map([...givenInFile(file), ...setArguments.map(givenByArgument)]);
  return checkSettings(stage, given, file);
}

/** As `readSettings`, from values that a program has put together; `where` names it in errors. */
export function settingsFrom<Schema extends z.ZodObject>(
  stage: Stage<Schema>,
  values: z.input<Schema>,
  where: string,
): z.infer<Schema> {
  return checkSettings(stage, new Map(Object.entries(values).map(([name, value]) => [name, { value, where }])), where);
}

function givenInFile(file: string): [string, Given][] {
  const lines = new LineCounter();
  const document = parseDocument(readText(file), { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => `${file}:${lines.linePos(offset).line}`;
  const broken = document.errors[0];
  if (broken) throw new SettingError(`${at(broken.pos[0])}: this is not YAML: ${broken.message}`);
  if (document.contents === null) return [];
  if (!isMap(document.contents)) {
    throw new SettingError(`${file}:1: expected lines of the form "setting: value".`);
  }
  const values = document.toJS() as Record<string, unknown>;
  return (document.contents as YAMLMap).items.map(({ key }) => {
    const name = String(isScalar(key) ? key.value : key);
    return [name, { value: values[name], where: at(isScalar(key) ? (key.range?.[0] ?? 0) : 0) }];
  });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : `cannot be read (${cause})`;
    throw new SettingError(`The settings file ${file} ${reason}. Give the path of a YAML file.`, { cause });
  }
}

function givenByArgument(argument: string): [string, Given] {
  const equals = argument.indexOf('=');
  const where = `--set ${argument}`;
  if (equals < 1) throw new SettingError(`${where}: expected --set setting=value.`);
  const document = parseDocument(argument.slice(equals + 1), { prettyErrors: false });
  if (document.errors[0]) throw new SettingError(`${where}: ${document.errors[0].message}`);
  return [argument.slice(0, equals).trim(), { value: document.toJS() ?? undefined, where }];
}

function checkSettings<Schema extends z.ZodObject>(
  stage: Stage<Schema>,
  given: ReadonlyMap<string, Given>,
  source: string,
): z.infer<Schema> {
  const names = Object.keys(stage.schema.shape);
  const unknown = [...given].filter(([name]) => !names.includes(name));
  refuse(unknown.map(([name, { where }]) => `${where}: ${unknownProblem(stage, name, names)}`));

  // `null` is how YAML writes "left out".
  const values = [...given].map(([name, { value }]) => [name, value ?? undefined]);
  const parsed = stage.schema.safeParse(Object.fromEntries(values));
  if (!parsed.success) refuse(parsed.error.issues.map((issue) => issueProblem(stage, issue, given, source)));

  const settings = parsed.data as z.infer<Schema>;
  const conflicts = stage.conflicts(settings, changedSettings(stage, settings, names));
  refuse(conflicts.map(({ setting, problem }) => `${given.get(setting)?.where ?? source}: ${setting} ${problem}.`));
  return settings;
}

/** Settings whose value is not their default; a complete `config.yaml` read back names all of them. */
function changedSettings<Schema extends z.ZodObject>(
  { schema }: Stage<Schema>,
  settings: z.infer<Schema>,
  names: readonly string[],
): Set<string> {
  const defaultOf = (name: string) => (schema.shape[name] as z.ZodType).safeParse(undefined).data;
  return new Set(
    names.filter((name) => !isDeepStrictEqual((settings as Record<string, unknown>)[name], defaultOf(name))),
  );
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new SettingError(problems.join('\n'));
}

function unknownProblem(stage: Stage, name: string, names: readonly string[]): string {
  const elsewhere = namesElsewhere[name];
  const offer = elsewhere && names.includes(elsewhere) ? elsewhere : nearest(name, names);
  return `${name} is not a setting of ${stage.name}. Did you mean ${offer}?`;
}

function issueProblem(
  stage: Stage,
  issue: z.core.$ZodIssue,
  given: ReadonlyMap<string, Given>,
  source: string,
): string {
  const name = String(issue.path[0]);
  const found = given.get(name);
  const purpose = (stage.schema.shape[name] as z.ZodType).description;
  if (found?.value === undefined || found.value === null) return `${source}: ${name} is missing. ${purpose}.`;
  return `${found.where}: ${name} is ${JSON.stringify(found.value)}; expected ${expected(issue, found.value)}. ${purpose}.`;
}

/** What was expected, in words, and what kind of thing stood there instead. */
function expected(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return `${kindName(issue.expected)}${kindOf(value) === 'number' ? '' : `, found ${kindName(kindOf(value))}`}`;
    case 'too_small':
      if (issue.origin === 'string') return 'some text';
      if (issue.origin === 'array') return 'a list with something in it';
      return `${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`;
    case 'too_big':
      return `${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`;
    case 'invalid_value':
      return oneOf(issue.values.map(String), value);
    case 'invalid_union':
      return expectedOfUnion(issue, value);
    default:
      return issue.message;
  }
}

/** Of the forms that a value may have, the one that this value comes nearest to says what is wrong with it. */
function expectedOfUnion(issue: z.core.$ZodIssueInvalidUnion, value: unknown): string {
  const firsts = issue.errors.flatMap((issues) => issues.slice(0, 1));
  const first = firsts.find(({ path }) => path.length > 0) ?? firsts.find(({ code }) => code !== 'invalid_type');
  if (!first) return `one value or a list, found ${kindName(kindOf(value))}`;
  const part = first.path.reduce<unknown>((whole, key) => (whole as Record<PropertyKey, unknown>)[key], value);
  return expected(first, part);
}

function oneOf(options: readonly string[], value: unknown): string {
  const offer = typeof value === 'string' ? ` (did you mean ${nearest(value, options)}?)` : '';
  return `one of ${options.join(', ')}${offer}`;
}

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value);

const kindName = (kind: string): string => kindNames[kind] ?? `a ${kind}`;
const kindNames: Record<string, string> = {
  int: 'a whole number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
};
