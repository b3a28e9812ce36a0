import { arenaHardScore, contestOf, DataError, readArenaHard, verdictOf, writeTable } from '@attune/preferences';
import type { Command } from 'commander';
import { type CommandContext, command, run, wholeNumber } from '../../command.ts';
import { formatCount, intervalText, oneDecimal } from '../../terminal/format.ts';
import { table } from '../../terminal/table.ts';
import { checkOutputs, withTableOut } from './shared.ts';

interface Options {
  readonly data: string;
  readonly system?: string;
  readonly against?: string;
  readonly seed: number;
  readonly out?: string;
}

/** `attune eval arena-hard`: the benchmark's score of a system against its baseline. */
export const arenaHardCommand = (): Command =>
  withTableOut(
    command(
      'arena-hard',
      "Arena-Hard's score of a system against a baseline: what is much better counts three times",
      'attune eval arena-hard --data judged.jsonl',
      'attune eval arena-hard --data judged.jsonl --system ours --against baseline',
    ),
  )
    .requiredOption('--data <file>', 'what attune judge --preset arena-hard wrote')
    .option('--system <name>', 'whose score: the source of its responses (default: of two, the one that stands second)')
    .option('--against <name>', 'only comparisons with this system (default: with all others)')
    .option('--seed <n>', 'of the bootstrap that the interval is from', wholeNumber(0), 0)
    .action(run(arenaHard));

async function arenaHard({ say, result }: CommandContext, { data, seed, out, ...asked }: Options): Promise<void> {
  checkOutputs({ out });
  const games = await readArenaHard(data);
  const contest = contestOf(data, asked, games.map(verdictOf));
  const score = arenaHardScore(contest, games, { seed });
  if (!score) throw new DataError(data, `has no question of ${contest.system} that was decided in all its games.`);
  if (score.failures > 0) say(`${data}: ${score.failures} questions with a game that nobody decided count nowhere.`);
  const { interval, ...rest } = score;
  if (out !== undefined) await writeTable(out, [{ ...contest, ...rest, low: interval[0], high: interval[1] }]);
  result(
    { data, ...contest, ...score },
    table(
      ['system', 'score', '95 % interval', 'questions', 'games'],
      [
        [
          contest.system,
          `${oneDecimal(score.score)} %`,
          intervalText(interval, oneDecimal),
          formatCount(score.questions),
          formatCount(score.games),
        ],
      ],
    ),
  );
}
