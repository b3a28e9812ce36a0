import type { Command } from 'commander';
import { group } from '../../command.ts';
import { curvesCommand } from './curves.ts';
import { humanCommand } from './human.ts';
import { lengthsCommand } from './lengths.ts';
import { rmAccuracyCommand } from './rmAccuracy.ts';
import { winrateCommand } from './winrate.ts';

/** `attune eval …`: one file per command. What needs libtorch imports it when it runs, so that the others do without. */
export const evalCommand = (): Command =>
  group('eval', 'Tables that say how good a model is, with intervals', 'attune eval winrate --data comparisons.jsonl', [
    winrateCommand(),
    humanCommand(),
    lengthsCommand(),
    rmAccuracyCommand(),
    curvesCommand(),
  ]);
