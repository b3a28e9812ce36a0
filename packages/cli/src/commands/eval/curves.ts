import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type CommandContext, collect, command, run } from '../../command.ts';
import { UsageError } from '../../errors.ts';
import { checkOutFile } from '../../models/outFile.ts';
import { comparisonReport } from '../../report/comparisonReport.ts';
import { writeWhole } from '../../run/durable.ts';

interface Options {
  readonly run: readonly string[];
  readonly key: readonly string[];
  readonly out: string;
}

/** What tells most about a run of each kind: what it is after, and what that costs. */
const usualKeys = [
  'objective/reference_reward',
  'eval_objective/reference_reward',
  'objective/kl',
  'eval_objective/kl',
  'completions/mean_length',
  'advantages/std',
  'loss',
  'eval_loss',
  'eval_accuracy',
  'eval_rewards/accuracies',
];

/** `attune eval curves`: runs over each other, on a page. */
export const curvesCommand = (): Command =>
  command(
    'curves',
    'The curves of several runs over each other, as a page',
    'attune eval curves --run with=runs/with --run without=runs/without --out compared.html',
    'attune eval curves --run with=runs/with-1 --run with=runs/with-2 --run without=runs/without --out compared.html --key objective/kl',
  )
    .requiredOption(
      '--run <name=folder>',
      'a run; runs of one name are one curve with the spread of their seeds',
      collect,
    )
    .option('--key <key>', 'of metrics.jsonl; as often as needed (default: those that tell most)', collect)
    .requiredOption('--out <file>', 'the page (.html)')
    .action(run(curves));

async function curves({ result }: CommandContext, { run: given, key: keys = usualKeys, out }: Options): Promise<void> {
  checkOutFile(out);
  const runs = given.map(namedRun);
  const names = [...new Set(runs.map(({ name }) => name))].join(', ');
  writeWhole(out, comparisonReport({ title: names, lead: `${runs.length} runs`, runs, keys }));
  result({ out, runs }, out);
}

/** @throws UsageError where there is no name, or no run */
function namedRun(given: string): { name: string; folder: string } {
  const [name, ...path] = given.split('=');
  const folder = path.join('=');
  if (!name || !folder) throw new UsageError(`--run ${given} is not of the form name=folder.`);
  if (existsSync(join(folder, 'metrics.jsonl'))) return { name, folder };
  throw new UsageError(`--run ${given}: ${folder} is no run folder, it has no metrics.jsonl.`);
}
