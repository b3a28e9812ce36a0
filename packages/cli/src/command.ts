import { Command, InvalidArgumentError } from 'commander';
import { onInterrupt } from './interrupt.ts';

/** What every command is handed before its own arguments. */
export interface CommandContext {
  /** Whether stdout is read by a program (`--json`). */
  readonly json: boolean;
  /**
   * Aborts at the first Ctrl-C (or SIGTERM); the second one kills. Reading it is a promise to heed it: a command that
   * never reads it dies at the first Ctrl-C as any program does.
   */
  readonly signal: AbortSignal;
  /** Tells people something while the work goes on: one line on stderr. */
  say(line: string): void;
  /** The command's result, on stdout: `value` as one line of JSON with `--json`, else `text` for people. */
  result(value: unknown, text: string): void;
}

/**
 * A command with `--json` and an example under its `--help`. Its work is added with `.action(run(...))`.
 *
 *   command('check', 'Look for broken lines', 'attune data check pairs.jsonl')
 *     .argument('<file>', 'preference pairs')
 *     .action(run(async ({ result }, file: string) => { ... }));
 */
export const command = (name: string, summary: string, ...examples: string[]): Command =>
  new Command(name)
    .description(summary)
    .option('--json', 'print the result as JSON on stdout; everything else goes to stderr')
    .addHelpText(
      'after',
      `\n${examples.length > 1 ? 'Examples' : 'Example'}:\n${examples.map((e) => `  $ ${e}`).join('\n')}`,
    );

/** A command that only holds others: `attune data …`. */
export function group(name: string, summary: string, example: string, commands: readonly Command[]): Command {
  const holder = new Command(name).description(summary).addHelpText('after', `\nExample:\n  $ ${example}`);
  for (const inner of commands) holder.addCommand(inner);
  return holder;
}

/** Adapts `work(context, ...arguments, options)` to what commander calls. */
export const run =
  <Arguments extends unknown[]>(work: (context: CommandContext, ...args: Arguments) => Promise<void> | void) =>
  (...args: [...Arguments, Command]): Promise<void> | void => {
    const self = args.at(-1) as Command;
    return work(contextOf(self.opts().json === true), ...(args.slice(0, -1) as Arguments));
  };

function contextOf(json: boolean): CommandContext {
  return {
    json,
    get signal() {
      return onInterrupt();
    },
    say: (line) => void process.stderr.write(`${line}\n`),
    result: (value, text) => void process.stdout.write(json ? `${JSON.stringify(value)}\n` : `${text.trimEnd()}\n`),
  };
}

/** For `--set key=value`, given as often as needed: `.option('--set <key=value>', '…', collect)`. */
export const collect = (value: string, earlier: readonly string[] = []): string[] => [...earlier, value];

/** An option or argument that must be a whole number of at least `least`. */
export const wholeNumber =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (/^[+-]?\d+$/.test(text.trim()) && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`Expected a whole number of at least ${least}.`);
  };

/** An option or argument that must be a number from `least` to `most`. */
export const number =
  (least = -Infinity, most = Infinity) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isFinite(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a number${rangeText(least, most)}.`);
  };

function rangeText(least: number, most: number): string {
  if (least === -Infinity) return most === Infinity ? '' : ` of at most ${most}`;
  return most === Infinity ? ` of at least ${least}` : ` from ${least} to ${most}`;
}
