import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { faultOf } from '../data/parse.ts';
import { readAs } from '../data/readAs.ts';
import { DataError } from '../errors.ts';
import { namesOf, type PropertySet, standardProperties } from './properties.ts';
import { groupKey, type ScenarioSet, standardScenarios } from './scenarios.ts';
import { type FittedWeights, type WeightTable, weightTable } from './weights.ts';

const numbers = z.array(z.number()).min(1);

/** A published line: one judge in the group that the file is named after. */
const PublishedLine = z.object({ model_name: z.string(), parameters: numbers });

const ForetoldShare = z.object({
  share: z.number(),
  interval: z.tuple([z.number(), z.number()]),
  n: z.number(),
});

const PropertyLine = z.looseObject({
  name: z.string(),
  mean: z.number(),
  sd: z.number().min(0).optional(),
  ...{ q05: z.number().optional(), q25: z.number().optional() },
  ...{ q75: z.number().optional(), q95: z.number().optional() },
  rhat: z.number().nullish(), // JSON has null where it is not defined
  ess: z.number().nullish(),
});

/** A line of our own: one judge in one group, with what is known of each weight. */
export const FittedLine = z.object({
  judge: z.string(),
  group: z.string(),
  samples: z.number().optional(),
  heldOut: z.looseObject({ accuracy: ForetoldShare }).optional(),
  properties: z.array(PropertyLine).min(1),
});
export type FittedLine = z.infer<typeof FittedLine>;

const Line = z.union([PublishedLine, FittedLine]);
const lineNeeds = 'Each line needs model_name and parameters, or judge, group and properties.';

/** A published file of one added judge: the weights by the formal names of the groups. */
const AddedJudge = z.record(z.string(), numbers);

/** What weights are read with. */
export interface ReadWeightsOptions {
  /** What the weights of files that do not name them are of. */
  readonly properties?: PropertySet;
  readonly scenarios?: ScenarioSet;
}

/**
 * Fitted weights from a folder or file, or from several together, in any of three forms:
 * `model_<group>_fitted_paras.jsonl` and `<size>_<judge>.json` as published, and what `attune dissect fit` writes.
 *
 * @throws DataError where there are none, a file cannot be used, or files are of other properties than the first
 */
export async function readWeights(
  path: string | readonly string[],
  options: ReadWeightsOptions = {},
): Promise<WeightTable> {
  const { properties = standardProperties(), scenarios = standardScenarios() } = options;
  const fits: FittedWeights[] = [];
  let names: readonly string[] | undefined;
  for (const file of [path].flat().flatMap(filesOf)) {
    for (const { names: own = namesOf(properties), ...fit } of await fitsIn(file, scenarios)) {
      names ??= own;
      if (own.join('\n') !== names.join('\n') || fit.mean.length !== names.length) {
        const found = own === names ? `${fit.mean.length} weights` : `weights of ${own.join(', ')}`;
        throw new DataError(file, `has ${found} for ${fit.judge}; expected ${names.length}, of ${names.join(', ')}.`);
      }
      fits.push(fit);
    }
  }
  if (!names)
    throw new DataError([path].flat().join(', '), 'has no weights: no .jsonl or .json file of fitted weights.');
  return weightTable(names, fits, scenarios);
}

function filesOf(path: string): string[] {
  if (!statSync(path, { throwIfNoEntry: false })) throw new DataError(path, 'there is no such file or folder.');
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => /\.jsonl?$/.test(name))
    .sort()
    .map((name) => join(path, name));
}

/** `names` is absent where the file does not tell what its weights are of. */
type NamedFit = FittedWeights & { readonly names?: readonly string[] };

async function fitsIn(file: string, scenarios: ScenarioSet): Promise<NamedFit[]> {
  if (file.endsWith('.json')) return addedJudge(file, scenarios);
  const group = /^model_(.+)_fitted_paras\.jsonl$/.exec(basename(file))?.[1];
  const { records } = await readAs(Line, file, lineNeeds);
  return records.map((record) => {
    if ('model_name' in record) {
      if (group) return { judge: record.model_name, group, mean: record.parameters };
      throw new DataError(file, 'does not tell its group. Name it model_<group>_fitted_paras.jsonl.');
    }
    return ownFit(record, scenarios);
  });
}

function ownFit({ judge, group, properties, samples, heldOut }: FittedLine, scenarios: ScenarioSet): NamedFit {
  const all = (key: 'sd' | 'q05' | 'q25' | 'q75' | 'q95' | 'rhat' | 'ess'): number[] | undefined => {
    const values = properties.flatMap((one) => one[key] ?? []);
    return values.length === properties.length ? values : undefined;
  };
  const [sd, q05, q25, q75, q95] = [all('sd'), all('q05'), all('q25'), all('q75'), all('q95')];
  const [rhat, ess] = [all('rhat'), all('ess')];
  return {
    judge,
    group: groupKey(scenarios, group) ?? group,
    names: properties.map(({ name }) => name),
    mean: properties.map(({ mean }) => mean),
    ...(sd && { sd }),
    ...(q05 && q25 && q75 && q95 && { quantiles: { q05, q25, q75, q95 } }),
    ...(samples !== undefined && { samples }),
    ...(heldOut && { foretold: heldOut.accuracy }),
    ...(rhat && ess && { rhat: Math.max(...rhat), ess: Math.min(...ess) }),
  };
}

/** The judge's name is the file's, without a size and an underscore before it; it may have underscores itself. */
function addedJudge(file: string, scenarios: ScenarioSet): NamedFit[] {
  const judge = basename(file, '.json').replace(/^[\d.]+_/, '');
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new DataError(file, `is not valid JSON (${(error as Error).message}).`, { cause: error });
  }
  const parsed = AddedJudge.safeParse(content);
  if (!parsed.success) {
    const { message } = faultOf(parsed.error.issues[0]!, content);
    throw new DataError(file, `${message}. A file of one judge has a list of weights for each group.`);
  }
  return Object.entries(parsed.data).map(([name, mean]) => ({ judge, group: groupKey(scenarios, name) ?? name, mean }));
}
