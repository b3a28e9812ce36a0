import type { BattleTable } from './battles.ts';

/** What the battles can tell about who is better than whom. */
export interface BattleGraph {
  /** Models that are joined by battles, directly or through others, as places in `models`: one list if all are. */
  readonly components: readonly (readonly number[])[];
  /**
   * Whether in every split of a component some model of each part won (or drew) against one of the other. Only then has the
   * likelihood a maximum (Ford 1957, American Mathematical Monthly 64:8); else how far apart the parts are is the prior's.
   */
  readonly isDecided: boolean;
}

/** Components of the battles, and whether each of them is strongly connected by "won or drew against". */
export function battleGraph({ models, a, b, lead, weight }: BattleTable): BattleGraph {
  const met = models.map(() => new Set<number>());
  const beaten = models.map(() => new Set<number>());
  const beatenBy = models.map(() => new Set<number>());
  const win = (winner: number, loser: number) => {
    beaten[winner]!.add(loser);
    beatenBy[loser]!.add(winner);
  };
  for (let i = 0; i < a.length; i++) {
    if (weight[i] === 0) continue;
    met[a[i]!]!.add(b[i]!);
    met[b[i]!]!.add(a[i]!);
    if (lead[i]! > -0.5) win(a[i]!, b[i]!);
    if (lead[i]! < 0.5) win(b[i]!, a[i]!);
  }
  const components: number[][] = [];
  const seen = new Set<number>();
  for (let model = 0; model < models.length; model++) {
    if (seen.has(model)) continue;
    const reached = [...reachable(model, met)].sort((one, other) => one - other);
    for (const one of reached) seen.add(one);
    components.push(reached);
  }
  const isDecided = components.every(
    ([first, ...rest]) =>
      reachable(first!, beaten).size === rest.length + 1 && reachable(first!, beatenBy).size === rest.length + 1,
  );
  return { components, isDecided };
}

function reachable(from: number, edges: readonly ReadonlySet<number>[]): Set<number> {
  const found = new Set([from]);
  for (const one of found) for (const other of edges[one]!) found.add(other); // a set's iteration sees what is added
  return found;
}
