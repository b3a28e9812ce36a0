import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { command, run, wholeNumber } from '../command.ts';
import { demoData } from '../demo/demoData.ts';
import { bundled, type DemoOptions, journey } from '../demo/journey.ts';
import { demoReport } from '../report/demoReport.ts';
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
    .option('--prompts <n>', 'prompts to learn from', wholeNumber(1), 400)
    .option('--held-out <n>', 'prompts to compare on', wholeNumber(1), 200)
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
        const { winRate, heldOutAccuracy, kl, lengths } = data;
        context.result({ report, winRate, heldOutAccuracy, kl }, `\n${summary(data, lengths)}\n\nreport  ${report}`);
      }),
    );

function summary(
  { winRate, heldOutAccuracy, kl }: ReturnType<typeof demoData>,
  lengths: { before: readonly number[]; after: readonly number[] },
): string {
  const range = (low: number, high: number, format: (value: number) => string) => `${format(low)} – ${format(high)}`;
  const nats = (value: number) => formatNumber(value, 3);
  return table(
    ['held-out prompts', '', '95 % interval', 'n'],
    [
      [
        'win rate against the start (ties half)',
        formatShare(winRate.value),
        range(winRate.low, winRate.high, formatShare),
        String(winRate.n),
      ],
      [
        'pairs ranked as the annotator chose',
        formatShare(heldOutAccuracy.value),
        range(heldOutAccuracy.low, heldOutAccuracy.high, formatShare),
        String(heldOutAccuracy.n),
      ],
      ['KL from the start, nats per response', nats(kl.value), range(kl.low, kl.high, nats), String(kl.n)],
      [
        'median length, tokens: before → after',
        `${median(lengths.before)} → ${median(lengths.after)}`,
        '',
        String(lengths.after.length),
      ],
    ],
  );
}
