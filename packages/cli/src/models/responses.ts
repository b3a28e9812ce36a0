import {
  EncodingError,
  encodePrompt,
  type GenerateOptions,
  generate,
  type OpenedModel,
  type Tokenizer,
} from '@attune/align';
import type { Content } from '@attune/preferences';

/** A response as `attune generate` writes it. */
export interface Response {
  readonly id: string;
  readonly index: number; // which of the prompt's responses
  readonly text: string; //  without special tokens, and without the stop string that ended it
  readonly tokens: readonly number[];
  readonly logprobs: readonly number[]; // nats, of the model itself: before temperature and filters
  readonly finish: 'stop' | 'length';
}

/** A prompt as token ids. */
export interface EncodedPrompt {
  readonly id: string;
  readonly ids: readonly number[];
}

/** How responses are sampled: what `generate` takes, with stop strings in place of what they mean. */
export interface SamplingOptions extends Omit<GenerateOptions, 'endIds' | 'endsAt'> {
  readonly samples: number;
  readonly stop: readonly string[];
  /** Responses under way at a time, at least those to one prompt. */
  readonly batchSize: number;
}

/** New tokens where nobody says how many, if the model has room for as many. */
const usualNewTokens = 256;

/**
 * How many tokens responses may have: as asked, or what fits behind the longest prompt, up to 256.
 *
 * @param longest tokens of the longest prompt
 */
export const newTokens = (asked: number | undefined, longest: number, maxPositions: number): number =>
  asked ?? Math.max(1, Math.min(usualNewTokens, maxPositions - longest));

/**
 * The tokens of a prompt that leaves the model room to answer.
 *
 * @throws EncodingError where it does not
 */
export function promptThatFits({ tokenizer, model }: OpenedModel, prompt: Content, room: number): number[] {
  const ids = encodePrompt(tokenizer, prompt);
  const left = model.maxPositions - ids.length;
  if (left >= room) return ids;
  const sizes = `the prompt has ${ids.length} tokens and the model ${model.maxPositions} positions`;
  if (left <= 0) throw new EncodingError(`${sizes}, so there is no room for a response. Shorten it.`);
  throw new EncodingError(
    `${sizes}, so ${room} new tokens do not fit. Shorten it, or set --max-new-tokens to ${left} at most.`,
  );
}

/**
 * Samples responses to all prompts, in the order in which they are finished. Prompts of similar length go through the
 * model together, the longest first: what does not fit into memory fails at once. The order changes no response.
 */
export async function* respond(
  { model, tokenizer }: OpenedModel,
  prompts: readonly EncodedPrompt[],
  { samples, stop, batchSize, ...options }: SamplingOptions,
): AsyncGenerator<Response & { readonly prompt: number }> {
  const endsAt = stop.length > 0 ? endsAtStop(tokenizer, stop) : undefined;
  const settings: GenerateOptions = { ...options, samples, endIds: tokenizer.eosIds, ...(endsAt && { endsAt }) };
  const order = [...prompts.keys()].sort((a, b) => prompts[b]!.ids.length - prompts[a]!.ids.length || a - b);
  const together = Math.max(1, Math.floor(batchSize / samples));
  for (let start = 0; start < order.length; start += together) {
    const places = order.slice(start, start + together);
    const batch = places.map((place) => prompts[place]!.ids);
    for await (const { prompt, index, ids, logps, finish } of generate(model, batch, settings, places)) {
      const { id, ids: before } = prompts[prompt]!;
      const text = cutAt(stop, textAfter(tokenizer, before, ids));
      yield { prompt, id, index, text, tokens: ids, logprobs: logps, finish };
    }
  }
}

/** Decoders treat the first token of a text differently, so a response is decoded behind the end of its prompt. */
const contextTokens = 8;

/** The text of a response as it continues its prompt. */
export function textAfter(tokenizer: Tokenizer, prompt: readonly number[], ids: readonly number[]): string {
  const context = prompt.slice(-contextTokens);
  const decode = (tokens: readonly number[]) => tokenizer.decode(tokens, { skipSpecialTokens: true });
  return decode([...context, ...ids]).slice(decode(context).length);
}

/** The text before the first stop string in it. */
function cutAt(stop: readonly string[], text: string): string {
  const places = stop.map((string) => text.indexOf(string)).filter((place) => place >= 0);
  return text.slice(0, Math.min(...places, text.length));
}

/** Looks for stop strings at the end only: a character has at most 3 bytes for each of its UTF-16 units, a token at least one. */
function endsAtStop(tokenizer: Tokenizer, stop: readonly string[]): (ids: readonly number[]) => boolean {
  const window = 2 + 3 * Math.max(...stop.map((string) => string.length));
  return (ids) => {
    const end = tokenizer.decode(ids.slice(-window), { skipSpecialTokens: true });
    return stop.some((string) => end.includes(string));
  };
}
