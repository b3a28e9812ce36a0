import { type Content, type Message, pairwiseQuestion, pairwiseText } from '@attune/preferences';
import { checkBegin, EncodingError } from '../data/boundary.ts';
import { encodePrompt } from '../data/encode.ts';
import type { OpenedModel } from '../models/open.ts';
import type { Tokenizer } from '../tokenizers/Tokenizer.ts';
import { type LetterLogps, letterLogps, letterTokens } from './letters.ts';

/** Two responses to one prompt, to be compared. */
export interface ResponsePair {
  readonly prompt: Content;
  readonly a: string;
  readonly b: string;
}

/** A question that ends where a letter belongs: as text, or as a conversation whose last message is the answer's beginning. */
export type LetterQuestion = string | readonly Message[];

/** How a model is asked. */
export interface PairwiseOptions {
  /** The question with `a` as option (A) and `b` as option (B). Left out: the project's, in the form that the model reads. */
  readonly ask?: (prompt: Content, a: string, b: string) => LetterQuestion;
  /** What may stand before the letter in the answer's first token; `letterForms` if not said. */
  readonly forms?: readonly string[];
  /** Called with the number of pairs that are done. */
  readonly onDone?: (pairs: number) => void;
}

/** What a model answers to a pair as given (`ab`), and with the responses exchanged (`ba`): there (A) is the pair's `b`. */
export interface PairLetters {
  readonly ab: LetterLogps;
  readonly ba: LetterLogps;
  /** Tokens that the two responses lost together, because the question was longer than the model can read. */
  readonly cut: number;
}

/** A pair as it is asked, and how many tokens it lost so that it fits. */
export interface FittedPair extends ResponsePair {
  readonly cut: number;
}

/** A pair's questions in both orders, as tokens. */
export interface EncodedQuestions {
  readonly ab: readonly number[];
  readonly ba: readonly number[];
  readonly cut: number;
}

/**
 * The log-odds that a language model prefers `a` to `b`, by the letter it would answer; the mean over both orders, so that
 * a liking for a letter or for a place cancels:
 *
 *   ½·[log P(A | a, b) − log P(B | a, b)] + ½·[log P(B | b, a) − log P(A | b, a)]        (options in the order shown)
 *
 * Exchanging `a` and `b` changes the sign. Responses that do not fit are cut, as `pairwiseLetters` tells. No gradient.
 *
 * @returns [pairs], nats
 */
export function pairwiseLogOdds(
  opened: OpenedModel,
  pairs: readonly ResponsePair[],
  options: PairwiseOptions = {},
): number[] {
  return pairwiseLetters(opened, pairs, options).map(logOddsOf);
}

/** The log-odds that `a` is better, in nats: see `pairwiseLogOdds`. */
export const logOddsOf = ({ ab, ba }: Omit<PairLetters, 'cut'>): number => (ab.a - ab.b + (ba.b - ba.a)) / 2;

/** Log-probabilities of both letters for each pair, in both orders. What both questions begin with is read once. */
export function pairwiseLetters(
  opened: OpenedModel,
  pairs: readonly ResponsePair[],
  options: PairwiseOptions = {},
): PairLetters[] {
  const { model, tokenizer } = opened;
  const encoded = pairs.map((pair) => encodeQuestions(tokenizer, pair, model.maxPositions, options));
  return encodedLetters(opened, encoded, options);
}

/** As `pairwiseLetters`, of questions that are tokens already. */
export function encodedLetters(
  { model, tokenizer }: OpenedModel,
  encoded: readonly EncodedQuestions[],
  { forms, onDone }: PairwiseOptions = {},
): PairLetters[] {
  const questions = encoded.map(({ ab, ba }) => [ab, ba]);
  const answers = letterLogps(model, questions, letterTokens(tokenizer, forms), onDone);
  return encoded.map(({ cut }, i) => ({ ab: answers[i]![0]!, ba: answers[i]![1]!, cut }));
}

/**
 * The questions about a pair, one for each order, of at most `maxLength` tokens with their answers. See `fitPair`.
 *
 * @throws EncodingError where the pair cannot be asked about
 */
