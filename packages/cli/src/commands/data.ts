import {
  type Content,
  type Count,
  checkLeak,
  checkPairs,
  checkPrompts,
  contentStats,
  DataError,
  type Finding,
  type Kind,
  type Lengths,
  type Located,
  type Provenance,
  pairStats,
  readRecords,
  recogniseKind,
  type Summary,
  type Text,
  writeRecords,
} from '@attune/preferences';
import { type Command, Option } from 'commander';
import { type CommandContext, command, group, run } from '../command.ts';
import { table } from '../terminal/table.ts';

interface Options {
  readonly onError: 'fail' | 'skip';
}

const onError = () =>
  new Option('--on-error <what>', 'lines that cannot be used: stop and list them, or go on without them')
    .choices(['fail', 'skip'])
    .default('fail');

/** `attune data …`: what there is to know and do about preference data before training. */
export function dataCommand(): Command {
  const kinds: readonly Kind[] = ['pairs', 'comparisons', 'prompts', 'unpaired', 'texts'];
  return group('data', 'Everything about preference data before training', 'attune data stats pairs.jsonl', [
    command(
      'stats',
      'Count and measure a data file of any known format',
      'attune data stats pairs.jsonl',
      'attune data stats pairs.jsonl --tokenizer models/SmolLM2-135M-Instruct',
    )
      .argument('<file>', 'pairs, comparisons, prompts, labelled responses or texts')
      .option('--tokenizer <folder>', "count tokens too: those of the texts, without a chat template's own")
      .addOption(onError())
      .action(run(stats)),
    command(
      'check',
      'Look for what makes data teach the wrong thing; with several files, also for prompts they share',
      'attune data check train.jsonl test.jsonl',
    )
      .argument('<files...>', 'pairs, comparisons or prompts')
      .addOption(onError())
      .addHelpText('after', '\nExits with 2 when a prompt stands in more than one of the files.')
      .action(run(check)),
    command(
      'convert',
      'Write a data file of any known format as one of ours',
      'attune data convert hh-rlhf.jsonl.gz pairs.parquet',
      'attune data convert arena.parquet prompts.jsonl --to prompts',
    )
      .argument('<in>', 'a file of any known format; what it is, its content says')
      .argument('<out>', 'where to write; .parquet, .json or .jsonl, the last two also with .gz')
      .addOption(new Option('--to <kind>', 'what to write (default: what the file holds)').choices(kinds))
      .addOption(onError())
      .action(run(convert)),
  ]);
}

async function stats(
  { say, result }: CommandContext,
  file: string,
  { tokenizer, ...options }: Options & { readonly tokenizer?: string },
): Promise<void> {
  const kind = await recogniseKind(file);
  const count = tokenizer === undefined ? undefined : await tokenCounter(tokenizer);
  if (kind === 'pairs' || kind === 'comparisons') {
    const read = await readRecords('pairs', file, options);
    tellLeftOut(say, file, read);
    const numbers = pairStats(read.records, count);
    const text = [
      `${file}: ${numbers.pairs} pairs (${read.format}) with ${numbers.prompts} different prompts`,
      lengthTable({ prompt: numbers.prompt, chosen: numbers.chosen, rejected: numbers.rejected }),
      `Turns of the user per prompt: ${shown(numbers.turns.mean)} on average, ${numbers.turns.max} at most.`,
      `The chosen response is the longer one in ${shown(100 * numbers.chosenLonger)} % of pairs (equal lengths count half).`,
      `Repeated pairs: ${numbers.duplicates}. Identical responses: ${numbers.identical}. With an empty response: ${numbers.empty}.`,
    ];
    return result({ file, kind, ...numbers, ...accountOf(read) }, text.join('\n\n'));
  }
  const { read, parts } = await contentsOf(file, kind, options);
  tellLeftOut(say, file, read);
  const numbers = Object.fromEntries(
    Object.entries(parts).map(([name, contents]) => [name, contentStats(contents, count)]),
  );
  const head = `${file}: ${read.lines.length} ${kind === 'unpaired' ? 'labelled responses' : kind} (${read.format})`;
  result(
    { file, kind, records: read.lines.length, ...numbers, ...accountOf(read) },
    `${head}\n\n${lengthTable(numbers)}`,
  );
}

async function tokenCounter(folder: string): Promise<Count> {
  const { Tokenizer } = await import('@attune/align'); // which nothing else here needs
  const tokenizer = await Tokenizer.load(folder);
  return (text) => tokenizer.encode(text, { addSpecialTokens: false }).length;
}

