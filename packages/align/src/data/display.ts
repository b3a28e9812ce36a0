import type { Tokenizer } from '../tokenizers/Tokenizer.ts';

/** Ids with their texts, `464 "The" 21831 " fox"`; an ellipsis where some are left out. */
export function display(tokenizer: Tokenizer, ids: readonly number[], from = 0, to = ids.length): string {
  const shown = ids.slice(from, to);
  const pieces = tokenizer.tokens(shown).map((text, i) => `${shown[i]} ${quoted(text)}`);
  return [...(from > 0 ? ['…'] : []), ...pieces, ...(to < ids.length ? ['…'] : [])].join(' ');
}

/** A share of 0 to 1 in whole percent. */
export const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** Text in quotes with all that is invisible escaped, so that no data can steer the terminal it is printed to. */
export const quoted = (text: string): string =>
  JSON.stringify(text).replace(/[\p{Cc}\p{Cf}]/gu, (hidden) => `\\u{${hidden.codePointAt(0)!.toString(16)}}`);
