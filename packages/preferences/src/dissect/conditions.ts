/** What is known about a prompt, and what properties and subsets wait for in it. */
import { z } from 'zod';

/** Something that is asked about a prompt: yes or no, or a list of what it holds. */
export const Question = z.strictObject({
  key: z.string().min(1),
  answer: z.enum(['yes-no', 'list']),
  about: z.string().min(1),
});
export type Question = z.infer<typeof Question>;

/** One question and its answer: `{clear intent: No}`, or `{explicit constraints: some}` for a list that is not empty. */
export const Condition = z
  .record(z.string(), z.enum(['Yes', 'No', 'some']))
  .refine((condition) => Object.keys(condition).length === 1, 'one question and its answer, as {clear intent: No}');
export type Condition = z.infer<typeof Condition>;

/** What is known about a prompt: the answer to each question. */
export const QueryInfo = z.record(z.string(), z.union([z.string(), z.array(z.string())]));
export type QueryInfo = z.infer<typeof QueryInfo>;

/** What a condition should be where none of the questions can answer it; undefined where one can. */
export function wrongCondition(condition: Condition, questions: readonly Question[]): string | undefined {
  const [key, answer] = Object.entries(condition)[0] ?? [];
  const question = questions.find((one) => one.key === key);
  if (!question)
    return `one of the questions under query: ${questions.map((one) => one.key).join(', ') || 'there are none'}`;
  if ((question.answer === 'list') === (answer === 'some')) return undefined;
  return `${question.answer === 'list' ? 'some' : 'Yes or No'} for ${key}, whose answer is ${question.answer}`;
}

/** Whether a condition holds for a prompt. Yes and No are compared without regard to case. */
export function holds(condition: Condition, info: QueryInfo): boolean {
  const [key, expected] = Object.entries(condition)[0]!;
  const answer = info[key];
  if (expected === 'some') return Array.isArray(answer) && answer.length > 0;
  return typeof answer === 'string' && answer.trim().toLowerCase() === expected.toLowerCase();
}

/** The items of the list that a condition names. */
export function itemsOf(condition: Condition, info: QueryInfo): readonly string[] {
  const answer = info[Object.keys(condition)[0]!];
  return Array.isArray(answer) ? answer : [];
}
