import { type Command, Option } from 'commander';
import { wholeNumber } from '../command.ts';

/** Adds `--device`, `--dtype` and `--threads`: what `kindOf` reads. */
export const withHardware = (command: Command): Command =>
  command
    .addOption(
      new Option('--device <device>', 'where it runs; auto takes the fastest there is')
        .choices(['auto', 'cpu', 'cuda', 'mps'])
        .default('auto'),
    )
    .addOption(
      new Option('--dtype <dtype>', 'number type to compute in').choices(['float32', 'bfloat16']).default('float32'),
    )
    .option('--threads <n>', 'processor threads (default: one for each core)', wholeNumber(1));
