import { basename } from 'node:path';
import { mtBenchPrompts, mtBenchRows, readMtBench, readMtBenchAnswers, writeRecords } from '@attune/preferences';
import type { Command } from 'commander';
import { type CommandContext, command, run } from '../../command.ts';
import { checkOutFile } from '../../models/outFile.ts';
import { formatCount } from '../../terminal/format.ts';

interface Options {
  readonly answers: readonly string[];
  readonly references?: string;
  readonly source?: string;
}

/** `attune data mt-bench`: what is to be answered next, and when all is, what is to be judged. */
export const mtBenchDataCommand = (): Command =>
  command(
    'mt-bench',
    "MT-bench's next turn as prompts; once all turns are answered, its answers to be judged",
    'attune data mt-bench question.jsonl turn-1.jsonl',
    'attune data mt-bench question.jsonl turn-2.jsonl --answers first.jsonl',
    'attune data mt-bench question.jsonl answers.jsonl --answers first.jsonl second.jsonl --references gpt-4.jsonl',
  )
    .argument('<questions>', "the benchmark's questions: question_id, category and turns")
    .argument('<out>', 'where the prompts, or the answers to be judged, go')
    .option('--answers <files...>', "what attune generate answered, a file for each turn; or FastChat's, for all", [])
    .option('--references <file>', "reference answers, FastChat's: a judge is shown them where there are any")
    .option('--source <name>', 'who answered (default: as the answers tell, else the name of their first file)')
    .action(run(mtBenchData));

async function mtBenchData({ result }: CommandContext, from: string, out: string, options: Options): Promise<void> {
  checkOutFile(out, '<out>');
  const questions = await readMtBench(from);
  const ids = new Set(questions.map(({ id }) => id));
  const { answers, source: told } = await readMtBenchAnswers(options.answers, ids);
  const references = options.references === undefined ? [] : [options.references];
  const { answers: known } = await readMtBenchAnswers(references, ids);
  const prompts = mtBenchPrompts(questions, answers, known);
  if (prompts.length > 0) {
    await writeRecords(out, prompts);
    result({ out, prompts: prompts.length }, `${out}: ${formatCount(prompts.length)} prompts to be answered`);
    return;
  }
  const { source = told ?? basename(options.answers[0]!).replace(/\.jsonl(\.gz)?$/, '') } = options;
  const rows = mtBenchRows(questions, answers, { source, references: known });
  await writeRecords(out, rows);
  const withReference = rows.filter(({ reference }) => reference !== undefined).length;
  result(
    { out, source, answers: rows.length, withReference },
    `${out}: ${formatCount(rows.length)} answers of ${source} to be judged, ${formatCount(withReference)} with a reference`,
  );
}
