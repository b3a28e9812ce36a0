import type { Command } from 'commander';
import { group } from '../../command.ts';
import { alignbenchCommand } from './alignbench.ts';
import { arenaHardCommand } from './arenaHard.ts';
import { curvesCommand } from './curves.ts';
import { humanCommand } from './human.ts';
import { judgesCommand } from './judges.ts';
import { lcWinrateCommand } from './lcWinrate.ts';
import { leaderboardCommand } from './leaderboard.ts';
import { lengthsCommand } from './lengths.ts';
import { mtBenchCommand } from './mtBench.ts';
import { powerCommand } from './power.ts';
import { rmAccuracyCommand } from './rmAccuracy.ts';
import { winrateCommand } from './winrate.ts';

/** `attune eval …`: one file per command. What needs libtorch imports it when it runs, so that the others do without. */
export const evalCommand = (): Command =>
  group('eval', 'Tables that say how good a model is, with intervals', 'attune eval winrate --data comparisons.jsonl', [
    winrateCommand(),
    lcWinrateCommand(),
    humanCommand(),
    leaderboardCommand(),
    powerCommand(),
    judgesCommand(),
    lengthsCommand(),
    rmAccuracyCommand(),
    alignbenchCommand(),
    mtBenchCommand(),
    arenaHardCommand(),
    curvesCommand(),
  ]);
