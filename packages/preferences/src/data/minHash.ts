/** Finds texts that share most of their shingles without holding every text against every other. */
import { InvalidValueError } from '../errors.ts';
import { seededRandom } from '../stats/random.ts';
import { pieces } from './pieces.ts';

/** Hash functions in a signature: enough for the bands below at any threshold that is of use. */
const SIGNATURE = 128;
/** Pieces in a shingle: three, because prompts are short and one changed word must not pass for the same. */
const SHINGLE = 3;
/** How surely two texts that are exactly as alike as the threshold meet in a band. */
const DETECTION = 0.999;

/** An indexed text that is near enough, by the place at which it was added. */
export interface Match {
  readonly place: number;
  /** Jaccard similarity of the two sets of shingles, exact. */
  readonly similarity: number;
}

/** How a signature is cut: two texts meet when all `rows` numbers of one of `bands` bands agree. */
export interface Bands {
  readonly bands: number;
  readonly rows: number;
}

/**
 * The narrowest net that still holds: as many rows in a band as leave texts at the threshold a probability of 0.999 to
 * meet, with 128 numbers in all. At 0.8 that is 25 bands of 5 (0.99995).
 */
export function bandsFor(threshold: number): Bands {
  let rows = 1;
  const net = (height: number): Bands => ({ bands: Math.floor(SIGNATURE / height), rows: height });
  while (rows < SIGNATURE && meetingProbability(threshold, net(rows + 1)) >= DETECTION) rows++;
  return net(rows);
}

/** The probability that two texts of a similarity meet in at least one band: 1 − (1 − s^rows)^bands. */
export const meetingProbability = (similarity: number, { bands, rows }: Bands): number =>
  1 - (1 - similarity ** rows) ** bands;

/**
 * The shingles of a text: all runs of three pieces, a piece being a word, a Chinese character or a sign (see `pieces`);
 * a shorter text is one shingle. Upper case, width and composition of characters make no difference (NFKC).
 */
export function shingles(text: string): Set<string> {
  const all = pieces(text.normalize('NFKC').toLowerCase());
  if (all.length <= SHINGLE) return new Set(all.length === 0 ? [] : [all.join(' ')]);
  return new Set(all.slice(SHINGLE - 1).map((_, i) => all.slice(i, i + SHINGLE).join(' ')));
}

/** |a ∩ b| / |a ∪ b| of two rising lists without repetitions; 1 for two empty ones, which are the same. */
export function jaccard(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [i, j, shared] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const [x, y] = [a[i]!, b[j]!];
    if (x === y) shared++;
    if (x <= y) i++;
    if (y <= x) j++;
  }
  return a.length + b.length === 0 ? 1 : shared / (a.length + b.length - shared);
}

/**
 * MinHash with banding: Broder 1997 (On the resemblance and containment of documents); the bands as in Leskovec,
 * Rajaraman and Ullman (Mining of Massive Datasets, 3.4). Two texts' minima under a random hash function agree with a
 * probability that is their Jaccard similarity. Texts that agree in a whole band are candidates, and each candidate's
 * similarity is then computed exactly: nothing is ever called alike that is not; at the threshold one pair in a thousand
 * or fewer is overlooked.
 */
export class MinHashIndex {
  readonly #threshold: number;
  readonly #bands: Bands;
  readonly #salts: Int32Array;
  readonly #ids = new Map<string, number>(); //          shingle → number
  readonly #hashes: number[] = []; //                    of each numbered shingle
  readonly #texts: Uint32Array[] = []; //                shingles of each text, rising
  readonly #buckets: Map<string, number[]>[];
  readonly #askedIn: number[] = []; //                   the last query each text was a candidate in
  #query = 0;

  /** @param seed decides the hash functions, and with them which of the barely alike are overlooked */
  constructor({ threshold, seed }: { threshold: number; seed: number }) {
    if (!(threshold > 0 && threshold <= 1)) throw new InvalidValueError('threshold', 'above 0, at most 1', threshold);
    this.#threshold = threshold;
    this.#bands = bandsFor(threshold);
    const random = seededRandom(seed);
    this.#salts = Int32Array.from({ length: this.#bands.bands * this.#bands.rows }, () => random.uint32());
    this.#buckets = Array.from({ length: this.#bands.bands }, () => new Map());
  }

  /** A text's shingles and bands, for {@link add} and {@link matches}. */
  prepare(text: string): Prepared {
    const ids = Uint32Array.from(shingles(text), (shingle) => this.#idOf(shingle)).sort();
    return { ids, keys: this.#bandKeys(ids) };
  }

  /** Adds a text; its place is how many were added before. */
  add({ ids, keys }: Prepared): void {
    const place = this.#texts.push(ids) - 1;
    this.#askedIn.push(0);
    for (const [band, key] of keys.entries()) {
      const bucket = this.#buckets[band]!.get(key);
      if (bucket) bucket.push(place);
      else this.#buckets[band]!.set(key, [place]);
    }
  }

  /** The texts added so far that are at least as alike as the threshold, in the order they were added. */
  matches({ ids, keys }: Prepared): Match[] {
    this.#query++;
    const found: Match[] = [];
    for (const [band, key] of keys.entries()) {
      for (const place of this.#buckets[band]!.get(key) ?? []) {
        if (this.#askedIn[place] === this.#query) continue; // met in an earlier band
        this.#askedIn[place] = this.#query;
        const similarity = jaccard(ids, this.#texts[place]!);
        if (similarity >= this.#threshold) found.push({ place, similarity });
      }
    }
    return found.sort((a, b) => a.place - b.place);
  }

  #idOf(shingle: string): number {
    const known = this.#ids.get(shingle);
    if (known !== undefined) return known;
    this.#ids.set(shingle, this.#hashes.length);
    return this.#hashes.push(textHash(shingle)) - 1;
  }

  #bandKeys(ids: Uint32Array): string[] {
    const minima = new Uint32Array(this.#salts.length).fill(0xffffffff);
    for (const id of ids) {
      const base = this.#hashes[id]!;
      for (let k = 0; k < minima.length; k++) {
        const value = mixed(base ^ this.#salts[k]!);
        if (value < minima[k]!) minima[k] = value;
      }
    }
    const { bands, rows } = this.#bands;
    return Array.from({ length: bands }, (_, band) => minima.subarray(band * rows, (band + 1) * rows).join());
  }
}

/** A text ready to be added or looked up. */
export interface Prepared {
  readonly ids: Uint32Array;
  readonly keys: readonly string[];
}

/** FNV-1a over UTF-16 units, which spreads; {@link mixed} does the rest. */
function textHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/** MurmurHash3's finalizer: every bit of the input changes half the bits of the output. */
function mixed(value: number): number {
  let x = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
