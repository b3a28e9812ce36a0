import type { Matrix } from './similarity.ts';

/** Two clusters that became one. A cluster below the number of judges is that judge; others are merges, in order. */
export interface Merge {
  readonly a: number;
  readonly b: number;
  /** 1 − their mean similarity. */
  readonly distance: number;
  /** How many judges the new cluster has. */
  readonly size: number;
}

/** A tree of clusters. */
export interface Clusters {
  readonly merges: readonly Merge[];
  /** The judges in an order in which each cluster is a run. */
  readonly order: readonly number[];
}

/**
 * Hierarchical clusters by average linkage (UPGMA: Sokal and Michener 1958) of the distance 1 − similarity: again and
 * again the two clusters become one whose judges are nearest on average. Of equal distances the earlier pair is taken.
 */
export function cluster(similarity: Matrix): Clusters {
  const members = new Map(similarity.map((_, i) => [i, [i]]));
  const merges: Merge[] = [];
  while (members.size > 1) {
    const { a, b, distance } = nearestPair(members, similarity);
    const joined = [...members.get(a)!, ...members.get(b)!];
    members.delete(a);
    members.delete(b);
    members.set(similarity.length + merges.length, joined);
    merges.push({ a, b, distance, size: joined.length });
  }
  return { merges, order: [...members.values()].flat() };
}

function nearestPair(members: ReadonlyMap<number, readonly number[]>, similarity: Matrix) {
  let best = { a: -1, b: -1, distance: Infinity };
  const entries = [...members];
  entries.forEach(([a, own], i) => {
    for (const [b, other] of entries.slice(i + 1)) {
      let sum = 0;
      for (const x of own) for (const y of other) sum += 1 - similarity[x]![y]!;
      const distance = sum / (own.length * other.length);
      if (distance < best.distance) best = { a, b, distance };
    }
  });
  return best;
}

/** The clusters that remain when all but the last `count` − 1 merges are done, each a list of judges. */
export function cut({ merges, order }: Clusters, count: number): number[][] {
  const judges = order.length;
  const members = new Map(order.map((judge) => [judge, [judge]]));
  merges.slice(0, Math.max(0, judges - count)).forEach(({ a, b }, i) => {
    members.set(judges + i, [...members.get(a)!, ...members.get(b)!]);
    members.delete(a);
    members.delete(b);
  });
  return [...members.values()].map((own) => own.sort((x, y) => x - y)).sort((x, y) => x[0]! - y[0]!);
}
