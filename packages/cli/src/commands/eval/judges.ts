import {
  type Comparison,
  type IsOwn,
  judgesReport,
  type Match,
  readComparisons,
  readJudgeResults,
  sameFamily,
  writeTable,
} from '@attune/preferences';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type CommandContext, command, run } from '../../command.ts';
import { judgesPage } from '../../report/judgesPage.ts';
import { writeWhole } from '../../run/durable.ts';
import { onError, type Options as ReadOptions, tellLeftOut, tellSkipped } from '../data/common.ts';
import { judgeRow, judgesText } from './judgesText.ts';
import { checkOutputs, withTableOut } from './shared.ts';

interface Options extends ReadOptions {
  readonly data: readonly string[];
  readonly people?: readonly string[];
  readonly items?: string;
  readonly match: Match;
  readonly own?: ReadonlyMap<string, ReadonlySet<string>>;
  readonly out?: string;
  readonly report?: string;
}

/** `attune eval judges`: how far each judge may be believed. */
export const judgesCommand = (): Command =>
  withTableOut(
    command(
      'judges',
      'How far judges agree with people, and what sways them: position, length, their own family',
      'attune eval judges --data judged.jsonl --people votes.jsonl',
      'attune eval judges --data GPT-4.CoT.result.jsonl.gz --people dataset.json.gz',
      'attune eval judges --data judged.jsonl --own our-judge=our-sft our-judge=our-dpo',
    ),
  )
    .requiredOption('--data <files...>', 'comparisons by judges, or verdicts of LLMBar, JudgeBench or PandaLM')
    .option('--people <files...>', 'comparisons by people, or whose choices are right, of the same responses')
    .option('--items <file>', 'what verdicts without texts are about (default: the first file of --people)')
    .addOption(
      new Option('--match <what>', 'two responses are the same by their words, or by their ids')
        .choices(['content', 'ids'])
        .default('content'),
    )
    .addOption(
      new Option(
        '--own <judge=source...>',
        "sources that are a judge's own (default: those of the same maker)",
      ).argParser(ownSources),
    )
    .option('--report <file>', 'also as a page with plots (.html)')
    .addOption(onError())
    .addHelpText('after', '\nWhat each number is: docs/judging.md.')
    .action(run(judges));

/** `judge=source`, given as often as needed. */
function ownSources(
  text: string,
  earlier: ReadonlyMap<string, ReadonlySet<string>> = new Map(),
): Map<string, ReadonlySet<string>> {
  const at = text.indexOf('=');
  if (at <= 0 || at === text.length - 1) throw new InvalidArgumentError('Expected judge=source.');
  const [judge, source] = [text.slice(0, at), text.slice(at + 1)];
  return new Map(earlier).set(judge, new Set([...(earlier.get(judge) ?? []), source]));
}

async function judges({ say, result }: CommandContext, options: Options): Promise<void> {
  checkOutputs(options);
  const plain = async (path: string): Promise<Comparison[]> => {
    const { comparisons, ...provenance } = await readComparisons(path, options);
    tellLeftOut(say, path, provenance);
    return comparisons;
  };
  const byPeople: Comparison[][] = [];
  for (const path of options.people ?? []) byPeople.push(await plain(path));
  const items = options.items === undefined ? (byPeople[0] ?? []) : await plain(options.items);
  const comparisons: Comparison[] = [];
  for (const path of options.data) {
    const results = await readJudgeResults(path, { items, onError: options.onError });
    if (results) tellSkipped(say, path, results);
    comparisons.push(...(results?.comparisons ?? (await plain(path))));
  }
  const report = judgesReport(comparisons, {
    people: byPeople.flat(),
    match: options.match,
    isOwn: isOwnOf(options.own),
  });
  if (options.out !== undefined) await writeTable(options.out, report.judges.map(judgeRow));
  if (options.report !== undefined) {
    writeWhole(options.report, judgesPage(report, [...options.data, ...(options.people ?? [])]));
  }
  result({ data: options.data, match: options.match, ...report }, judgesText(report));
}

/** What was said of a judge is all that is its own; of the others names tell. */
const isOwnOf =
  (own: Options['own']): IsOwn =>
  (judge, source) =>
    own?.get(judge)?.has(source) ?? sameFamily(judge, source);
