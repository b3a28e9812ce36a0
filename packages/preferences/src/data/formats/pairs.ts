/** How preference pairs are written by others, and by us. Each row gives pairs, or says that nothing was preferred. */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { RowError } from '../parse.ts';
import { hhMessages, isHhTranscript, splitMessages, splitTexts } from '../transcripts.ts';
import { type Content, type Message, type Pair, toMessages } from '../types.ts';
import {
  AnyContent,
  AnyMessages,
  type Format,
  format,
  has,
  Id,
  systemMessage,
  type Undecided,
  withInput,
  withoutUndefined,
} from './format.ts';

interface RawPair {
  readonly id?: string;
  readonly prompt?: Content;
  readonly chosen: Content;
  readonly rejected: Content;
  readonly margin?: number;
  readonly weight?: number;
}

/** What other formats have no field for, under our own names, so that a pair written as one of them is whole. */
const carried = { id: Id.optional(), margin: z.number().optional(), weight: z.number().min(0).optional() };

export const trl = format({
  name: 'pairs',
  needs: 'Each line needs prompt, chosen and rejected.',
  fits: (row) => has(row, 'chosen') || has(row, 'rejected'),
  row: z.object({
    prompt: AnyContent.optional(),
    chosen: AnyContent,
    rejected: AnyContent,
    ...carried,
  }),
  records: (row) => [uniformPair(row)],
});

export const hhRlhf = format({
  name: 'HH-RLHF',
  needs: 'Each line needs chosen and rejected, whole dialogues with the marks "\\n\\nHuman:" and "\\n\\nAssistant:".',
  fits: (row) =>
    !has(row, 'prompt') && [row.chosen, row.rejected].some((x) => typeof x === 'string' && isHhTranscript(x)),
  row: z.object({ chosen: z.string(), rejected: z.string(), ...carried }),
  records: ({ chosen, rejected, ...rest }) => {
    for (const [field, text] of Object.entries({ chosen, rejected })) {
      if (!isHhTranscript(text)) throw new RowError(`"${field}" does not begin with "\\n\\nHuman:"`, field);
    }
    return [withoutUndefined({ ...rest, ...splitMessages(hhMessages(chosen), hhMessages(rejected)) })];
  },
});

const llamaFactory = format({
  name: 'LLaMA-Factory',
  needs: 'Each line needs conversations, chosen and rejected.',
  fits: (row) => has(row, 'conversations') && (has(row, 'chosen') || has(row, 'rejected')),
  row: z.object({
    system: z.string().optional(),
    conversations: AnyMessages,
    chosen: AnyContent,
    rejected: AnyContent,
  }),
  records: ({ system, conversations, chosen, rejected }) => [
    uniformPair({ prompt: [...systemMessage(system), ...conversations], chosen, rejected }),
  ],
});

const llamaFactoryV1 = format({
  name: 'LLaMA-Factory v1',
  needs: 'Each line needs chosen_messages and rejected_messages.',
  fits: (row) => has(row, 'chosen_messages') || has(row, 'rejected_messages'),
  row: z.object({ chosen_messages: AnyMessages, rejected_messages: AnyMessages }),
  records: (row) => [splitMessages(row.chosen_messages, row.rejected_messages)],
});

const alpacaPairs = format({
  name: 'Alpaca pairs',
  needs: 'Each line needs instruction, chosen and rejected.',
  fits: (row) => has(row, 'instruction') && (has(row, 'chosen') || has(row, 'rejected')),
  row: z.object({
    system: z.string().optional(),
    instruction: z.string(),
    input: z.string().optional(),
    chosen: AnyContent,
    rejected: AnyContent,
  }),
  records: ({ system, instruction, input, chosen, rejected }) => {
    const question = withInput(instruction, input);
    const prompt = system ? [...systemMessage(system), ...toMessages(question, 'user')] : question;
    return [uniformPair({ prompt, chosen, rejected })];
  },
});

const stackExchange = format({
  name: 'Stack Exchange pairs',
  needs: 'Each line needs question, response_j (the better one) and response_k.',
  fits: (row) => has(row, 'question') && (has(row, 'response_j') || has(row, 'response_k')),
  row: z.object({ qid: Id.optional(), question: z.string(), response_j: z.string(), response_k: z.string() }),
  records: ({ qid, question, response_j, response_k }) => [
    withoutUndefined({ id: qid, prompt: question, chosen: response_j, rejected: response_k }),
  ],
});