async function contentsOf(
  file: string,
  kind: 'prompts' | 'unpaired' | 'texts',
  options: Options,
): Promise<{ read: Provenance; parts: Record<string, Content[]> }> {
  if (kind === 'prompts') {
    const read = await readRecords('prompts', file, options);
    return { read, parts: { prompt: read.records.map(({ prompt }) => prompt) } };
  }
  if (kind === 'texts') {
    const read = await readRecords('texts', file, options);
    return { read, parts: { text: read.records.map(whole) } };
  }
  const read = await readRecords('unpaired', file, options);
  const labelled = (wanted: boolean) =>
    read.records.filter(({ label }) => label === wanted).map(({ completion }) => completion);
  const prompts = read.records.map(({ prompt }) => prompt);
  return { read, parts: { prompt: prompts, wanted: labelled(true), unwanted: labelled(false) } };
}

function whole(text: Text): Content {
  if ('text' in text) return text.text;
  if ('messages' in text) return text.messages;
  const { prompt, completion } = text;
  return typeof prompt === 'string' || typeof completion === 'string'
    ? `${prompt}${completion}`
    : [...prompt, ...completion];
}

async function check({ say, result }: CommandContext, files: readonly string[], options: Options): Promise<void> {
  const checked: { file: string; prompts: Located<Content>; findings: Finding[] }[] = [];
  for (const file of files) checked.push({ file, ...(await checkFile(say, file, options)) });
  const leaks = checked.flatMap((held, i) =>
    checked
      .slice(0, i)
      .flatMap((earlier) => checkLeak({ name: held.file, ...held.prompts }, { name: earlier.file, ...earlier.prompts }))
      .map((finding) => ({ file: held.file, ...finding })),
  );
  const findings = [...leaks, ...checked.flatMap(({ file, findings }) => findings.map((f) => ({ file, ...f })))];
  const counts = checked.map(({ file, prompts }) => ({ file, records: prompts.lines.length }));
  const summary = counts.map(({ file, records }) => `${file}: ${records} records`).join('\n');
  const text = findings.map(findingText).join('\n\n') || 'Nothing found.';
  result({ files: counts, findings }, `${summary}\n\n${text}`);
  const [leak] = leaks;
  if (leak) throw new DataError(leak.file, `${leak.message} (${leak.count} in all). ${leak.remedy}`);
}

async function checkFile(
  say: (line: string) => void,
  file: string,
  options: Options,
): Promise<{ prompts: Located<Content>; findings: Finding[] }> {
  const kind = await recogniseKind(file);
  if (kind === 'prompts') {
    const read = await readRecords('prompts', file, options);
    tellLeftOut(say, file, read);
    const prompts = { records: read.records.map(({ prompt }) => prompt), lines: read.lines };
    return { prompts, findings: checkPrompts(prompts) };
  }
  if (kind !== 'pairs' && kind !== 'comparisons') {
    throw new DataError(file, `holds ${kind}; pairs, comparisons or prompts can be checked.`);
  }
  const read = await readRecords('pairs', file, options);
  tellLeftOut(say, file, read);
  const prompts = { records: read.records.map(({ prompt }) => prompt), lines: read.lines };
  return { prompts, findings: checkPairs({ records: read.records, lines: read.lines }) };
}

function findingText({ file, level, count, message, examples, remedy }: Finding & { file: string }): string {
  const more = count > examples.length ? ', …' : '';
  return `${level}  ${file}: ${count} × ${message} (line ${examples.join(', ')}${more})\n  ${remedy}`;
}

async function convert(
  { say, result }: CommandContext,
  from: string,
  to: string,
  options: Options & { readonly to?: Kind },
): Promise<void> {
  const kind = options.to ?? (await recogniseKind(from));
  const read = await readRecords(kind, from, options);
  tellLeftOut(say, from, read);
  await writeRecords(to, read.records);
  result(
    { in: from, out: to, kind, records: read.records.length, ...accountOf(read) },
    `Wrote ${read.records.length} ${kind === 'unpaired' ? 'labelled responses' : kind} to ${to}.`,
  );
}

/** What did not come along, for programs. */
const accountOf = ({ format, skipped, ties, skips, ignored }: Provenance) => ({
  format,
  skipped,
  ties,
  skips,
  ignored,
});

/** What did not come along, for people: nothing is dropped silently. */
function tellLeftOut(say: (line: string) => void, file: string, read: Provenance): void {
  if (read.skipped.length > 0) say(new DataError(file, read.skipped, { unit: read.unit }).message);
  if (read.ties > 0) say(`${file}: ${read.ties} ties give no record here.`);
  if (read.skips > 0) say(`${file}: ${read.skips} rows that nobody decided give no record here.`);
  const ignored = Object.entries(read.ignored).map(([field, count]) => `${field} (${count})`);
  if (ignored.length > 0) say(`${file}: fields not used: ${ignored.join(', ')}.`);
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

const shown = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(1));
