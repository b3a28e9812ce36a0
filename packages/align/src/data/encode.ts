import type { Content, Message, Pair, Text, Unpaired } from '@attune/preferences';
import type { Tokenizer } from '../tokenizers/Tokenizer.ts';
import {
  checkBegin,
  checkEnd,
  type EncodedResponse,
  EncodingError,
  type MovedBoundary,
  partingOf,
  splitAtPrompt,
} from './boundary.ts';
import { display } from './display.ts';

/** How a response is joined to its prompt. */
export interface EncodeOptions {
  /** Where prompt and response merge into other tokens: an error (the default), or encode the response on its own. */
  readonly movedBoundary?: MovedBoundary;
}

/** A preference pair as token ids: `prompt` then `chosen`, `prompt` then `rejected`. */
export interface EncodedPair {
  readonly id?: string;
  readonly prompt: number[];
  readonly chosen: number[];
  readonly rejected: number[];
  readonly margin?: number;
  readonly weight?: number;
  /** Whether a response merges with the prompt when they are encoded together, and was encoded on its own instead. */
  readonly boundaryMoved?: boolean;
}

/** A single response and whether it is wanted (KTO). */
export interface EncodedUnpaired extends EncodedResponse {
  readonly id?: string;
  readonly label: boolean;
}

/** A text to learn. `mask` is 1 on the tokens to learn and 0 on those only to read; always 0 on the first. [tokens] both. */
export interface EncodedText {
  readonly ids: number[];
  readonly mask: number[];
  readonly boundaryMoved?: boolean;
}

/** A prompt to answer: text with the begin token of tokenizers that put one, or a conversation with its next turn open. */
export function encodePrompt(tokenizer: Tokenizer, prompt: Content): number[] {
  const ids = encoderFor(tokenizer, prompt)(promptText(tokenizer, prompt));
  if (ids.length === 0) {
    throw new EncodingError(
      'The prompt has no tokens, so nothing stands before the first token of a response to predict it from. ' +
        'Give a prompt, or use a tokenizer with a begin token.',
    );
  }
  checkBegin(tokenizer, ids);
  return ids;
}

/**
 * A prompt and a response, joined in token space; the boundary between them is exact or there is an error.
 *
 *   plain text     the tokens of prompt + response, and the end token where the text does not end with one
 *   conversation   template(prompt, next turn open), template(prompt + response); the template has to end the turn
 *
 * The rules are TRL's (`DPOTrainer.tokenize`), which only warns where this throws EncodingError: two begin tokens,
 * no end token, prompt tokens that are not the first tokens of both.
 */
export function encodeResponse(
  tokenizer: Tokenizer,
  prompt: Content,
  response: Content,
  options: EncodeOptions = {},
): EncodedResponse {
  return encodeAfter(tokenizer, prompt, encodePrompt(tokenizer, prompt), response, options);
}

/** Both responses of a pair after the same prompt tokens. */
export function encodePair(tokenizer: Tokenizer, pair: Pair, options: EncodeOptions = {}): EncodedPair {
  const { id, margin, weight } = pair;
  const prompt = encodePrompt(tokenizer, pair.prompt);
  const chosen = encodeAfter(tokenizer, pair.prompt, prompt, pair.chosen, options);
  const rejected = encodeAfter(tokenizer, pair.prompt, prompt, pair.rejected, options);
  const boundaryMoved = chosen.boundaryMoved || rejected.boundaryMoved;
  return { id, prompt, chosen: chosen.response, rejected: rejected.response, margin, weight, boundaryMoved };
}

/** A single response after its prompt, with its label. As `encodeResponse` otherwise. */
export function encodeUnpaired(tokenizer: Tokenizer, example: Unpaired, options: EncodeOptions = {}): EncodedUnpaired {
  const { id, prompt, completion, label } = example;
  return { id, label, ...encodeResponse(tokenizer, prompt, completion, options) };
}

/** A document to pretrain on: begin token if the tokenizer puts one, text, end token if it has one. */
export function encodeText(tokenizer: Tokenizer, text: string): number[] {
  const ids = [...tokenizer.startIds, ...tokenizer.encode(text, { addSpecialTokens: false })];
  closeText(tokenizer, ids);
  checkBegin(tokenizer, ids);
  return ids;
}

/**
 * An example to fine-tune on. Of a prompt and its completion the completion is learned, of a conversation the turns of
 * the assistant with their end tokens, of a plain text all of it.
 */
