/** Comparisons that contradict each other: found per prompt, and taken out before pairs are made of them. */
import { promptKey } from './keys.ts';
import type { Comparison } from './types.ts';

/**
 * Why a comparison gives no pair. `contradiction`: another one prefers the same two responses the other way round.
 * `cycle`: following preferences leads from the worse response back to the better one. `same response`: both are equal.
 */
export type Inconsistency = 'tie' | 'skip' | 'same response' | 'contradiction' | 'cycle';

/** A comparison that was left out; `place` counts from 0. */
export interface LeftOut {
  readonly place: number;
  readonly reason: Inconsistency;
}

/** Every comparison is either kept or left out for one reason. */
export interface ConsistentComparisons {
  /** In the order given. */
  readonly comparisons: Comparison[];
  /** Where each of them stood. */
  readonly places: number[];
  readonly leftOut: readonly LeftOut[];
  readonly counts: Readonly<Record<Inconsistency, number>>;
  readonly prompts: number;
}

/** A decided comparison: `better` and `worse` number the prompt's responses. */
interface Edge {
  readonly place: number;
  readonly better: number;
  readonly worse: number;
}

/**
 * Takes out ties and cyclic preferences, as Hou et al. 2024, ChatGLM-RLHF (arXiv:2404.00934) do after annotation. How is
 * the project's choice: each prompt's decided comparisons make a graph with an edge from the better response to the worse
 * one, equal texts being one response, and every edge inside a strongly connected component goes. What is left has no
 * cycles, so doing it twice changes nothing; votes that agree are all kept.
 */
export function consistentComparisons(comparisons: readonly Comparison[]): ConsistentComparisons {
  const leftOut: LeftOut[] = [];
  const graphs = new Map<string, Graph>();
  for (const [place, comparison] of comparisons.entries()) {
    const reason = undecided(comparison);
    if (reason) leftOut.push({ place, reason });
    else graphOf(graphs, comparison).add(place, comparison);
  }
  for (const graph of graphs.values()) leftOut.push(...graph.inconsistent());
  leftOut.sort((a, b) => a.place - b.place);
  const counts = { tie: 0, skip: 0, 'same response': 0, contradiction: 0, cycle: 0 };
  for (const { reason } of leftOut) counts[reason]++;
  const out = new Set(leftOut.map(({ place }) => place));
  const places = comparisons.map((_, place) => place).filter((place) => !out.has(place));
  const prompts = new Set(comparisons.map(({ prompt }) => promptKey(prompt))).size;
  return { comparisons: places.map((place) => comparisons[place]!), places, leftOut, counts, prompts };
}

function undecided({ choice, responses: [a, b] }: Comparison): Inconsistency | undefined {
  if (choice === 'tie' || choice === 'skip') return choice;
  return a.text === b.text ? 'same response' : undefined;
}

function graphOf(graphs: Map<string, Graph>, { prompt }: Comparison): Graph {
  const key = promptKey(prompt);
  const known = graphs.get(key);
  if (known) return known;
  const graph = new Graph();
  graphs.set(key, graph);
  return graph;
}

/** What was preferred to what among the responses to one prompt. */
class Graph {
  readonly #numbers = new Map<string, number>(); // of each response's text
  readonly #edges: Edge[] = [];

  add(place: number, { responses: [a, b], choice }: Comparison): void {
    const [better, worse] = choice === 'a' ? [a, b] : [b, a];
    this.#edges.push({ place, better: this.#numberOf(better.text), worse: this.#numberOf(worse.text) });
  }

  inconsistent(): LeftOut[] {
    const followers = Array.from({ length: this.#numbers.size }, (): number[] => []);
    for (const { better, worse } of this.#edges) followers[better]!.push(worse);
    const component = stronglyConnected(followers);
    return this.#edges
      .filter(({ better, worse }) => component[better] === component[worse])
      .map(({ place, better, worse }) => ({
        place,
        reason: followers[worse]!.includes(better) ? 'contradiction' : 'cycle',
      }));
  }

  #numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#numbers.size);
    return this.#numbers.size - 1;
  }
}

/**
 * For each node the number of its strongly connected component: Tarjan 1972 (SIAM J. Comput. 1:146), with a stack of our
 * own in place of recursion, so that long chains are no danger.
 *
 * @param followers the nodes each node has an edge to
 */
export function stronglyConnected(followers: readonly (readonly number[])[]): number[] {
  const order = new Array<number>(followers.length).fill(-1); //     when a node was first visited
  const lowest = new Array<number>(followers.length).fill(0); //     the earliest node known to be reachable from it
  const component = new Array<number>(followers.length).fill(-1);
  const open: number[] = []; //                                      visited, in no component yet
  let [visited, components] = [0, 0];
  const visit = (node: number): { node: number; next: number } => {
    order[node] = lowest[node] = visited++;
    open.push(node);
    return { node, next: 0 };
  };
  for (const start of followers.keys()) {
    const path = order[start] === -1 ? [visit(start)] : [];
    for (let at = path.at(-1); at; at = path.at(-1)) {
      const follower = followers[at.node]![at.next++];
      if (follower !== undefined) {
        if (order[follower] === -1) path.push(visit(follower));
        else if (component[follower] === -1) lowest[at.node] = Math.min(lowest[at.node]!, order[follower]!);
        continue;
      }
      path.pop();
      const before = path.at(-1);
      if (before) lowest[before.node] = Math.min(lowest[before.node]!, lowest[at.node]!);
      if (lowest[at.node] !== order[at.node]) continue;
      for (const member of open.splice(open.lastIndexOf(at.node))) component[member] = components;
      components++;
    }
  }
  return component;
}
