import type { MovedBoundary, Truncation } from '@attune/align';
import { type Command, Option } from 'commander';
import { wholeNumber } from '../command.ts';
import type { Hardware } from '../train/setup.ts';
import { withHardware } from './hardware.ts';

/** What decides which tokens are scored, and on what. */
export interface ScoringOptions extends Hardware {
  readonly maxLength?: number;
  readonly truncationMode: 'refuse' | Truncation;
  readonly movedBoundary: MovedBoundary;
}

/** Adds `--max-length`, `--truncation-mode`, `--moved-boundary` and the hardware's options. */
export const withScoring = (command: Command): Command =>
  withHardware(
    command
      .option('--max-length <n>', 'tokens of prompt and response (default: all the model can read)', wholeNumber(2))
      .addOption(
        new Option('--truncation-mode <what>', 'what becomes of longer ones: an error, left out and counted, or cut')
          .choices(['refuse', 'drop', 'keep_start', 'keep_end'])
          .default('refuse'),
      )
      .addOption(
        new Option('--moved-boundary <what>', 'where a response merges with its prompt into other tokens')
          .choices(['refuse', 'split'])
          .default('refuse'),
      ),
  );