export function encodeConversation(tokenizer: Tokenizer, example: Text, options: EncodeOptions = {}): EncodedText {
  if ('messages' in example) return encodeTurns(tokenizer, example.messages);
  if ('text' in example) {
    const ids = encodeText(tokenizer, example.text);
    return { ids, mask: ids.map((_, i) => (i === 0 ? 0 : 1)) };
  }
  const { prompt, response, boundaryMoved } = encodeResponse(tokenizer, example.prompt, example.completion, options);
  return { ids: [...prompt, ...response], mask: [...prompt.map(() => 0), ...response.map(() => 1)], boundaryMoved };
}

function encodeAfter(
  tokenizer: Tokenizer,
  prompt: Content,
  promptIds: number[],
  response: Content,
  { movedBoundary = 'refuse' }: EncodeOptions,
): EncodedResponse {
  const text = joinedText(tokenizer, prompt, response);
  const joined = {
    prompt: { text: promptText(tokenizer, prompt), ids: promptIds },
    both: { text, ids: encoderFor(tokenizer, prompt)(text) },
  };
  const encoded = splitAtPrompt(tokenizer, joined, movedBoundary);
  if (typeof prompt === 'string') closeText(tokenizer, encoded.response);
  checkBegin(tokenizer, promptIds, encoded.response);
  checkEnd(tokenizer, encoded.response);
  if (encoded.response.length > 0) return encoded;
  throw new EncodingError('The response has no tokens. Give a response, or use a tokenizer with an end token.');
}

function encodeTurns(tokenizer: Tokenizer, messages: Message[]): EncodedText {
  const encode = encoderFor(tokenizer, messages);
  const ids = encode(tokenizer.applyChatTemplate(messages));
  const mask = ids.map(() => 0);
  checkBegin(tokenizer, ids);
  for (const [i, { role }] of messages.entries()) {
    if (role !== 'assistant') continue;
    const before = encode(tokenizer.applyChatTemplate(messages.slice(0, i), { addGenerationPrompt: true }));
    const turn = encode(tokenizer.applyChatTemplate(messages.slice(0, i + 1)));
    for (const part of [before, turn]) checkBeginsWith(tokenizer, ids, part, i);
    checkEnd(tokenizer, ids.slice(before.length, turn.length));
    mask.fill(1, Math.max(1, before.length), turn.length);
  }
  if (mask.includes(1)) return { ids, mask };
  throw new EncodingError('The conversation has no turn of the assistant, so there is nothing to learn from it.');
}

function checkBeginsWith(tokenizer: Tokenizer, ids: number[], part: number[], turn: number): void {
  const parting = partingOf(part, ids);
  if (parting === part.length) return;
  const window = (all: number[]) => display(tokenizer, all, Math.max(0, parting - 2), parting + 4);
  throw new EncodingError(
    `The tokens of the conversation up to message ${turn + 1} are not the first tokens of all of it: they part at token ` +
      `${parting}.\n  up to there:  ${window(part)}\n  all of it:    ${window(ids)}\n` +
      'The chat template writes earlier turns differently from the last one. Give this conversation as prompt and ' +
      'completion: everything before the last answer, and that answer.',
  );
}

/** Appends the tokenizer's end token where a text does not end with one. */
function closeText({ eosIds }: Tokenizer, ids: number[]): void {
  if (eosIds.length > 0 && !eosIds.includes(ids.at(-1)!)) ids.push(eosIds[0]!);
}

/** A template writes its own special tokens; before plain text goes what the tokenizer puts before a text. */
function encoderFor(tokenizer: Tokenizer, content: Content): (text: string) => number[] {
  const start = typeof content === 'string' ? tokenizer.startIds : [];
  return (text) => [...start, ...tokenizer.encode(text, { addSpecialTokens: false })];
}

function promptText(tokenizer: Tokenizer, prompt: Content): string {
  if (typeof prompt === 'string') return prompt;
  if (prompt.at(-1)?.role !== 'assistant') return tokenizer.applyChatTemplate(prompt, { addGenerationPrompt: true });
  throw new EncodingError('The prompt ends with a message of the assistant. Move that message into the responses.');
}

function joinedText(tokenizer: Tokenizer, prompt: Content, response: Content): string {
  if (typeof prompt === 'string' && typeof response === 'string') return prompt + response;
  if (typeof prompt !== 'string' && typeof response !== 'string') {
    return tokenizer.applyChatTemplate([...prompt, ...response]);
  }
  const form = (content: Content) => (typeof content === 'string' ? 'text' : 'messages');
  throw new EncodingError(
    `The prompt is ${form(prompt)} and the response is ${form(response)}. Give both as text or both as messages.`,
  );
}
