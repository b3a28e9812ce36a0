/** Texts cut into pieces: as near to tokens as one gets without a tokenizer, in any language. */

/**
 * A run of letters and digits; a character of a script that writes no spaces between words (Chinese, Japanese, Thai,
 * Lao, Khmer, Burmese) with its marks; or any other visible sign.
 */
const PIECE =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]\p{M}*|[[\p{L}\p{M}\p{N}]--[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]]+|[^\s\p{C}]/gv;

/** The pieces of a text, in order, without what is invisible between them. */
export const pieces = (text: string): string[] => text.match(PIECE) ?? [];

/** How many pieces a text has: an estimate of its tokens where no tokenizer is at hand. */
export const countPieces = (text: string): number => pieces(text).length;
