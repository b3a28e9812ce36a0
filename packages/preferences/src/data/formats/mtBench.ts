import { z } from 'zod';
import { RowError } from '../parse.ts';
import type { Choice, Comparison } from '../types.ts';
import { format, has, Id } from './format.ts';

const Winner = z.enum(['model_1', 'model_2', 'tie', 'error']);
const choiceOf = { model_1: 'a', model_2: 'b', tie: 'tie', error: 'skip' } as const satisfies Record<string, Choice>;

/**
 * A pairwise judgment as FastChat writes it (Zheng et al. 2023, arXiv:2306.05685): two games, the second with the answers
 * exchanged, which gives two comparisons. `error` is a reply without a verdict. Question and answers are those that the
 * judge was shown; of the second turn an answer is the whole conversation.
 */
export const mtBench = format({
  name: 'MT-Bench',
  needs: 'Each line needs question_id, model_1, model_2, g1_winner, g2_winner and g1_user_prompt.',
  fits: (row) => has(row, 'g1_winner') || has(row, 'g2_winner'),
  row: z.object({
    question_id: Id,
    turn: z.int().optional(),
    model_1: z.string(),
    model_2: z.string(),
    judge: z.union([z.string(), z.array(z.string()).min(1)]),
    g1_winner: Winner,
    g2_winner: Winner,
    g1_user_prompt: z.string(),
    tstamp: z.number().optional(),
  }),
  records: ({ question_id, turn = 1, judge, tstamp, g1_user_prompt, ...row }) => {
    const id = `${question_id}-${turn}`;
    const { prompt, answers } = shown(g1_user_prompt);
    const game = (number: 1 | 2): Comparison => ({
      id: `${id}-${number}`,
      prompt: [{ role: 'user', content: prompt }],
      responses: [
        { id: `${id}-a`, text: answers[0], source: row.model_1 },
        { id: `${id}-b`, text: answers[1], source: row.model_2 },
      ],
      choice: choiceOf[number === 1 ? row.g1_winner : row.g2_winner],
      judge: typeof judge === 'string' ? judge : judge[0]!,
      shownFirst: number === 1 ? 'a' : 'b',
      ...(tstamp !== undefined && { at: new Date(tstamp * 1000).toISOString() }),
    });
    return [game(1), game(2)];
  },
});

const answer = (side: string) =>
  new RegExp(
    `\\[The Start of Assistant ${side}'s Answer\\]\\n(.*?)\\n\\[The End of Assistant ${side}'s Answer\\]`,
    's',
  );
const conversation = (side: string) =>
  new RegExp(
    `<\\|The Start of Assistant ${side}'s Conversation with User\\|>\\n\\n(.*?)\\n\\n<\\|The End of Assistant ${side}'s`,
    's',
  );
const question = [/^\[User Question\]\n(.*?)\n\n\[The Start of/s, /### User:\n(.*?)\n\n### /s];

/** What the templates of FastChat put round a question and two answers, taken away. */
function shown(text: string): { prompt: string; answers: readonly [string, string] } {
  const answers = ['A', 'B'].map((side) => {
    const found = answer(side).exec(text)?.[1] ?? conversation(side).exec(text)?.[1];
    return found?.replaceAll(`### Assistant ${side}:`, '### Assistant:');
  });
  const prompt = question.map((form) => form.exec(text)?.[1]).find((found) => found !== undefined);
  if (prompt === undefined || answers[0] === undefined || answers[1] === undefined) {
    throw new RowError('"g1_user_prompt" is not in the form of FastChat\'s pairwise templates', 'g1_user_prompt');
  }
  return { prompt, answers: [answers[0], answers[1]] };
}
