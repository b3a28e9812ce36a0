import { InvalidValueError } from '../errors.ts';

/** What a rater can say about an item. */
export type Label = string | number;

/**
 * Which labels items were given, and how often. Who gave them is not kept: of the coefficients that read this, none asks.
 * `labels` stand in their order where they have one.
 */
export interface Ratings {
  readonly labels: readonly Label[];
  readonly counts: readonly (readonly number[])[]; // [items][labels]
}

/**
 * Counts the labels of items: for each item, what its raters said; undefined where a rater has not seen it.
 *
 * @param labels every label there is, in order; by default those that occur, numbers by size
 */
export function ratingsOf(
  items: readonly (readonly (Label | undefined)[])[],
  labels: readonly Label[] = occurring(items),
): Ratings {
  const places = new Map(labels.map((label, i) => [label, i]));
  const counts = items.map((said) => {
    const count = labels.map(() => 0);
    for (const label of said) {
      if (label === undefined) continue;
      const place = places.get(label);
      if (place === undefined) throw new InvalidValueError('A label', `one of ${labels.join(', ')}`, label);
      count[place]!++;
    }
    return count;
  });
  return { labels, counts };
}

const occurring = (items: readonly (readonly (Label | undefined)[])[]): Label[] =>
  [...new Set(items.flat())].filter((label) => label !== undefined).sort(inOrder);

const inOrder = (a: Label, b: Label): number => (a < b ? -1 : a > b ? 1 : 0);

/** How many ratings an item has. */
export const sizeOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
