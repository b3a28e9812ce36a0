import {
  commonScenarios,
  degree,
  extremes,
  type Ranked,
  readWeights,
  standardScenarios,
  type WeightTable,
} from '@attune/preferences';
import type { Command } from 'commander';
import { type CommandContext, command, run } from '../../command.ts';
import { UsageError } from '../../errors.ts';
import { oneDecimal } from '../../terminal/format.ts';
import { table } from '../../terminal/table.ts';
import { onlyJudges } from './onlyJudges.ts';

interface Options {
  readonly weights: string;
  readonly judges?: readonly string[];
  readonly scenario?: string;
  readonly property?: readonly string[];
}

/** `attune dissect weights`: what fitted weights say. */
export const weightsCommand = (): Command =>
  command(
    'weights',
    'What fitted weights say: the most and least preferred properties, or some properties over all scenarios',
    'attune dissect weights --weights fitted_paras_comparison --judges human gpt-4-1106-preview',
    'attune dissect weights --weights weights.jsonl --property "no severe errors" "lengthy"',
  )
    .requiredOption('--weights <path>', 'fitted weights: a folder as published, or what dissect fit wrote')
    .option('--judges <names...>', 'only these')
    .option('--scenario <name>', 'only this scenario or subset')
    .option('--property <names...>', 'these properties in each scenario, and their mean')
    .action(run(weights));

async function weights({ result }: CommandContext, options: Options): Promise<void> {
  const read = onlyJudges(await readWeights(options.weights), options.judges);
  if (options.scenario !== undefined && !read.groups.includes(options.scenario)) {
    throw new UsageError(`--scenario ${options.scenario}: there are weights only of ${read.groups.join(', ')}.`);
  }
  const groups = options.scenario === undefined ? read.groups : [options.scenario];
  const explained = 'P: how likely, in percent, a response is preferred that is better in this property alone.';
  if (options.property) {
    const over = options.scenario === undefined ? commonScenarios(read, standardScenarios()) : groups;
    const means = options.property.map((name) => degreesOf(read, name, over));
    return result({ over, properties: means }, [...means.map((one) => degreeTable(one, over)), explained].join('\n\n'));
  }
  const fits = read.judges.flatMap((judge) =>
    groups.flatMap((group) => {
      const fit = read.at(judge, group);
      return fit ? [{ judge, group, ...extremes(read.names, fit.mean), degrees: fit.mean.map(degree) }] : [];
    }),
  );
  result({ properties: read.names, fits }, `${rankTable(fits)}\n\n${explained}`);
}

function degreesOf(read: WeightTable, name: string, over: readonly string[]) {
  const place = read.names.indexOf(name);
  if (place < 0) throw new UsageError(`--property ${name}: there are weights only of ${read.names.join(', ')}.`);
  const judges = read.judges.map((judge) => {
    const degrees = over.map((group) => degree(read.at(judge, group)!.mean[place]!));
    return { judge, mean: degrees.reduce((a, b) => a + b, 0) / degrees.length, degrees };
  });
  return { name, judges };
}

const degreeTable = ({ name, judges }: ReturnType<typeof degreesOf>, over: readonly string[]): string =>
  table(
    [`P of ${name}`, 'mean', ...over],
    judges.map(({ judge, mean, degrees }) => [judge, mean.toFixed(2), ...degrees.map(oneDecimal)]),
  );

interface Fit {
  readonly judge: string;
  readonly group: string;
  readonly top: readonly Ranked[];
  readonly bottom: readonly Ranked[];
}

function rankTable(fits: readonly Fit[]): string {
  const shown = (ranked: readonly Ranked[]) =>
    ranked.map(({ name, weight }) => `${name} ${oneDecimal(degree(weight))}`).join(', ');
  return table(
    ['judge', 'group', 'most preferred, P', 'least preferred, P'],
    fits.map(({ judge, group, top, bottom }) => [judge, group, shown(top), shown(bottom)]),
  );
}
