import {
  DataError,
  type LengthEstimates,
  type ResponseLengths,
  readAs,
  readComparisons,
  recogniseKind,
  reportedLengthOrder,
  responseLengths,
  responsesBySystem,
} from '@attune/preferences';
import type { Command } from 'commander';
import { z } from 'zod';
import { type CommandContext, command, run, wholeNumber } from '../../command.ts';
import { formatCount, intervalText, oneDecimal } from '../../terminal/format.ts';
import { table } from '../../terminal/table.ts';
import { counterOf, onError, type Options as ReadOptions, tellLeftOut } from '../data/common.ts';

interface Options extends ReadOptions {
  readonly data: readonly string[];
  readonly tokenizer?: string;
  readonly seed: number;
}

/** `attune eval lengths`: how long the responses of systems are. */
export const lengthsCommand = (): Command =>
  command(
    'lengths',
    'How long the responses of each system are',
    'attune eval lengths --data comparisons.jsonl',
    'attune eval lengths --data sft.jsonl ppo.jsonl dpo.jsonl --tokenizer models/SmolLM2-135M-Instruct',
  )
    .requiredOption('--data <files...>', 'comparisons, or what attune generate wrote, then named by their file')
    .option('--tokenizer <folder>', 'count tokens too')
    .option('--seed <n>', 'of the bootstrap that the intervals are from', wholeNumber(0), 0)
    .addOption(onError())
    .action(run(lengths));

async function lengths({ say, result }: CommandContext, options: Options): Promise<void> {
  const systems = new Map<string, string[]>();
  for (const file of options.data) {
    for (const [name, texts] of await responsesIn(file, options, say)) {
      systems.set(name, [...(systems.get(name) ?? []), ...texts]);
    }
  }
  const count = options.tokenizer === undefined ? undefined : (await counterOf(options.tokenizer)).count;
  const rows = [...systems].map(([system, texts]) => ({
    system,
    ...responseLengths(texts, { seed: options.seed, ...(count && { count }) }),
  }));
  const [shortest, between, longest] = reportedLengthOrder;
  const reported = `ChatGLM-RLHF reports ${shortest} as the shortest, then ${between}, then ${longest}; its lengths were not to be had.`;
  result({ systems: rows, reportedOrder: reportedLengthOrder }, `${lengthTable(rows)}\n\n${reported}`);
}

/** `{"text"}`, as much of a generated response as is read here. */
const Response = z.object({ text: z.string() });

async function responsesIn(
  file: string,
  options: Options,
  say: (line: string) => void,
): Promise<Map<string, string[]>> {
  if ((await recogniseKind(file)) !== 'comparisons') {
    const { records } = await readAs(Response, file, 'Each line needs text, or has to be a comparison.');
    return new Map([[file.replace(/\.(jsonl|json|parquet)(\.gz)?$/, ''), records.map(({ text }) => text)]]);
  }
  const read = await readComparisons(file, options);
  tellLeftOut(say, file, read);
  const { comparisons } = read;
  const systems = responsesBySystem(comparisons);
  if (systems.size === 0) throw new DataError(file, 'names no system: none of its responses has a source.');
  const unnamed = comparisons.flatMap(({ responses }) => responses.filter(({ source }) => source === undefined)).length;
  if (unnamed > 0) say(`${file}: ${unnamed} responses without a source are not in the table.`);
  return systems;
}

function lengthTable(systems: readonly (ResponseLengths & { readonly system: string })[]): string {
  const row = (system: string, unit: string, n: number, { mean, median, standardDeviation }: LengthEstimates) => [
    system,
    unit,
    oneDecimal(mean.value),
    intervalText(mean.interval, oneDecimal),
    oneDecimal(median.value),
    intervalText(median.interval, oneDecimal),
    standardDeviation === undefined ? '' : oneDecimal(standardDeviation),
    formatCount(n),
  ];
  return table(
    ['system', 'in', 'mean', '95 % interval', 'median', '95 % interval', 's.d.', 'n'],
    systems.flatMap(({ system, n, characters, words, tokens }) => [
      row(system, 'characters', n, characters),
      row('', 'words', n, words),
      ...(tokens ? [row('', 'tokens', n, tokens)] : []),
    ]),
  );
}
