import {
  type Content,
  DataError,
  Messages,
  type Problem,
  readAs,
  readWeights,
  type ScenarioSet,
  type Steering,
  scenarioOf,
  standardScenarios,
  steering,
  toMessages,
  type WeightTable,
  weightsOf,
  weightsOfSample,
  writeRecords,
} from '@attune/preferences';
import type { Command } from 'commander';
import { z } from 'zod';
import { type CommandContext, command, run, wholeNumber } from '../../command.ts';
import { UsageError } from '../../errors.ts';
import { checkOutFile } from '../../models/outFile.ts';
import { formatCount } from '../../terminal/format.ts';
import { checkJudge, propertiesIn } from './featured.ts';

interface Options {
  readonly weights: string;
  readonly judge: string;
  readonly scenario?: string;
  readonly least?: true;
  readonly count: number;
  readonly prompts?: string;
  readonly out?: string;
  readonly properties?: string;
}

/** `attune dissect steer`: ask a model for what a judge likes. */
export const steerCommand = (): Command =>
  command(
    'steer',
    'A system message that asks a model for what a judge prefers most, or least',
    'attune dissect steer --weights fitted_paras_comparison --judge human --scenario Communication',
    'attune dissect steer --weights weights.jsonl --judge gpt-4 --least --prompts prompts.jsonl --out steered.jsonl',
  )
    .requiredOption('--weights <path>', 'fitted weights: a folder as published, or what dissect fit wrote')
    .requiredOption('--judge <name>', 'whose preference')
    .option('--scenario <name>', 'as fitted in this group (default: each prompt by its own group or scenario)')
    .option('--least', 'what the judge prefers least')
    .option('--count <n>', 'how many properties are asked for', wholeNumber(1), 3)
    .option('--prompts <file>', 'write these prompts anew, each with its system message')
    .option('--out <file>', 'where they go (.jsonl), for attune generate')
    .option('--properties <file>', 'a property set of your own (default: the 29 of the published study)')
    .action(run(steer));

async function steer({ result }: CommandContext, options: Options): Promise<void> {
  const { judge, scenario, prompts, out } = options;
  if ((prompts === undefined) !== (out === undefined)) throw new UsageError('--prompts and --out belong together.');
  if (out !== undefined) checkOutFile(out);
  const set = propertiesIn(options.properties);
  const weights = await readWeights(options.weights, { properties: set });
  checkJudge(options, weights);
  const messageIn = (group: string): Steering =>
    steering(set, weights.names, weightsOf(weights, judge, group), {
      end: options.least ? 'least' : 'most',
      count: options.count,
    });
  if (prompts === undefined) {
    const group = scenario ?? onlyGroup(weights, judge);
    const message = messageIn(group);
    return result(message, message.message);
  }
  const { lines, groups } = await steered(prompts, weights, options, messageIn);
  await writeRecords(out!, lines);
  const counted = [...groups].map(([group, count]) => `${group} ${formatCount(count)}`).join(', ');
  result(
    { out, prompts: lines.length, groups: Object.fromEntries(groups) },
    `${out}: ${formatCount(lines.length)} prompts with a system message, by group: ${counted}`,
  );
}

function onlyGroup(weights: WeightTable, judge: string): string {
  const groups = weights.groups.filter((group) => weights.at(judge, group));
  if (groups.length === 1) return groups[0]!;
  throw new UsageError(`${judge} has weights of ${groups.join(', ')}. Choose with --scenario.`);
}

const Line = z.object({
  id: z.union([z.string(), z.number()]).optional(),
  prompt: z.union([z.string(), Messages]),
  scenario: z.string().optional(),
  group: z.string().optional(),
});

const needs = 'Each line needs prompt, and without --scenario its group or scenario.';

/** The prompts with their system messages, and how many there are of each group. */
async function steered(
  file: string,
  weights: WeightTable,
  { judge, scenario: chosen }: Options,
  messageIn: (group: string) => Steering,
) {
  const { records, lines: places, unit } = await readAs(Line, file, needs);
  const messages = new Map<string, string>();
  const groups = new Map<string, number>();
  const problems: Problem[] = [];
  const lines = records.flatMap(({ id, prompt, scenario, group }, i) => {
    const own = chosen ?? group ?? groupNamed(standardScenarios(), scenario);
    const used = weightsOfSample(weights, judge, own === undefined ? [] : [own])?.group;
    if (used === undefined) {
      problems.push({ line: places[i]!, message: `${judge} has no weights of ${own ?? 'a group that is not told'}` });
      return [];
    }
    const message = messages.get(used) ?? messageIn(used).message;
    messages.set(used, message);
    groups.set(used, (groups.get(used) ?? 0) + 1);
    return [{ ...(id !== undefined && { id: String(id) }), prompt: withSystem(message, prompt) }];
  });
  if (problems.length > 0) throw new DataError(file, problems, { needs, unit });
  return { lines, groups };
}

const groupNamed = (set: ScenarioSet, name: string | undefined): string | undefined =>
  name === undefined ? undefined : scenarioOf(set, name);

/** Before what the prompt's own system message says. */
function withSystem(message: string, prompt: Content) {
  const [first, ...rest] = toMessages(prompt, 'user');
  const system = (content: string) => ({ role: 'system' as const, content });
  return first!.role === 'system'
    ? [system(`${message}\n\n${first!.content}`), ...rest]
    : [system(message), first!, ...rest];
}
