/** What is asked of a chat model, wherever it runs, and what comes back. */
import type { Message } from '../data/types.ts';

/** A form that a reply is to have, as JSON Schema; `name` is for the server. */
export interface ReplyForm {
  readonly name: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

/** One question. Equal requests are the same question: whoever keeps replies keeps one for both. */
export interface ChatRequest {
  readonly messages: readonly Message[];
  /** Tokens the reply may have at most; without it, what the server allows. */
  readonly maxTokens?: number;
  /** The reply is to be JSON of this form; servers that know how are told to see to it. */
  readonly form?: ReplyForm;
  /** So many of the likeliest first tokens of the reply are to come with it, from servers that tell them. */
  readonly topLogprobs?: number;
}

/** What a call cost, in tokens. */
export interface Usage {
  readonly input: number;
  readonly output: number;
}

/** A model's reply. */
export interface ChatReply {
  readonly text: string;
  /** Whether it stands there as a whole, or was cut off at `maxTokens`. */
  readonly whole: boolean;
  /** As the server counted; absent where it does not. */
  readonly usage?: Usage;
  /** The likeliest first tokens and their log-probabilities, where they were asked for and the server told them. */
  readonly firstToken?: Readonly<Record<string, number>>;
  /** It was given before, to an equal request, and costs nothing now. */
  readonly cached: boolean;
  /** When it was given (ISO 8601), where a memory has noted it. */
  readonly at?: string;
}

/** A chat model that is asked, and perhaps a memory of what it said. */
export interface Chat {
  /** Rejects when no reply is to be had. */
  ask(request: ChatRequest): Promise<ChatReply>;
  /** A reply given before, without asking. */
  recall(request: ChatRequest): ChatReply | undefined;
  /** Gives a reply up, as when it turned out to be of no use: the next `ask` asks again. */
  forget(request: ChatRequest): void;
}

const BYTES_PER_TOKEN = 3.5;

/**
 * About how many tokens a text has, without its tokenizer: one for 3.5 bytes of UTF-8. That is some too many for English
 * (about 4 characters to a token) and about right for Chinese (3 bytes to a character, near one token each).
 */
export const estimateTokens = (text: string): number => Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);

/** About how many tokens a question has, with its form and what stands around each message. */
export function estimateInput({ messages, form }: ChatRequest): number {
  const around = 4 * messages.length + 3; // the marks of ChatML
  const asked = messages.reduce((sum, { content }) => sum + estimateTokens(content), around);
  return asked + (form ? estimateTokens(JSON.stringify(form.schema)) : 0);
}

/** What a call cost: as the server counted, else estimated. */
export const usageOf = (request: ChatRequest, { text, usage }: ChatReply): Usage =>
  usage ?? { input: estimateInput(request), output: estimateTokens(text) };
