import { AttuneError } from '@attune/torch';
import type { Tokenizer } from '../tokenizers/Tokenizer.ts';
import { display } from './display.ts';

/** An example that cannot become tokens as it should; the message shows the ids and their texts where it matters. */
export class EncodingError extends AttuneError {
  readonly code = 'encoding';
  override readonly badInput = true;
}

/** A prompt's tokens, and those of a response that follows them. */
export interface EncodedResponse {
  readonly prompt: number[];
  readonly response: number[];
  /** Whether the two merge when they are encoded together, so that the response had to be encoded on its own. */
  readonly boundaryMoved: boolean;
}

/** A prompt and the prompt with its response, as text and as tokens. */
export interface Joined {
  readonly prompt: { readonly text: string; readonly ids: number[] };
  readonly both: { readonly text: string; readonly ids: number[] };
}

/**
 * What to do when a response's beginning merges with the prompt's end into other tokens, so that the prompt's tokens
 * are not the first tokens of both together. `split` encodes the response as a text of its own that continues the
 * prompt: the tokens a model meets when it generates after that prompt.
 */
export type MovedBoundary = 'refuse' | 'split';

/**
 * The response's tokens: of prompt and response encoded together, those after the prompt's, as in TRL. Differs from TRL
 * where the prompt's tokens do not come first: TRL logs a warning and begins the response where the two part, which
 * takes tokens from the prompt that a model meets when it generates.
 */
export function splitAtPrompt(tokenizer: Tokenizer, joined: Joined, movedBoundary: MovedBoundary): EncodedResponse {
  const { prompt, both } = joined;
  const parting = partingOf(prompt.ids, both.ids);
  const boundaryMoved = parting < prompt.ids.length;
  if (!boundaryMoved) return { prompt: prompt.ids, response: both.ids.slice(parting), boundaryMoved };
  if (movedBoundary === 'refuse' || !both.text.startsWith(prompt.text)) throw boundaryError(tokenizer, joined, parting);
  const response = tokenizer.encodeContinuation(both.text.slice(prompt.text.length));
  return { prompt: prompt.ids, response, boundaryMoved };
}

/** How many tokens two sequences have in common before they part. */
export function partingOf(a: readonly number[], b: readonly number[]): number {
  let i = 0;
  while (i < a.length && i < b.length && a[i] === b[i]) i++;
  return i;
}

function boundaryError(tokenizer: Tokenizer, { prompt, both }: Joined, parting: number): EncodingError {
  const window = (ids: readonly number[]) => display(tokenizer, ids, Math.max(0, parting - 2), parting + 4);
  const remedy = both.text.startsWith(prompt.text)
    ? 'Let the prompt end where a word ends and the response begin with the space or line break between them; ' +
      'or set moved_boundary to split, which encodes the response on its own.'
    : 'The chat template writes the earlier turns differently once an answer follows. ' +
      'Use a template that does not, as those made for training do.';
  return new EncodingError(
    `The prompt's tokens are not the first tokens of prompt and response together: they part at token ${parting}.\n` +
      `  prompt alone:      ${window(prompt.ids)}\n  with the response: ${window(both.ids)}\n${remedy}`,
  );
}

/** Two begin tokens in a row, or one at the start of a response, are what a template and a tokenizer both adding it give. */
export function checkBegin(tokenizer: Tokenizer, prompt: readonly number[], response: readonly number[] = []): void {
  const { bosId } = tokenizer;
  if (bosId === undefined) return;
  const ids = [...prompt, ...response];
  const second = ids.findIndex((id, i) => id === bosId && ids[i + 1] === bosId);
  const repeated = response[0] === bosId && !tokenizer.eosIds.includes(bosId);
  if (second < 0 && !repeated) return;
  const at = second < 0 ? prompt.length : second;
  throw new EncodingError(
    `${second < 0 ? 'A begin token stands at the start of the response' : 'Two begin tokens stand side by side'}: ` +
      `${display(tokenizer, ids, Math.max(0, at - 1), at + 4)}\n` +
      `Take ${tokenizer.tokens([bosId])[0]} out of the text: the tokenizer or the chat template adds it.`,
  );
}

/** A turn must end with an end token, white space aside, or the model never learns to stop. */
export function checkEnd(tokenizer: Tokenizer, response: readonly number[]): void {
  const { eosIds } = tokenizer;
  if (eosIds.length === 0) return;
  const end = response.findLastIndex((id) => eosIds.includes(id));
  if (end >= 0 && tokenizer.decode(response.slice(end + 1)).trim() === '') return;
  throw new EncodingError(
    `The response does not end with an end token: ${display(tokenizer, response, Math.max(0, response.length - 5))}\n` +
      `The model's end tokens are ${display(tokenizer, eosIds)}. If the chat template ends a turn with another, ` +
      "add its id to eos_token_id in the model's generation_config.json.",
  );
}