const ScoredCompletion = z.object({
  response: z.string(),
  overall_score: z.number().optional(),
  score: z.number().optional(),
});

/** Cui et al. 2023 (arXiv:2310.01377): several scored completions. The best is held against the worst. */
export const ultraFeedback = format({
  name: 'UltraFeedback',
  needs: 'Each line needs instruction and completions, each with response and overall_score.',
  fits: (row) => has(row, 'instruction', 'completions'),
  row: z.object({ instruction: z.string(), completions: z.array(ScoredCompletion), ...carried }),
  records: ({ instruction, completions, ...rest }): (Pair | Undecided)[] => {
    const scores = completions.map((completion, i) => {
      const score = completion.overall_score ?? completion.score;
      const field = `completions[${i}].overall_score`;
      if (score === undefined) throw new RowError(`"${field}" is missing`, field);
      return score;
    });
    const [best, worst] = [Math.max(...scores), Math.min(...scores)];
    if (completions.length === 0) return ['skip'];
    if (best === worst) return ['tie'];
    const response = (score: number) => completions[scores.indexOf(score)]!.response;
    return [withoutUndefined({ ...rest, prompt: instruction, chosen: response(best), rejected: response(worst) })];
  },
});

/** Chatbot Arena (Zheng et al. 2023, arXiv:2306.05685): two conversations that share the user's messages. */
export const arena = format({
  name: 'Chatbot Arena',
  needs: 'Each line needs conversation_a, conversation_b and winner.',
  fits: (row) => has(row, 'conversation_a') || has(row, 'conversation_b'),
  row: z.object({
    question_id: Id.optional(),
    conversation_a: AnyMessages,
    conversation_b: AnyMessages,
    winner: z.enum(['model_a', 'model_b', 'tie', 'tie (bothbad)']),
    ...carried,
  }),
  records: ({ question_id, conversation_a, conversation_b, winner, ...rest }): (Pair | Undecided)[] => {
    if (winner !== 'model_a' && winner !== 'model_b') return ['tie'];
    const first = winner === 'model_a';
    const [chosen, rejected] = first ? [conversation_a, conversation_b] : [conversation_b, conversation_a];
    return [withoutUndefined({ ...rest, id: rest.id ?? question_id, ...splitMessages(chosen, rejected) })];
  },
});

/** Every way to write pairs, the more particular before the more general. */
export const pairFormats: readonly Format<Pair>[] = [
  hhRlhf,
  llamaFactory,
  llamaFactoryV1,
  alpacaPairs,
  trl,
  stackExchange,
  ultraFeedback,
  arena,
];

/**
 * A pair in one form: all text, or all messages as soon as one field has messages. Transcripts that repeat the prompt,
 * or stand in for it, are split.
 */
function uniformPair({ prompt, chosen, rejected, ...rest }: RawPair): Pair {
  if (typeof chosen === 'string' && typeof rejected === 'string') {
    if (prompt === undefined) return withoutUndefined({ ...rest, ...splitTexts(chosen, rejected) });
    if (typeof prompt === 'string') return withoutUndefined({ ...rest, prompt, chosen, rejected });
  }
  const [better, worse] = [toMessages(chosen, 'assistant'), toMessages(rejected, 'assistant')];
  if (prompt === undefined) return withoutUndefined({ ...rest, ...splitMessages(better, worse) });
  const question = toMessages(prompt, 'user');
  const responses = [better, worse];
  const followUser = responses.every(([first]) => first!.role === 'assistant');
  const followAssistant = // dialogues that part where the user speaks
    question.at(-1)!.role === 'assistant' &&
    responses.every((response) => response[0]!.role === 'user' && !contains(response, question));
  if (followUser || followAssistant) {
    return withoutUndefined({ ...rest, prompt: question, chosen: better, rejected: worse });
  }
  const split = splitMessages(better, worse);
  if (!contains(split.prompt, question)) {
    throw new RowError('"chosen" and "rejected" are whole transcripts that do not have "prompt" in common', 'prompt');
  }
  return withoutUndefined({ ...rest, ...split });
}

/** Whether `messages` has `part` as it stands, at any place: a system message may come before, further turns after. */
const contains = (messages: readonly Message[], part: readonly Message[]): boolean =>
  messages.some((_, at) => isDeepStrictEqual(messages.slice(at, at + part.length), part));
