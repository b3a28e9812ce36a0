import {
  DataError,
  type Features,
  type FitAllOptions,
  fitAll,
  fitDefaults,
  type GroupFit,
  type GroupIndex,
  groupsOfRows,
  type JudgeLabels,
  namesOf,
  type Prior,
  readFeatures,
  readGroupIndex,
  readLabels,
  readPropertySet,
  readSamples,
  standardProperties,
  textFeatures,
  theJudge,
  writeRecords,
} from '@attune/preferences';
import { type Command, Option } from 'commander';
import { type CommandContext, command, number, run, wholeNumber } from '../../command.ts';
import { StoppedError, UsageError } from '../../errors.ts';
import { checkOutFile } from '../../models/outFile.ts';
import { progress } from '../../terminal/progress.ts';
import { standardError } from '../../terminal/screen.ts';
import { checkComputed } from './featured.ts';
import { allTable, lineOf, oneTable, warningsOf } from './fitText.ts';

interface FitCommandOptions {
  readonly features?: string;
  readonly data?: string;
  readonly labels: readonly string[];
  readonly judge?: string;
  readonly groups?: string | true;
  readonly group?: readonly string[];
  readonly properties?: string;
  readonly out?: string;
  readonly prior: Prior['kind'];
  readonly scale: number;
  readonly chains: number;
  readonly warmup: number;
  readonly draws: number;
  readonly folds: number;
  readonly refitFolds?: true;
  readonly minSamples?: number;
  readonly seed: number;
  readonly workers?: number;
}

/** `attune dissect fit`: judges' weights, property by property, with their uncertainty. */
export const fitCommand = (): Command =>
  command(
    'fit',
    'What judges prefer: the weight of each property in each group of samples, with its uncertainty',
    'attune dissect fit --features resolved.jsonl --labels human.json',
    'attune dissect fit --features resolved.jsonl --labels judges.json --groups groups.json --out weights.jsonl',
    'attune dissect fit --data comparisons.jsonl --labels comparisons.jsonl --properties recipes/dissect/visible.yaml',
  )
    .option('--features <file>', 'resolved samples, or features by line')
    .option('--data <file>', 'samples or comparisons in their place, where all properties are computed from the texts')
    .requiredOption('--labels <files...>', 'labels of one judge or several, in the order of the samples')
    .option('--judge <name>', 'only this judge (default: every judge of the files)')
    .option('--groups [file]', 'fit each group apart: a group index, or without a file those that the features name')
    .option('--group <names...>', 'only these groups')
    .option('--properties <file>', 'a property set of your own (default: the 29 of the published study)')
    .option('--out <file>', 'also write each fit as a line, for dissect similarity and report (.jsonl)')
    .addOption(
      new Option('--prior <kind>', 'of each weight')
        .choices(['laplace', 'normal', 'horseshoe'])
        .default(fitDefaults.prior.kind),
    )
    .option(
      '--scale <n>',
      "the Laplace prior's b, the normal's standard deviation, the horseshoe's global scale",
      number(1e-6),
      fitDefaults.prior.scale,
    )
    .option('--chains <n>', 'chains, begun apart', wholeNumber(1), fitDefaults.chains)
    .option('--warmup <n>', 'steps of each chain before its first draw', wholeNumber(20), fitDefaults.warmup)
    .option('--draws <n>', 'draws of each chain', wholeNumber(100), fitDefaults.draws)
    .option('--folds <n>', 'times that a part is left out; 1 leaves out nothing', wholeNumber(1), fitDefaults.folds)
    .option('--refit-folds', 'draw each fold anew instead of weighting the draws from all samples')
    .option('--min-samples <n>', 'refuse smaller groups (default: two samples for each property)', wholeNumber(1))
    .option('--seed <n>', 'of the draws and folds', wholeNumber(0), fitDefaults.seed)
    .option('--workers <n>', 'threads (default: as many as there are processors)', wholeNumber(1))
    .action(run(fit));

async function fit(context: CommandContext, options: FitCommandOptions): Promise<void> {
  const { say, result } = context;
  if (options.out !== undefined) checkOutFile(options.out);
  const { file, ...features } = await featuresIn(options);
  const judges = await judgesOf(options, features);
  const groups = groupsOf(options, file, features, say);
  const fits = await fitted(context, { features, judges, groups }, settingsOf(options));
  if (options.out !== undefined) await writeRecords(options.out, fits.filter((one) => 'properties' in one).map(lineOf));
  for (const warning of fits.flatMap(warningsOf)) say(warning);
  const [only] = fits;
  if (fits.length > 1) return result({ fits: fits.map(lineOf) }, allTable(fits));
  if ('refused' in only!) throw new DataError(file, `${only.group} has ${only.refused}.`);
  result(lineOf(only!), oneTable(only!));
}

