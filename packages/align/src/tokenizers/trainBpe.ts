import { InvalidValueError } from '@attune/preferences';
import { byteCharacters, tokenOfBytes } from './byteLevel.ts';
import { MaxHeap } from './maxHeap.ts';

/** A trained byte-level BPE vocabulary, its tokens written with GPT-2's byte characters (a space is `Ġ`). */
export interface Bpe {
  readonly specialTokens: readonly string[];
  /** Token → id: the special tokens, the 256 bytes, then one token per merge in the order they were learned. */
  readonly vocab: ReadonlyMap<string, number>;
  readonly merges: readonly (readonly [string, string])[];
}

/** The vocabulary that is wanted. */
export interface TrainBpeOptions {
  /** Entries wanted, special tokens and the 256 bytes included. Fewer come back when the text has no pair left. */
  readonly vocabSize: number;
  /** Never split and never merged; they get the first ids. */
  readonly specialTokens: readonly string[];
}

/**
 * Byte-pair encoding: Sennrich et al. 2016 (arXiv:1508.07909), algorithm 1, over bytes as in GPT-2 (Radford et al. 2019,
 * section 2.2): text is split by GPT-2's pattern, then the most frequent pair of neighbours becomes one token, again and
 * again. Of equally frequent pairs the lexicographically greater pair of byte strings goes first.
 *
 * Pair counts are kept up to date: a merge touches only the words that contain it.
 */
export function trainBpe(texts: Iterable<string>, { vocabSize, specialTokens }: TrainBpeOptions): Bpe {
  const least = 256 + specialTokens.length;
  if (!Number.isInteger(vocabSize) || vocabSize < least) {
    throw new InvalidValueError(
      'vocabSize',
      `a whole number of at least ${least} (bytes and special tokens)`,
      vocabSize,
    );
  }

  const pairs = new PairCounts(countPieces(texts, specialTokens));
  const merges: [string, string][] = [];
  while (least + merges.length < vocabSize) {
    const merge = pairs.mergeBest();
    if (!merge) break;
    merges.push([visible(merge[0]), visible(merge[1])]);
  }
  const bytes = byteCharacters.toSorted(); // GPT-2's order of ids: printable bytes first
  const tokens = [...specialTokens, ...bytes, ...merges.map(([left, right]) => left + right)];
  return { specialTokens, vocab: new Map(tokens.map((token, id) => [token, id])), merges };
}

/** GPT-2's split pattern. White space is Unicode's: JavaScript's `\s` differs from it in U+0085 and U+FEFF. */
const pieces =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/** How often each piece between the special tokens occurs. */
function countPieces(texts: Iterable<string>, specialTokens: readonly string[]): Map<string, number> {
  const special = new RegExp(specialTokens.map((token) => RegExp.escape(token)).join('|') || '(?!)', 'u');
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const part of text.split(special)) {
      for (const piece of part.match(pieces) ?? []) counts.set(piece, (counts.get(piece) ?? 0) + 1);
    }
  }
  return counts;
}

/** A byte string (one character of code 0–255 per byte, so that `<` compares bytes) in GPT-2's characters. */
const visible = (bytes: string) => tokenOfBytes(Buffer.from(bytes, 'latin1'));

/** A piece of text as the tokens it consists of so far. */
interface Word {
  tokens: string[];
  readonly count: number;
}

interface Pair {
  readonly left: string;
  readonly right: string;
  count: number;
  /** The words it occurs in, and perhaps some it no longer does. */
  readonly words: Set<Word>;
}

/** A pair with the count it had when it was queued; out of date as soon as the two differ. */
interface Candidate {
  readonly pair: Pair;
  readonly count: number;
}

/** Should `a` be merged before `b`? */
const precedes = (a: Candidate, b: Candidate) => {
  if (a.count !== b.count) return a.count > b.count;
  return a.pair.left !== b.pair.left ? a.pair.left > b.pair.left : a.pair.right > b.pair.right;
};

/** All pairs of neighbouring tokens, with their counts, the words they are in, and the next one to merge. */
class PairCounts {
  readonly #pairs = new Map<string, Map<string, Pair>>(); // left → right → pair
  readonly #queue = new MaxHeap(precedes);

  constructor(pieceCounts: ReadonlyMap<string, number>) {
    const changed = new Set<Pair>();
    for (const [piece, count] of pieceCounts) {
      const word = { tokens: [...Buffer.from(piece).toString('latin1')], count };
      this.#add(word, 1, changed);
    }
    this.#enqueue(changed);
  }

  /** Merges the pair that is due wherever it occurs, and returns it; undefined when no pair is left. */
  mergeBest(): [string, string] | undefined {
    for (let best = this.#queue.pop(); best; best = this.#queue.pop()) {
      const { pair, count } = best;
      if (count !== pair.count) continue; // a newer candidate of this pair is, or was, in the queue
      const changed = new Set<Pair>();
      for (const word of pair.words) {
        this.#add(word, -1, changed);
        word.tokens = joined(word.tokens, pair);
        this.#add(word, 1, changed);
      }
      this.#enqueue(changed);
      return [pair.left, pair.right];
    }
    return undefined;
  }

  /** Counts (sign 1) or forgets (sign -1) the pairs of one word. */
  #add(word: Word, sign: 1 | -1, changed: Set<Pair>): void {
    for (let i = 1; i < word.tokens.length; i++) {
      const pair = this.#pair(word.tokens[i - 1]!, word.tokens[i]!);
      pair.count += sign * word.count;
      if (sign === 1) pair.words.add(word);
      changed.add(pair);
    }
  }

  #pair(left: string, right: string): Pair {
    let followers = this.#pairs.get(left);
    if (!followers) this.#pairs.set(left, (followers = new Map()));
    let pair = followers.get(right);
    if (!pair) followers.set(right, (pair = { left, right, count: 0, words: new Set() }));
    return pair;
  }

  #enqueue(changed: Set<Pair>): void {
    for (const pair of changed) if (pair.count > 0) this.#queue.push({ pair, count: pair.count });
  }
}

/** The tokens with every occurrence of the pair made one, from left to right. */
function joined(tokens: readonly string[], { left, right }: Pair): string[] {
  const result: string[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const found = tokens[i] === left && tokens[i + 1] === right;
    result.push(found ? left + right : tokens[i]!);
    if (found) i++;
  }
  return result;
}
