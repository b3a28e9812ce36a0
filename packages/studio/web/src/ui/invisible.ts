/** A run of text that shows itself, or the name of one character that does not, as `U+200B`. */
export type Part = string | { readonly name: string };

/**
 * Controls, format and bidirectional characters, spaces other than the plain one, line and paragraph separators, halves of
 * surrogate pairs, private use, and whatever else Unicode lets a program show as nothing. A newline shows itself.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Zs}\p{Default_Ignorable_Code_Point}]/u;
const PLAIN = new Set([' ', '\n']);

/** Splits a text so that every character of it can be seen. */
export function visible(text: string): Part[] {
  const parts: Part[] = [];
  let run = '';
  for (const character of text) {
    if (PLAIN.has(character) || !UNSEEN.test(character)) {
      run += character;
      continue;
    }
    if (run) parts.push(run);
    run = '';
    parts.push({ name: `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}` });
  }
  if (run) parts.push(run);
  return parts;
}