/** The features of a file, or those that its texts alone tell; and which file that is. */
async function featuresIn({ features, data, ...options }: FitCommandOptions): Promise<Features & { file: string }> {
  const properties = options.properties === undefined ? standardProperties() : readPropertySet(options.properties);
  if (features !== undefined && data === undefined) {
    return { file: features, ...(await readFeatures(features, { properties })) };
  }
  if (data === undefined || features !== undefined) {
    throw new UsageError('Give --features, or --data where all properties are computed from the texts.');
  }
  checkComputed(properties);
  const { records } = await readSamples(data);
  const rows = records.map(({ id, response_a: a, response_b: b }) => ({
    ...(id !== undefined && { id: String(id) }),
    ...{ features: textFeatures(properties, a, b), groups: [] },
  }));
  return { file: data, names: namesOf(properties), rows };
}

const settingsOf = ({ prior, scale, ...options }: FitCommandOptions): FitAllOptions => ({
  prior: { kind: prior, scale },
  chains: options.chains,
  warmup: options.warmup,
  draws: options.draws,
  folds: options.folds,
  seed: options.seed,
  ...(options.refitFolds && { refitFolds: true }),
  ...(options.minSamples !== undefined && { minSamples: options.minSamples }),
  ...(options.workers !== undefined && { workers: options.workers }),
});

async function judgesOf({ labels, judge }: FitCommandOptions, { rows }: Features): Promise<JudgeLabels[]> {
  const ids = rows.flatMap(({ id }) => (id === undefined ? [] : [id]));
  const expected = { samples: rows.length, ...(ids.length === rows.length && { ids }) };
  const judges: JudgeLabels[] = [];
  for (const file of labels) judges.push(...(await readLabels(file, expected)));
  const names = judges.map((one) => one.judge);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new UsageError(`--labels: there are two lists of labels by ${twice}. Give one of them.`);
  return judge === undefined ? judges : [theJudge(labels.join(', '), judges, judge)];
}

const everything = 'all';

/** All samples as one group, or the groups of an index; its group of all samples only where it is asked for. */
function groupsOf(
  { groups, group }: FitCommandOptions,
  file: string,
  { rows }: Features,
  say: CommandContext['say'],
): GroupIndex {
  if (groups === undefined) {
    if (group !== undefined) throw new UsageError('--group chooses among groups. Give --groups too.');
    return new Map([[everything, [...rows.keys()]]]);
  }
  const index = groups === true ? groupsOfRows(rows) : readGroupIndex(groups, rows.length);
  if (index.size === 0) throw new DataError(file, 'names no groups. Give --groups a file, or leave it out.');
  if (group === undefined) {
    if (index.has(everything)) say(`The group ${everything} is not fitted. --group ${everything} fits it.`);
    return new Map([...index].filter(([name]) => name !== everything));
  }
  const stranger = group.find((name) => !index.has(name));
  if (stranger !== undefined) {
    throw new UsageError(`--group ${stranger}: there is no such group, only ${[...index.keys()].join(', ')}.`);
  }
  return new Map(group.map((name) => [name, index.get(name)!]));
}

interface Work {
  readonly features: Features;
  readonly judges: readonly JudgeLabels[];
  readonly groups: GroupIndex;
}

async function fitted(
  { signal }: CommandContext,
  { features: { names, rows }, judges, groups }: Work,
  settings: FitAllOptions,
): Promise<GroupFit[]> {
  const total = judges.length * groups.size;
  const study = { names, features: rows.map(({ features }) => features), judges, groups };
  const shown = total > 1 ? progress(standardError(), { label: 'fit', total, unit: 'fits' }) : undefined;
  const fits: GroupFit[] = [];
  for await (const one of fitAll(study, settings)) {
    fits.push(one);
    shown?.update(fits.length, `${one.judge} in ${one.group}`);
    if (signal.aborted) throw new StoppedError(`Stopped after ${fits.length} of ${total} fits.`);
  }
  shown?.end();
  return fits;
}
