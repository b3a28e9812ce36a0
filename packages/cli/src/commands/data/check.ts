import {
  type Content,
  checkComparisons,
  checkLeak,
  checkPairs,
  checkPrompts,
  DataError,
  type Finding,
  type Located,
  type LocatedLeak,
  readRecords,
} from '@attune/preferences';
import type { Command } from 'commander';
import { type CommandContext, collect, command, run } from '../../command.ts';
import { formatCount, formatShare } from '../../terminal/format.ts';
import { firstFew, type Options, onError, promptsOf, readAny } from './common.ts';

/** `attune data check`: what makes data teach the wrong thing, and prompts that stand where they are to be tested. */
export const checkCommand = (): Command =>
  command(
    'check',
    'Look for what makes data teach the wrong thing, and for prompts that a test set has too',
    'attune data check train.jsonl --against test.jsonl',
  )
    .argument('<files...>', 'pairs, comparisons or prompts; of several, none may share a prompt')
    .option('--against <file>', 'held-out data of any kind that must share no prompt; may be given again', collect)
    .addOption(onError())
    .addHelpText(
      'after',
      '\nExits with 2 when a prompt, or one that nearly repeats it, stands in more than one of the files.',
    )
    .action(run(check));

type Prompts = Located<Content> & { readonly name: string };

/** A leak, and between which files. `of` is the file (and line) that was looked through for the prompt. */
interface FileLeak extends Omit<LocatedLeak, 'other'> {
  readonly file: string;
  readonly of: { readonly file: string; readonly line: number };
}

async function check(
  { say, result }: CommandContext,
  files: readonly string[],
  { against = [], ...options }: Options & { readonly against?: readonly string[] },
): Promise<void> {
  const findings: (Finding & { file: string })[] = [];
  const checked: Prompts[] = [];
  for (const file of files) {
    const { prompts, found } = await checkFile(say, file, options);
    checked.push({ name: file, ...prompts });
    findings.push(...found.map((finding) => ({ file, ...finding })));
  }
  const held: Prompts[] = [];
  for (const file of against) held.push({ name: file, ...(await promptsIn(say, file, options)) });

  const leaked = filePairs(checked, held).map(([later, earlier]) => leaksBetween(later, earlier));
  const leaks = leaked.flatMap((each) => each.leaks);
  const shared = leaked.flatMap((each) => each.findings);
  const counts = checked.map(({ name, lines }) => ({ file: name, records: lines.length }));
  const summary = counts.map(({ file, records }) => `${file}: ${formatCount(records)} records`);
  const told = [...shared.map(findingText), ...leakLines(leaks), ...findings.map(findingText)];
  const text = [summary.join('\n'), ...(told.length > 0 ? told : ['Nothing found.'])].join('\n\n');
  result({ files: counts, findings: [...shared, ...findings], leaks }, text);
  if (leaks.length > 0) throw leakError(leaks);
}

/** Which files are held against which: each checked one against those before it, each held-out one against all. */
const filePairs = (checked: readonly Prompts[], held: readonly Prompts[]): [later: Prompts, earlier: Prompts][] => [
  ...checked.flatMap((later, i) => checked.slice(0, i).map((earlier): [Prompts, Prompts] => [later, earlier])),
  ...held.flatMap((test) => checked.map((train): [Prompts, Prompts] => [test, train])),
];

function leaksBetween(
  later: Prompts,
  earlier: Prompts,
): { findings: (Finding & { file: string })[]; leaks: FileLeak[] } {
  const { findings, leaks } = checkLeak(later, earlier);
  return {
    findings: findings.map((finding) => ({ file: later.name, ...finding })),
    leaks: leaks.map(({ other, ...leak }) => ({ file: later.name, ...leak, of: { file: earlier.name, line: other } })),
  };
}

/** What a person has to do something about: every file that shares a prompt, and the lines of the first few. */
function leakError(leaks: readonly FileLeak[]): DataError {
  const [first] = leaks;
  const { file, of } = first!;
  const count = leaks.filter((leak) => leak.file === file && leak.of.file === of.file).length;
  return new DataError(
    file,
    `${count === 1 ? 'one of its prompts also stands' : `${formatCount(count)} of its prompts also stand`} in ${of.file}, such as that of line ${first!.line}, which is on line ` +
      `${of.line} there. Remove them from one of the two: what was trained on says nothing about what was learned.`,
  );
}

const leakLines = (leaks: readonly FileLeak[]): string[] => {
  const lines = leaks.map(({ file, line, of, similarity, exact }) => {
    const how = exact ? 'word for word' : `${formatShare(similarity)} of the word trigrams`;
    return `  ${file}, line ${line}: also in ${of.file}, line ${of.line} (${how})`;
  });
  return lines.length === 0 ? [] : [firstFew(lines).join('\n')];
};

async function checkFile(
  say: (line: string) => void,
  file: string,
  options: Options,
): Promise<{ prompts: Located<Content>; found: Finding[] }> {
  const read = await readAny(say, file, options);
  const prompts = { records: promptsOf(read), lines: read.lines };
  if (read.kind === 'prompts') return { prompts, found: checkPrompts(prompts) };
  if (read.kind === 'pairs') return { prompts, found: checkPairs({ records: read.records, lines: read.lines }) };
  if (read.kind !== 'comparisons') {
    throw new DataError(file, `holds ${read.kind}; pairs, comparisons or prompts can be checked.`);
  }
  const pairs = await readRecords('pairs', file, { onError: 'skip' });
  return { prompts, found: [...checkPairs(pairs), ...checkComparisons(read)] };
}

async function promptsIn(say: (line: string) => void, file: string, options: Options): Promise<Located<Content>> {
  const read = await readAny(say, file, options);
  return { records: promptsOf(read), lines: read.lines };
}

function findingText({ file, level, count, message, examples, remedy }: Finding & { file: string }): string {
  const lines = `${count === 1 ? 'line' : 'lines'} ${examples.join(', ')}${count > examples.length ? ', …' : ''}`;
  return `${level}  ${file}: ${formatCount(count)} × ${message} (${lines})\n  ${remedy}`;
}