export function encodeQuestions(
  tokenizer: Tokenizer,
  pair: ResponsePair,
  maxLength: number,
  { ask = questionFor(tokenizer) }: PairwiseOptions = {},
): EncodedQuestions {
  const { prompt, a, b, cut } = fitPair(tokenizer, pair, maxLength, { ask });
  return { ab: encodeQuestion(tokenizer, ask(prompt, a, b)), ba: encodeQuestion(tokenizer, ask(prompt, b, a)), cut };
}

/** The project's question in the form that a model with this tokenizer reads: a conversation where it has a template. */
export const questionFor = ({ hasChatTemplate }: Tokenizer): typeof pairwiseQuestion | typeof pairwiseText =>
  hasChatTemplate ? pairwiseQuestion : pairwiseText;

/** Room behind a question for the letter and the tokens that end a turn, so that one can train on what one asks. */
const roomForAnswer = 8;

/**
 * A pair as a model can be asked about it: without special tokens in its texts, which would end a turn and begin another
 * (those of the two responses and of the prompt are taken out), and with both responses cut at their ends to one length
 * in tokens, the longest that fits in both orders, where the question is too long.
 *
 * @throws EncodingError where not even a token of each response fits
 */
export function fitPair(
  tokenizer: Tokenizer,
  pair: ResponsePair,
  maxLength: number,
  { ask = questionFor(tokenizer) }: PairwiseOptions = {},
): FittedPair {
  const prompt = withoutMarks(tokenizer, pair.prompt);
  const [a, b] = [pair.a, pair.b].map((text) => textWithoutMarks(tokenizer, text));
  const [aIds, bIds] = [a, b].map((text) => tokenizer.encodeContinuation(text!));
  const longest = Math.max(aIds!.length, bIds!.length);
  const cutTo = (length: number): FittedPair => ({
    prompt,
    a: startOf(tokenizer, a!, aIds!, length),
    b: startOf(tokenizer, b!, bIds!, length),
    cut: Math.max(0, aIds!.length - length) + Math.max(0, bIds!.length - length),
  });
  const size = ({ a, b }: FittedPair) =>
    Math.max(...[ask(prompt, a, b), ask(prompt, b, a)].map((text) => encodeQuestion(tokenizer, text).length));
  const limit = maxLength - roomForAnswer;
  const whole = cutTo(longest);
  if (size(whole) <= limit) return whole;
  let [fits, tooLong] = [0, longest];
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1;
    if (size(cutTo(middle)) <= limit) fits = middle;
    else tooLong = middle;
  }
  if (fits > 0) return cutTo(fits);
  throw new EncodingError(
    `The question about these responses has ${size(whole)} tokens, and ${limit} fit; without the responses it is still ` +
      'too long. Shorten the prompt, or leave this one out.',
  );
}

/** The first tokens of a text, as text. */
function startOf(tokenizer: Tokenizer, text: string, ids: readonly number[], length: number): string {
  if (ids.length <= length) return text;
  return tokenizer.decode(ids.slice(0, length)).replace(/\uFFFD+$/, ''); // of a character that was cut through
}

function withoutMarks(tokenizer: Tokenizer, content: Content): Content {
  if (typeof content === 'string') return textWithoutMarks(tokenizer, content);
  return content.map((message) => ({ ...message, content: textWithoutMarks(tokenizer, message.content) }));
}

/** A text without special tokens; taking one out can put another together, so as often as there are some. */
function textWithoutMarks(tokenizer: Tokenizer, text: string): string {
  const ids = tokenizer.encodeContinuation(text);
  const plain = tokenizer.decode(ids, { skipSpecialTokens: true });
  return plain === tokenizer.decode(ids) ? text : textWithoutMarks(tokenizer, plain);
}

/** The tokens of a question, up to where the letter comes. */
export function encodeQuestion(tokenizer: Tokenizer, question: LetterQuestion): number[] {
  if (typeof question === 'string') return encodePrompt(tokenizer, question);
  const opening = question.at(-1)!.content;
  const text = tokenizer.applyChatTemplate([...question]);
  const end = text.lastIndexOf(opening) + opening.length; // behind it the template ends the turn
  const ids = tokenizer.encode(text.slice(0, end), { addSpecialTokens: false });
  checkBegin(tokenizer, ids);
  return ids;
}
