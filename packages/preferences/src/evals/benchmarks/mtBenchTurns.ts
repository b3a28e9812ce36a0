/** What MT-bench asks in each turn, and what a judge is asked about the answers. */
import { z } from 'zod';
import { Id } from '../../data/formats/format.ts';
import { readAs } from '../../data/readAs.ts';
import type { Content, Message, Prompt } from '../../data/types.ts';
import { DataError } from '../../errors.ts';
import type { MtBenchQuestion } from './mtBench.ts';

/** The answers to each question's turns, in their order. */
export type MtBenchAnswers = ReadonlyMap<string, readonly string[]>;

/** Answers, and who gave them where a file tells. */
interface ReadMtBenchAnswers {
  readonly answers: MtBenchAnswers;
  readonly source: string | undefined;
}

/** As `attune generate` writes answers to one turn, or FastChat answers to all. */
const Answer = z.union([
  z.object({ id: Id, text: z.string() }).transform(({ id, text }) => ({ id, turns: [text], source: undefined })),
  z
    .object({
      question_id: Id,
      choices: z.array(z.object({ turns: z.array(z.string()).min(1) })).min(1),
      model_id: z.string().optional(),
    })
    .transform(({ question_id: id, choices, model_id: source }) => ({ id, turns: choices[0]!.turns, source })),
]);

/**
 * Reads a system's answers, or reference answers: a file for each turn as `attune generate` writes them, or FastChat's
 * file for all turns.
 *
 * @param ids the questions there are
 * @throws DataError for a question that there is not, or that is answered twice in a file
 */
export async function readMtBenchAnswers(
  paths: readonly string[],
  ids: ReadonlySet<string>,
): Promise<ReadMtBenchAnswers> {
  const answers = new Map<string, readonly string[]>();
  let source: string | undefined;
  for (const path of paths) {
    const { records, lines, unit } = await readAs(
      Answer,
      path,
      'Each line needs id and text, as attune generate writes them, or question_id and choices, as FastChat does.',
    );
    const seen = new Set<string>();
    const problems = records.flatMap(({ id }, i) => {
      const [line, isAgain] = [lines[i]!, seen.has(id)];
      seen.add(id);
      if (!ids.has(id)) return [{ line, field: 'id', message: `there is no question ${id}` }];
      return isAgain ? [{ line, field: 'id', message: `question ${id} is answered a second time` }] : [];
    });
    if (problems.length > 0) throw new DataError(path, problems, { unit, needs: 'Give one answer to each question.' });
    source ??= records.find((record) => record.source !== undefined)?.source;
    for (const { id, turns } of records) answers.set(id, [...(answers.get(id) ?? []), ...turns]);
  }
  return { answers, source };
}

/** What is to be answered next, and what a judge of the answers is told. */
export interface MtBenchPrompt extends Prompt {
  readonly category: string;
  readonly reference?: string;
}

/** The conversations so far, with the question's next turn at their end; those that are over are left out. */
export const mtBenchPrompts = (
  questions: readonly MtBenchQuestion[],
  answers: MtBenchAnswers,
  references: MtBenchAnswers = new Map(),
): MtBenchPrompt[] =>
  questions.flatMap(({ id, category, turns }) => {
    const given = answers.get(id) ?? [];
    if (given.length >= turns.length) return [];
    const reference = references.get(id)?.[given.length];
    const prompt = conversation(turns.slice(0, given.length + 1), given);
    return [{ id, prompt, category, ...(reference !== undefined && { reference }) }];
  });

/** A turn of an answer, as `attune judge --data` reads it. */
export interface MtBenchRow {
  readonly id: string;
  readonly turn: number;
  readonly source: string;
  readonly category: string;
  readonly prompt: string;
  /** Of the second turn the whole conversation after the prompt. */
  readonly response: Content;
  readonly reference?: Content;
}

/** Every turn that is answered, with the reference answers of its conversation where there are any. */
export const mtBenchRows = (
  questions: readonly MtBenchQuestion[],
  answers: MtBenchAnswers,
  { source, references = new Map() }: { readonly source: string; readonly references?: MtBenchAnswers },
): MtBenchRow[] =>
  questions.flatMap(({ id, category, turns }) =>
    (answers.get(id) ?? []).slice(0, turns.length).map((_, k) => {
      const reference = references.get(id);
      return {
        id,
        turn: k + 1,
        source,
        category,
        prompt: turns[0]!,
        response: replies(turns, answers.get(id)!, k),
        ...(reference && reference.length > k && { reference: replies(turns, reference, k) }),
      };
    }),
  );

/** The answers up to turn `k` with the user's turns between them: a text for the first turn. */
const replies = (turns: readonly string[], answers: readonly string[], k: number): Content =>
  k === 0 ? answers[0]! : conversation(turns.slice(0, k + 1), answers.slice(0, k + 1)).slice(1);

const conversation = (turns: readonly string[], answers: readonly string[]): Message[] =>
  turns.flatMap((content, k): Message[] => {
    const answer = answers[k];
    return [
      { role: 'user', content },
      ...(answer === undefined ? [] : [{ role: 'assistant' as const, content: answer }]),
    ];
  });
