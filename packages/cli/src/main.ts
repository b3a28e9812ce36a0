import { Command, CommanderError } from 'commander';
import { StoppedError } from './errors.ts';
import { describeError, exitCodeOf, exitCodes } from './exit.ts';
import { version } from './version.ts';

/** Every command: its line in `attune --help`, and where it is. A module is loaded only when its command is called. */
const commands: Record<string, { summary: string; load: () => Promise<Command> }> = {
  doctor: {
    summary: 'What engine, threads, precision and devices are in use, and what to do about what is missing',
    load: async () => (await import('./commands/doctor.ts')).doctorCommand(),
  },
  pull: {
    summary: 'Fetch a model from the Hugging Face hub',
    load: async () => (await import('./commands/pull.ts')).pullCommand(),
  },
  convert: {
    summary: 'Change the format of a model',
    load: async () => (await import('./commands/convert.ts')).convertCommand(),
  },
  export: {
    summary: 'Turn a run into a model folder that others load',
    load: async () => (await import('./commands/export.ts')).exportCommand(),
  },
  generate: {
    summary: 'Sample responses to prompts',
    load: async () => (await import('./commands/generate.ts')).generateCommand(),
  },
  logps: {
    summary: 'Log-probabilities of chosen and rejected responses',
    load: async () => (await import('./commands/logps.ts')).logpsCommand(),
  },
  probe: {
    summary: 'A reward model from a frozen trunk, in one pass over the data',
    load: async () => (await import('./commands/probe.ts')).probeCommand(),
  },
  score: {
    summary: 'Scores of responses by a reward model',
    load: async () => (await import('./commands/score.ts')).scoreCommand(),
  },
  train: {
    summary: 'Train a model: pretrain, sft, reward, dpo, ppo, spa',
    load: async () => (await import('./commands/train.ts')).trainCommand(),
  },
  data: {
    summary: 'Everything about preference data before training',
    load: async () => (await import('./commands/data.ts')).dataCommand(),
  },
  judge: {
    summary: 'Which of two responses a model prefers',
    load: async () => (await import('./commands/judge.ts')).judgeCommand(),
  },
  eval: {
    summary: 'Tables that say how good a model is, with intervals',
    load: async () => (await import('./commands/eval/index.ts')).evalCommand(),
  },
  dissect: {
    summary: 'What people and models prefer, property by property',
    load: async () => (await import('./commands/dissect.ts')).dissectCommand(),
  },
  serve: {
    summary: "A model behind OpenAI's chat completions and completions",
    load: async () => (await import('./commands/serve.ts')).serveCommand(),
  },
  studio: {
    summary: 'Collect preferences, watch training and explore what was learned, in the browser',
    load: async () => (await import('./commands/studio.ts')).studioCommand(),
  },
  demo: {
    summary: 'Align a small real model on this machine and open a report of what changed',
    load: async () => (await import('./commands/demo.ts')).demoCommand(),
  },
};

/** The program with the one command that was called; the others stand in the help by name only. */
async function programFor(called: string | undefined): Promise<Command> {
  const program = new Command('attune')
    .description('Align language models with what people prefer.')
    .version(version())
    .enablePositionalOptions() // an option after a command's name is that command's, also where its parent has one of this name
    .addHelpText('after', '\nExample:\n  $ attune demo\n\nattune <command> --help explains a command.');
  for (const [name, { summary, load }] of Object.entries(commands)) {
    program.addCommand(name === called ? await load() : new Command(name).description(summary));
  }
  return program;
}

/** Makes commander throw instead of ending the process, in every command down the tree. */
function throwing(command: Command): Command {
  command.exitOverride().showHelpAfterError('(--help shows how it is used)');
  command.commands.forEach(throwing);
  return command;
}

/** Runs the command line and gives its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const called = args[0] === 'help' ? args[1] : args[0];
  try {
    await throwing(await programFor(called)).parseAsync(args, { from: 'user' });
    return exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.wrongInput;
    if (error instanceof StoppedError) return exitCodes.failed;
    process.stderr.write(`${describeError(error, { debug: Boolean(process.env.ATTUNE_DEBUG) })}\n`);
    return exitCodeOf(error);
  }
}

if (import.meta.main) {
  // A reader that leaves early (`attune … | head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  process.exitCode = await main(process.argv.slice(2));
}
