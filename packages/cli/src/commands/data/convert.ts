import {
  type Comparison,
  comparisonForms,
  consistentComparisons,
  DataError,
  type Form,
  type Kind,
  type Pair,
  type Provenance,
  pairForms,
  pairsFromComparisons,
  readRecords,
  recogniseKind,
  rewritten,
  writeRecords,
} from '@attune/preferences';
import { type Command, Option } from 'commander';
import { type CommandContext, command, run } from '../../command.ts';
import { UsageError } from '../../errors.ts';
import { formatCount } from '../../terminal/format.ts';
import { accountOf, nounOf, type Options, onError, tellLeftOut } from './common.ts';

const kinds: readonly Kind[] = ['pairs', 'comparisons', 'prompts', 'unpaired', 'texts'];
const forms = [...new Set([...Object.keys(pairForms), ...Object.keys(comparisonForms)])];

interface ConvertOptions extends Options {
  readonly to?: Kind;
  readonly as?: string;
}

/** `attune data convert`: the same records in another file, form or kind. */
export const convertCommand = (): Command =>
  command(
    'convert',
    'Write a data file of any known format as another',
    'attune data convert hh-rlhf.jsonl.gz pairs.parquet',
    'attune data convert comparisons.jsonl pairs.jsonl --to pairs',
    'attune data convert pairs.jsonl dialogues.jsonl --as hh-rlhf',
  )
    .argument('<in>', 'a file of any known format; what it is, its content says')
    .argument('<out>', 'where to write; .parquet, .json or .jsonl, the last two also with .gz')
    .addOption(new Option('--to <kind>', 'what to write (default: what the file holds)').choices(kinds))
    .addOption(
      new Option('--as <form>', 'how pairs or comparisons are written (default: our own format)').choices(forms),
    )
    .addOption(onError())
    .addHelpText(
      'after',
      '\nComparisons give pairs once ties and preferences that contradict each other are left out, and counted.\n' +
        'What would not come back whole from another form is an error, or with --on-error skip left out and listed.',
    )
    .action(run(convert));

async function convert(
  { say, result }: CommandContext,
  from: string,
  to: string,
  options: ConvertOptions,
): Promise<void> {
  const held = await recogniseKind(from);
  const kind = options.to ?? held;
  const gathered =
    held === 'comparisons' && kind === 'pairs'
      ? await consistentPairs(say, from, options)
      : await asRead(say, from, kind, options);
  const { rows, problems } = formed(kind, options.as, gathered);
  if (problems.length > 0) {
    const error = new DataError(from, problems, {
      unit: gathered.read.unit,
      needs: '--on-error skip leaves them out and lists them.',
    });
    if (options.onError === 'fail') throw error;
    say(error.message);
  }
  await writeRecords(to, rows);
  result(
    { in: from, out: to, kind, records: rows.length, ...gathered.account, refused: problems },
    `Wrote ${formatCount(rows.length)} ${nounOf(kind)} to ${to}.`,
  );
}

/** Records to write, the line each came from, and what there is to tell about those that are not among them. */
interface Gathered {
  readonly records: readonly object[];
  readonly lines: readonly number[];
  readonly read: Provenance;
  readonly account: object;
}

async function asRead(say: (line: string) => void, file: string, kind: Kind, options: Options): Promise<Gathered> {
  const read = await readRecords(kind, file, options);
  tellLeftOut(say, file, read);
  return { records: read.records, lines: read.lines, read, account: accountOf(read) };
}

async function consistentPairs(say: (line: string) => void, file: string, options: Options): Promise<Gathered> {
  const read = await readRecords('comparisons', file, options);
  tellLeftOut(say, file, read);
  const { comparisons, places, counts } = consistentComparisons(read.records);
  for (const [reason, count] of Object.entries(counts)) {
    if (count > 0) say(`${file}: left out ${formatCount(count)} ${words[reason as keyof typeof counts]}.`);
  }
  const { pairs } = pairsFromComparisons(comparisons);
  const account = { ...accountOf(read), ties: counts.tie, skips: counts.skip, leftOut: counts };
  return { records: pairs, lines: places.map((place) => read.lines[place]!), read, account };
}

const words = {
  tie: 'ties',
  skip: 'comparisons that nobody decided',
  'same response': 'comparisons of a response with itself',
  contradiction: 'comparisons that others contradict',
  cycle: 'comparisons on a cycle of preferences',
} as const;

function formed(kind: Kind, name: string | undefined, { records, lines }: Gathered) {
  if (kind === 'pairs') return rewritten(formOf<Pair>(pairForms, name ?? 'pairs', kind), records as Pair[], lines);
  if (kind === 'comparisons') {
    return rewritten(formOf<Comparison>(comparisonForms, name ?? 'comparisons', kind), records as Comparison[], lines);
  }
  if (name !== undefined)
    throw new UsageError(`--as ${name} is for pairs and comparisons; this writes ${nounOf(kind)}.`);
  return { rows: [...records], problems: [] };
}

function formOf<T>(known: Readonly<Record<string, Form<T>>>, name: string, kind: Kind): Form<T> {
  const form = known[name];
  if (form) return form;
  throw new UsageError(`--as ${name} cannot hold ${kind}. For ${kind} there are ${Object.keys(known).join(', ')}.`);
}
