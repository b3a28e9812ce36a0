import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { command, run, wholeNumber } from '../command.ts';
import { demoData } from '../demo/demoData.ts';
import { bundled, type DemoOptions, journey } from '../demo/journey.ts';
import { type DemoReportData, demoReport } from '../report/demoReport.ts';
import type { Estimate } from '../report/estimate.ts';
import { median } from '../report/histogram.ts';
import { formatNumber, formatShare } from '../terminal/format.ts';
import { table } from '../terminal/table.ts';

interface Options {
  readonly model?: string;
  readonly out: string;
  readonly prompts: number;
  readonly heldOut: number;
  readonly maxNewTokens?: number;
  readonly seed: number;
}

/** `attune demo`: the newcomer's journey. */
export const demoCommand = (): Command =>
  command(
    'demo',
    'Align a small real language model on this machine and open a report of what changed',
    'attune demo',
    'attune demo --model models/SmolLM2-135M-Instruct --prompts 64 --held-out 32 --max-new-tokens 128',
  )
    .option('--model <path>', 'model folder, GGUF file or run (default: the storyteller that comes along)')
    .option('--out <folder>', 'where everything goes', join('runs', 'demo'))
    .option('--prompts <n>', 'prompts to learn from', wholeNumber(2), 300)
    .option('--held-out <n>', 'prompts to compare on', wholeNumber(1), 150)
    .option('--max-new-tokens <n>', 'tokens of a response at most (default: as many as fit, up to 256)', wholeNumber(1))
    .option('--seed <n>', 'decides what is sampled, chosen and shuffled', wholeNumber(0), 42)
    .action(
      run(async (context, { model = bundled, prompts, heldOut, ...given }: Options) => {
        const options: DemoOptions = {
          ...given,
          model,
          prompts: bundled,
          trainPrompts: prompts,
          heldOutPrompts: heldOut,
        };
        const seen = await journey(context, options);
        const data = demoData(seen);
        const report = join(options.out, 'report.html');
        writeFileSync(report, demoReport(data));
        context.result(findings(report, data), `\n${summary(data)}\n\nreport  ${report}`);
      }),
    );

/** The numbers of the report, for machines. Shares are 0 to 1. */
function findings(report: string, { systems, rewardModel, selfLabels }: DemoReportData) {
  return {
    report,
    systems: systems.map(({ name, winRate, sideBySide: { wins, ties, losses }, kl, lengths, pairsRanked }) => ({
      name,
      winRate: { ...winRate, wins, ties, losses },
      kl,
      medianLength: median(lengths),
      ...(pairsRanked && { pairsRanked }),
    })),
    rewardModel: { accuracy: rewardModel.accuracy, lengthCorrelation: rewardModel.lengthCorrelation },
    selfLabels,
  };
}

const range = ({ low, high }: Estimate, format: (value: number) => string) => `${format(low)} – ${format(high)}`;
const nats = (value: number) => formatNumber(value, 3);

/** Every number with its interval and what it is the mean of. */
function summary({ start, systems, rewardModel, selfLabels }: DemoReportData): string {
  const shareRow = (name: string, e: Estimate) => [name, formatShare(e.value), range(e, formatShare), String(e.n)];
  return table(
    ['on held-out prompts', '', '95 % interval', 'n'],
    [
      ...systems.map(({ name, winRate }) => shareRow(`${name}: win rate against the start (ties half)`, winRate)),
      ...systems.map(({ name, kl }) => [
        `${name}: KL from the start, nats per response`,
        nats(kl.value),
        range(kl, nats),
        String(kl.n),
      ]),
      ...systems.flatMap(({ name, pairsRanked }) =>
        pairsRanked ? [shareRow(`${name}: pairs ranked as the annotator chose`, pairsRanked)] : [],
      ),
      shareRow('reward model: pairs ranked as the annotator chose', rewardModel.accuracy),
      ...(selfLabels.right ? [shareRow('SPA: labels of its own that are right', selfLabels.right)] : []),
      ...[{ name: 'start', ...start }, ...systems].map(({ name, lengths }) => [
        `${name}: median length, tokens`,
        formatNumber(median(lengths)),
        '',
        String(lengths.length),
      ]),
    ],
  );
}
