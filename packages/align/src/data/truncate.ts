/**
 * What becomes of an example with more tokens than fit. `drop` leaves it out; `keep_start` cuts its responses at their
 * end; `keep_end` cuts its prompt at the start, behind the begin token. An example that even so has no room for a token
 * of its prompt and one of each response is left out in every mode.
 */
export type Truncation = 'drop' | 'keep_start' | 'keep_end';

/** How long an example may be, and what becomes of longer ones (`drop` if not said). */
export interface Limit {
  /** Tokens of prompt and response together, at most. */
  readonly maxLength: number;
  readonly truncation?: Truncation;
}

/** Prompt and responses as they are kept, and how many tokens each was cut by. */
export interface Fitted {
  readonly prompt: number[];
  readonly responses: number[][];
  readonly lost: { readonly prompt: number; readonly responses: number[] };
}

/**
 * Makes a prompt with its responses fit, the same prompt for all of them.
 *
 * @param start how many tokens at the prompt's beginning stay when it is cut: the begin token's
 * @returns undefined if it has to be left out
 */
export function fit(
  prompt: number[],
  responses: number[][],
  { maxLength, truncation = 'drop' }: Limit,
  start: number,
): Fitted | undefined {
  const longest = Math.max(...responses.map((response) => response.length));
  const excess = prompt.length + longest - maxLength;
  const uncut = { prompt: 0, responses: responses.map(() => 0) };
  if (excess <= 0) return { prompt, responses, lost: uncut };
  if (truncation === 'keep_start' && prompt.length < maxLength) {
    const kept = responses.map((response) => response.slice(0, maxLength - prompt.length));
    return {
      prompt,
      responses: kept,
      lost: { ...uncut, responses: kept.map((r, i) => responses[i]!.length - r.length) },
    };
  }
  if (truncation === 'keep_end' && prompt.length - excess > start) {
    const kept = [...prompt.slice(0, start), ...prompt.slice(start + excess)];
    return { prompt: kept, responses, lost: { ...uncut, prompt: excess } };
  }
  return undefined;
}
