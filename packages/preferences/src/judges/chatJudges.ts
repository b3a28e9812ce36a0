/** A chat model as a judge: asks by a template, in one order or both, and says of each pair or response what came of it. */
import { hash } from 'node:crypto';
import { type Content, toText } from '../data/types.ts';
import { asTheyCome } from './asTheyCome.ts';
import type { Chat, ChatReply, ChatRequest } from './chat.ts';
import {
  choiceBy,
  comparedIn,
  type Judge,
  type JudgedComparison,
  type JudgeFailure,
  type PairToJudge,
} from './judge.ts';
import { counted, type Spent } from './runner/tally.ts';
import type {
  PairQuestion,
  PairTemplate,
  PairVerdict,
  SingleQuestion,
  SingleTemplate,
  SingleVerdict,
} from './templates.ts';

/** In which order responses are shown: both, or one that a seed and the pair decide. */
export type Order = 'both' | { readonly seed: number };

/** How a chat model is used as a judge. */
export interface ChatJudging<T> {
  /** What its comparisons call it. */
  readonly name: string;
  readonly template: T;
  readonly chat: Chat;
  /** Pairs or responses under way at a time; a pair in both orders has two calls under way. */
  readonly concurrency: number;
  /** Its abort lets nothing begin; what was under way and got no answer is not told of. */
  readonly signal?: AbortSignal;
}

/**
 * A chat model that says which of two responses is better. Equal responses are a tie, and nobody is asked. A reply that
 * cannot be read is a failure of its pair and never a verdict.
 *
 * @throws what a call throws that says by `badInput` that a person must mend something first
 */
export function chatPairJudge({ order, ...by }: ChatJudging<PairTemplate> & { readonly order: Order }): Judge {
  return {
    name: by.name,
    judge: (pairs) =>
      eachAsked(pairs, by, async (pair, chat) => {
        const orders = ordersOf(pair, order);
        const said = await settled(orders.map((shownFirst) => pairVerdict(pair, shownFirst, by.template, chat)));
        const failed = said.findIndex((one) => 'reason' in one);
        if (failed >= 0) return { failure: { ...(said[failed] as JudgeFailure), shownFirst: orders[failed]! } };
        const verdicts = said as readonly Heard<PairVerdict>[];
        return {
          comparisons: orders.map((shownFirst, i) =>
            comparisonOf(pair, { shownFirst, judge: by.name, at: verdicts[i]!.at }, verdicts[i]!.verdict),
          ),
        };
      }),
  };
}

/** A response to be scored. */
export interface ResponseToScore extends Pick<PairToJudge, 'id' | 'prompt' | 'reference' | 'category' | 'subcategory'> {
  readonly response: Content;
}

/** What came of one response. */
export type Scored = { readonly place: number; readonly spent: Spent } & (
  | (SingleVerdict & { readonly at: string })
  | { readonly failure: JudgeFailure }
);

/** Has a chat model score single responses; yields what came of each as it comes, in no fixed order. */
export function chatScores(
  responses: readonly ResponseToScore[],
  by: ChatJudging<SingleTemplate>,
): AsyncGenerator<Scored> {
  return eachAsked(responses, by, async (response, chat) => {
    const [said] = await settled([heard(chat, by.template, singleQuestion(response))]);
    return 'reason' in said! ? { failure: said } : { ...said!.verdict, at: said!.at };
  });
}

/** Works on each item with a chat that counts what it costs. What the stop left without an answer is not told of. */
async function* eachAsked<T, R extends object>(
  items: readonly T[],
  { chat, concurrency, signal }: Omit<ChatJudging<unknown>, 'template'>,
  work: (item: T, chat: Chat) => Promise<R>,
): AsyncGenerator<R & { readonly place: number; readonly spent: Spent }> {
  const left = Symbol('left');
  const one = async (item: T, place: number) => {
    if (signal?.aborted) return left;
    const { chat: own, spent } = counted(chat);
    const outcome = await work(item, own);
    if ('failure' in outcome && signal?.aborted) return left;
    return { ...outcome, place, spent: spent() };
  };
  for await (const outcome of asTheyCome(items, concurrency, one)) if (outcome !== left) yield outcome;
}

