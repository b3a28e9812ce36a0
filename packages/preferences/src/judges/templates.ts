/** How a judge is asked, and how its reply is read: data and pure functions, for whatever runs them. */
import type { Content } from '../data/types.ts';
import type { ChatReply, ChatRequest } from './chat.ts';

/**
 * What is asked about every response.
 *
 * A response of several turns is a list of messages that begins and ends with the assistant's: `prompt` is then what came
 * before it, and the last message is the one to be judged. `reference` has the same form as the response.
 */
interface Asked {
  readonly prompt: Content;
  /** A good answer, where there is one. */
  readonly reference?: Content;
  readonly category?: string;
  readonly subcategory?: string;
}

/** Which of two responses is better, in the order in which the judge sees them. */
export interface PairQuestion extends Asked {
  readonly first: Content;
  readonly second: Content;
}

/** How good one response is. */
export interface SingleQuestion extends Asked {
  readonly response: Content;
}

export type JudgeQuestion = PairQuestion | SingleQuestion;

/** What a judge says of two responses. */
export interface PairVerdict {
  /** The probability that the first shown is the better one: 1, 0, ½ for a tie, or anything between. */
  readonly preference: number;
  /** How often the verdict counts; once where it does not say. */
  readonly strength?: number;
}

/** What a judge says of one response. */
export interface SingleVerdict {
  readonly score: number;
  /** By their names, those that it gave. */
  readonly dimensions?: Readonly<Record<string, number>>;
}

interface Template<K extends string, Q, V> {
  readonly name: string;
  readonly kind: K;
  /** Equal questions give equal requests, and texts to be judged stay material whatever they say. */
  readonly request: (question: Q) => ChatRequest;
  /** The reply's verdict; undefined where it cannot be read. A reply that has to be guessed at is none. */
  readonly read: (reply: ChatReply, question: Q) => V | undefined;
}

export type PairTemplate = Template<'pair', PairQuestion, PairVerdict>;
export type SingleTemplate = Template<'single', SingleQuestion, SingleVerdict>;

/** A way to ask a judge, told apart by `kind`. */
export type JudgeTemplate = PairTemplate | SingleTemplate;
