import {
  type Content,
  contentStats,
  type Lengths,
  type PairStats,
  pairStats,
  readRecords,
  recogniseKind,
  reportedByChatGlm,
  type Summary,
  type Text,
} from '@attune/preferences';
import type { Command } from 'commander';
import { type CommandContext, command, run } from '../../command.ts';
import { formatCount } from '../../terminal/format.ts';
import { table } from '../../terminal/table.ts';
import {
  type AnyRead,
  accountOf,
  counterOf,
  nounOf,
  type Options,
  onError,
  readAllPairs,
  readAny,
  shown,
} from './common.ts';

/** `attune data stats`: what a data set is like, in numbers. */
export const statsCommand = (): Command =>
  command(
    'stats',
    'Count and measure a data file of any known format',
    'attune data stats pairs.jsonl',
    'attune data stats pairs.jsonl --tokenizer models/SmolLM2-135M-Instruct',
  )
    .argument('<file>', 'pairs, comparisons, prompts, labelled responses or texts')
    .option('--tokenizer <folder>', "count tokens too: those of the texts, without a chat template's own")
    .addOption(onError())
    .action(run(stats));

async function stats(
  context: CommandContext,
  file: string,
  { tokenizer, ...options }: Options & { readonly tokenizer?: string },
): Promise<void> {
  const kind = await recogniseKind(file);
  const count = tokenizer === undefined ? undefined : (await counterOf(tokenizer)).count;
  if (kind === 'pairs' || kind === 'comparisons') {
    const read = await readAllPairs(context.say, file, options);
    const comparisons =
      kind === 'comparisons' ? (await readRecords('comparisons', file, options)).records.length : undefined;
    const numbers = pairStats(read.records, count);
    return context.result(
      { file, kind, comparisons, ...numbers, reported: reportedByChatGlm, ...accountOf(read) },
      pairText(`${file}: ${formatCount(numbers.pairs)} pairs (${read.format})`, numbers, comparisons),
    );
  }
  const read = await readAny(context.say, file, options);
  const numbers = Object.fromEntries(
    Object.entries(contentsOf(read)).map(([name, contents]) => [name, contentStats(contents, count)]),
  );
  context.result(
    { file, kind, records: read.records.length, ...numbers, ...accountOf(read) },
    `${file}: ${formatCount(read.records.length)} ${nounOf(kind)} (${read.format})\n\n${lengthTable(numbers)}`,
  );
}

function pairText(head: string, numbers: PairStats, comparisons: number | undefined): string {
  const { history, prompt, chosen, rejected, response } = numbers;
  return [
    `${head} with ${formatCount(numbers.prompts)} different prompts`,
    lengthTable({ history, prompt, chosen, rejected, response }),
    paperTable(numbers, comparisons),
    `The chosen response is the longer one in ${shown(100 * numbers.chosenLonger)} % of pairs (equal lengths count half).`,
    `Repeated pairs: ${numbers.duplicates}. Identical responses: ${numbers.identical}. With an empty response: ${numbers.empty}.`,
  ].join('\n\n');
}

/** The rows of ChatGLM-RLHF's Table 2, beside its numbers. */
function paperTable({ pairs, turns, history, prompt, response }: PairStats, comparisons: number | undefined): string {
  const tokens = (lengths: Lengths) => (lengths.tokens ? lengths.tokens.mean.toFixed(1) : '–');
  const reported = reportedByChatGlm;
  const rows = [
    ['comparisons', formatCount(comparisons ?? pairs), formatCount(reported.comparisons)],
    ['turns per dialogue', turns.mean.toFixed(1), reported.turns.toFixed(1)],
    ['tokens of history', tokens(history), '–'],
    ['tokens of prompt', tokens(prompt), reported.promptTokens.toFixed(1)],
    ['tokens of response', tokens(response), reported.responseTokens.toFixed(1)],
  ];
  const hint = response.tokens ? '' : '\n--tokenizer counts tokens.';
  return `${table(['mean', 'here', 'ChatGLM-RLHF (reported)'], rows)}${hint}`;
}

function contentsOf(read: AnyRead): Record<string, Content[]> {
  if (read.kind === 'texts') return { text: read.records.map(whole) };
  const prompt = read.records.map((record) => record.prompt);
  if (read.kind !== 'unpaired') return { prompt };
  const labelled = (wanted: boolean) =>
    read.records.filter(({ label }) => label === wanted).map(({ completion }) => completion);
  return { prompt, wanted: labelled(true), unwanted: labelled(false) };
}

function whole(text: Text): Content {
  if ('text' in text) return text.text;
  if ('messages' in text) return text.messages;
  const { prompt, completion } = text;
  return typeof prompt === 'string' || typeof completion === 'string'
    ? `${prompt}${completion}`
    : [...prompt, ...completion];
}

function lengthTable(parts: Readonly<Record<string, Lengths>>): string {
  const row = (name: string, unit: string, { mean, median, p95, max }: Summary) => [
    name,
    unit,
    ...[mean, median, p95, max].map(shown),
  ];
  const rows = Object.entries(parts).flatMap(([name, { characters, words, tokens }]) => [
    row(name, 'characters', characters),
    row(name, 'words', words),
    ...(tokens ? [row(name, 'tokens', tokens)] : []),
  ]);
  return table(['', 'in', 'mean', 'median', '95 %', 'most'], rows);
}