/** Waits for all of them, also when one ends everything: what was paid for is kept. */
async function settled<T>(calls: readonly Promise<T>[]): Promise<(T | JudgeFailure)[]> {
  const outcomes = await Promise.allSettled(calls);
  return outcomes.map((outcome) => {
    if (outcome.status === 'fulfilled') return outcome.value;
    const error: unknown = outcome.reason;
    if (!(error instanceof Error) || ('badInput' in error && error.badInput)) throw error;
    return { reason: 'failed call', said: error.message };
  });
}

/** A pair's own coin, whatever stands before it in the file. */
function ordersOf({ id, candidates: [a, b] }: PairToJudge, order: Order): ('a' | 'b')[] {
  if (order === 'both') return ['a', 'b'];
  const coin = Number.parseInt(hash('sha256', JSON.stringify([order.seed, id, a.text, b.text])).slice(0, 8), 16);
  return [coin % 2 === 0 ? 'a' : 'b'];
}

const areEqual = ({ a, b }: PairToJudge): boolean => toText(a) === toText(b);

/** Equal responses are even, and nobody has to be paid to say so. */
const pairVerdict = async (
  pair: PairToJudge,
  shownFirst: 'a' | 'b',
  template: PairTemplate,
  chat: Chat,
): Promise<Heard<PairVerdict> | JudgeFailure> =>
  areEqual(pair)
    ? { verdict: { preference: 0.5 }, at: new Date().toISOString() }
    : heard(chat, template, questionOf(pair, shownFirst));

function questionOf({ a, b, ...pair }: PairToJudge, shownFirst: 'a' | 'b'): PairQuestion {
  const [first, second] = shownFirst === 'a' ? [a, b] : [b, a];
  return { ...told(pair), first, second };
}

/** What is known of a pair or a response beside the texts to be judged. */
const told = ({ prompt, reference, category, subcategory }: Omit<ResponseToScore, 'id' | 'response'>) => ({
  prompt,
  ...(reference !== undefined && { reference }),
  ...(category !== undefined && { category }),
  ...(subcategory !== undefined && { subcategory }),
});

/** All that a judge will be asked about pairs. */
export function* pairQuestions(pairs: Iterable<PairToJudge>, order: Order): Generator<PairQuestion> {
  for (const pair of pairs) {
    if (areEqual(pair)) continue;
    for (const shownFirst of ordersOf(pair, order)) yield questionOf(pair, shownFirst);
  }
}

/** What a judge will be asked about a response. */
export const singleQuestion = ({ response, ...known }: ResponseToScore): SingleQuestion => ({
  ...told(known),
  response,
});

/** A verdict, and when it was given: by a reply that was kept, when that came. */
interface Heard<V> {
  readonly verdict: V;
  readonly at: string;
}

interface Template<Q, V> {
  request(question: Q): ChatRequest;
  read(reply: ChatReply, question: Q): V | undefined;
}

async function heard<Q, V>(
  chat: Chat,
  { request, read }: Template<Q, V>,
  question: Q,
): Promise<Heard<V> | JudgeFailure> {
  const reply = await chat.ask(request(question));
  const verdict = read(reply, question);
  if (verdict !== undefined) return { verdict, at: reply.at ?? new Date().toISOString() };
  return { reason: reply.whole ? 'unreadable reply' : 'reply cut off', said: reply.text };
}

function comparisonOf(
  pair: PairToJudge,
  seen: { readonly shownFirst: 'a' | 'b'; readonly at: string; readonly judge: string },
  { preference, strength }: PairVerdict,
): JudgedComparison {
  const probability = seen.shownFirst === 'a' ? preference : 1 - preference;
  const sure = { probability, ...(strength !== undefined && { weight: strength }) };
  return { ...comparedIn(pair), choice: choiceBy(probability), ...seen, ...sure };
}
