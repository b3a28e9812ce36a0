/** Prompts that say nearly the same: found, grouped, and kept once. */
import { promptKey } from './keys.ts';
import { type Match, MinHashIndex } from './minHash.ts';
import { type Content, toText } from './types.ts';

/** How alike is too alike. */
export interface NearOptions {
  /** Jaccard similarity of word trigrams from which two prompts count as the same. */
  readonly threshold?: number;
  /** Of the hash functions. */
  readonly seed?: number;
}

/** The project's choice; the paper says nothing about near-duplicates. */
export const nearThreshold = 0.8;

const indexFor = ({ threshold = nearThreshold, seed = 0 }: NearOptions): MinHashIndex =>
  new MinHashIndex({ threshold, seed });

/** A prompt that was found a second time. Places count from 0. */
export interface Duplicate {
  readonly place: number;
  /** Where the prompt stands that it repeats: one that is kept. */
  readonly of: number;
  /** Jaccard similarity of the two; it may be 1 for prompts that differ in case or white space. */
  readonly similarity: number;
  /** Whether they are the same prompt (equal `promptKey`s). */
  readonly exact: boolean;
}

/**
 * Prompts that repeat an earlier one: the first of each sort stays, and a later one that is at least as like one that
 * stays as the threshold is dropped. Ten thousand prompts take a few seconds; see `MinHashIndex` for how, and for what
 * may be overlooked.
 */
export function nearDuplicates(prompts: readonly Content[], options: NearOptions = {}): Duplicate[] {
  const index = indexFor(options);
  const staying: number[] = [];
  const known = new Map<string, Omit<Duplicate, 'place'>>(); // what to say when a prompt comes again
  return prompts.flatMap((prompt, place) => {
    const key = promptKey(prompt);
    const again = known.get(key);
    if (again) return { place, ...again };
    const prepared = index.prepare(toText(prompt));
    const nearest = mostAlike(index.matches(prepared));
    if (nearest) {
      const near = { of: staying[nearest.place]!, similarity: nearest.similarity, exact: false };
      known.set(key, near);
      return { place, ...near };
    }
    index.add(prepared);
    staying.push(place);
    known.set(key, { of: place, similarity: 1, exact: true });
    return [];
  });
}

/**
 * For each prompt the number of its group: prompts are in one group when they are the same, near-duplicates, or joined
 * by a chain of near-duplicates. Groups are numbered as they first appear; what is grouped does not hang on the order.
 */
export function nearGroups(prompts: readonly Content[], options: NearOptions = {}): number[] {
  const index = indexFor(options);
  const parents: number[] = []; // a forest over the distinct prompts, each root standing for its group
  const root = (i: number): number => {
    while (parents[i] !== i) i = parents[i] = parents[parents[i]!]!;
    return i;
  };
  const placeOf = new Map<string, number>();
  const distinct = prompts.map((prompt) => {
    const key = promptKey(prompt);
    const known = placeOf.get(key);
    if (known !== undefined) return known;
    const place = parents.push(parents.length) - 1;
    placeOf.set(key, place);
    const prepared = index.prepare(toText(prompt));
    for (const match of index.matches(prepared)) parents[root(match.place)] = root(place);
    index.add(prepared);
    return place;
  });
  const numbers = new Map<number, number>();
  return distinct.map((place) => {
    const top = root(place);
    if (!numbers.has(top)) numbers.set(top, numbers.size);
    return numbers.get(top)!;
  });
}

/** A held-out prompt that was trained on too. Places count from 0. */
export interface Leak {
  /** Among the held-out prompts. */
  readonly held: number;
  /** Among the prompts trained on: the most alike, of several the first. */
  readonly trained: number;
  readonly similarity: number;
  readonly exact: boolean;
}

/** The held-out prompts that are the same as, or nearly the same as, one that is trained on; each at most once. */
export function findLeaks(trained: readonly Content[], held: readonly Content[], options: NearOptions = {}): Leak[] {
  const index = indexFor(options);
  const placeOf = new Map<string, number>();
  const distinct: number[] = [];
  for (const [place, prompt] of trained.entries()) {
    const key = promptKey(prompt);
    if (placeOf.has(key)) continue;
    placeOf.set(key, place);
    distinct.push(place);
    index.add(index.prepare(toText(prompt)));
  }
  return held.flatMap((prompt, place): Leak[] => {
    const same = placeOf.get(promptKey(prompt));
    if (same !== undefined) return [{ held: place, trained: same, similarity: 1, exact: true }];
    const nearest = mostAlike(index.matches(index.prepare(toText(prompt))));
    if (!nearest) return [];
    return [{ held: place, trained: distinct[nearest.place]!, similarity: nearest.similarity, exact: false }];
  });
}

/** The most alike; of equals the first. */
const mostAlike = (matches: readonly Match[]): Match | undefined =>
  matches.reduce<Match | undefined>((a, b) => (a && a.similarity >= b.similarity ? a : b), undefined);
