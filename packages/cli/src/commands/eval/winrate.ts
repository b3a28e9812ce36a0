import { DataError, readWins, winRate } from '@attune/preferences';
import type { Command } from 'commander';
import { type CommandContext, command, run } from '../../command.ts';
import { formatCount } from '../../terminal/format.ts';
import { table } from '../../terminal/table.ts';
import { type ContestOptions, intervalText, oneDecimal, tellOutside, withContest } from './shared.ts';

/** `attune eval winrate`: how often one system's responses are preferred to another's. */
export const winrateCommand = (): Command =>
  withContest(
    command(
      'winrate',
      "How often a system's responses are preferred",
      'attune eval winrate --data comparisons.jsonl',
      'attune eval winrate --data comparisons.jsonl --system ppo --against sft',
    ),
  )
    .addHelpText('after', "\nAlpacaEval's annotations count by how sure the judge was. Ties are half wins.")
    .action(run(winrate));

async function winrate({ say, result }: CommandContext, { data, ...options }: ContestOptions): Promise<void> {
  const { system, against, probabilities, skips, others, skipped, unit } = await readWins(data, options);
  if (skipped.length > 0) say(new DataError(data, skipped, { unit }).message);
  tellOutside(say, data, { skips, others });
  const rate = winRate(probabilities);
  const row = [
    system,
    against.join(', '),
    `${oneDecimal(rate.winRate)} %`,
    intervalText(rate.interval, oneDecimal),
    rate.standardError === undefined ? '' : oneDecimal(rate.standardError),
    ...[rate.wins, rate.ties, rate.losses, rate.n].map(formatCount),
  ];
  result(
    { data, system, against, ...rate, skips, others, skipped },
    table(['system', 'against', 'win rate', '95 % interval', 's.e.', 'wins', 'ties', 'losses', 'n'], [row]),
  );
}
