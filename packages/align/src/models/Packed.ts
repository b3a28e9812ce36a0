import { cat, owned, type Tensor, tensor, zeros } from '@attune/torch';
import { attention } from '../nn/attention.ts';
import type { Layout } from './Layout.ts';

/** A run of tokens: a whole sequence, or the continuation of another one (a response after its prompt). */
export interface Segment {
  readonly ids: readonly number[];
  /** Index of the segment this one continues, itself no continuation. Several may continue the same. */
  readonly after?: number;
}

/** Beyond any position: marks padding. As a key it is after everything; as a query it sees all, and nobody reads it. */
const nowhere = 2 ** 40;

/**
 * Sequences laid end to end. Each token goes through the model once, also a prompt that several responses share; only
 * inside attention are queries and keys set out in rows, padded, one row a segment. Owns its attention masks: dispose it.
 */
export class Packed implements Layout, Disposable {
  readonly ids: readonly number[]; // [tokens]
  readonly starts: readonly number[]; // where each segment begins among the tokens
  readonly positions: Tensor;
  readonly longest: number;
  readonly #groups: readonly Group[];
  readonly #order: Tensor | undefined; // from the groups' rows back to the tokens; undefined where they are the same

  constructor(segments: readonly Segment[], device = 'cpu') {
    this.ids = segments.flatMap((segment) => segment.ids);
    this.starts = startsOf(segments);
    const offset = ({ after }: Segment) => (after === undefined ? 0 : segments[after]!.ids.length);
    const positions = segments.flatMap((segment) => segment.ids.map((_, i) => offset(segment) + i));
    this.positions = tensor(positions, { dtype: 'int64', device });
    this.longest = positions.reduce((a, b) => Math.max(a, b), 0) + 1;

    const rows = segments.map((segment, i) => {
      const own = range(this.starts[i]!, segment.ids.length);
      const before = segment.after === undefined ? [] : range(this.starts[segment.after]!, offset(segment));
      return { queries: own, keys: [...before, ...own] };
    });
    // Prompts and responses apart, so that a prompt's row is not padded to the length of prompt and response together.
    const kinds = [
      rows.filter((_, i) => segments[i]!.after === undefined),
      rows.filter((_, i) => segments[i]!.after !== undefined),
    ];
    const groups = kinds.flatMap(similarRows);
    this.#groups = groups.map((rows) => new Group(rows, positions, device));
    this.#order =
      this.#groups.length === 1 && this.#groups[0]!.even
        ? undefined
        : tensor(orderOf(groups), { dtype: 'int64', device });
  }

  attend(_layer: number, q: Tensor, k: Tensor, v: Tensor, window?: number): Tensor {
    const attended = this.#groups.map((group) => group.attend(q, k, v, window)); // [rows · queries, heads · headDim] each
    if (!this.#order) return attended[0]!;
    return (attended.length === 1 ? attended[0]! : cat(attended)).indexSelect(0, this.#order);
  }

  [Symbol.dispose](): void {
    for (const group of this.#groups) group[Symbol.dispose]();
  }
}

interface Row {
  readonly queries: readonly number[]; // places among the tokens
  readonly keys: readonly number[];
}

/** Rows that are padded to one length and attend together. */
class Group implements Disposable {
  /** Whether the rows are all the tokens as they stand: whole sequences of one length, in order. */
  readonly even: boolean;
  readonly #rows: number;
  readonly #queryIndex: Tensor; //     [rows · queries]
  readonly #keyIndex: Tensor; //       [rows · keys]
  readonly #queryPositions: Tensor; // [rows, queries, 1]
  readonly #keyPositions: Tensor; //   [rows, 1, keys]
  readonly #masks = new Map<number | undefined, Tensor>();

  constructor(rows: readonly Row[], positions: readonly number[], device: string) {
    const longest = (lists: readonly (readonly number[])[]) =>
      lists.reduce((most, list) => Math.max(most, list.length), 0);
    const [queries, keys] = [longest(rows.map((r) => r.queries)), longest(rows.map((r) => r.keys))];
    const ints = (values: number[], shape: number[]) => tensor(values, { dtype: 'int64', device }).view(shape);
    const padded = (list: readonly number[], length: number, pad: number) => [
      ...list,
      ...Array(length - list.length).fill(pad),
    ];
    const placed = (list: readonly number[]) => list.map((i) => positions[i]!);
    const isAll = rows.length * queries === positions.length;
    this.even = isAll && rows.every((row, i) => row.queries[0] === i * queries && row.keys.length === queries);
    this.#rows = rows.length;
    this.#queryIndex = ints(
      rows.flatMap((r) => padded(r.queries, queries, 0)),
      [-1],
    );
    this.#keyIndex = ints(
      rows.flatMap((r) => padded(r.keys, keys, 0)),
      [-1],
    );
    this.#queryPositions = ints(
      rows.flatMap((r) => padded(placed(r.queries), queries, nowhere - 1)),
      [rows.length, queries, 1],
    );
    this.#keyPositions = ints(
      rows.flatMap((r) => padded(placed(r.keys), keys, nowhere)),
      [rows.length, 1, keys],
    );
  }

  attend(q: Tensor, k: Tensor, v: Tensor, window?: number): Tensor {
    const [, heads, headDim] = q.shape as [number, number, number];
    const set = (x: Tensor, index: Tensor) => {
      const rows = this.even ? x : x.indexSelect(0, index);
      return rows.view([this.#rows, -1, x.shape[1]!, headDim]).transpose(1, 2); // [rows, heads, time, headDim]
    };
    const mask = this.even && window === undefined ? 'causal' : this.#mask(window, q);
    const out = attention(set(q, this.#queryIndex), set(k, this.#keyIndex), set(v, this.#keyIndex), mask);
    return out.transpose(1, 2).reshape([-1, heads * headDim]);
  }

  /** [rows, 1, queries, keys]: 0 where a key is neither ahead nor out of the window, else −∞. One for all layers. */
  #mask(window: number | undefined, like: Tensor): Tensor {
    const made = this.#masks.get(window) ?? owned(() => this.#newMask(window, like));
    this.#masks.set(window, made);
    return made;
  }

  #newMask(window: number | undefined, { dtype, device }: Tensor): Tensor {
    const ahead = this.#keyPositions.gt(this.#queryPositions);
    // Padded queries stand far out, where a window would hide every key and softmax would give NaN: they are let off.
    const passed = this.#keyPositions
      .le(this.#queryPositions.sub(window ?? nowhere))
      .logicalAnd(this.#queryPositions.lt(nowhere - 1));
    const hidden = window === undefined ? ahead : ahead.logicalOr(passed);
    return zeros(hidden.shape, { dtype, device }).maskedFill(hidden, Number.NEGATIVE_INFINITY).unsqueeze(1);
  }

  [Symbol.dispose](): void {
    for (const mask of this.#masks.values()) mask[Symbol.dispose]();
  }
}

/** Rows in groups of similar length, none shorter than three quarters of its group's longest: little of it is padding. */
function similarRows(rows: readonly Row[]): Row[][] {
  const groups: Row[][] = [];
  for (const row of rows.toSorted((a, b) => b.keys.length - a.keys.length)) {
    const open = groups.at(-1);
    if (open && row.keys.length >= 0.75 * open[0]!.keys.length) open.push(row);
    else groups.push([row]);
  }
  return groups;
}

const range = (start: number, length: number): number[] => Array.from({ length }, (_, i) => start + i);

function startsOf(segments: readonly Segment[]): number[] {
  let start = 0;
  return segments.map(({ ids }) => (start += ids.length) - ids.length);
}

/** For each token, its place in the groups' padded rows laid end to end. */
function orderOf(groups: readonly (readonly Row[])[]): number[] {
  const order: number[] = [];
  let place = 0;
  for (const rows of groups) {
    const width = Math.max(...rows.map((row) => row.queries.length));
    for (const row of rows) {
      for (const [i, token] of row.queries.entries()) order[token] = place + i;
      place += width;
    }
  }
  return order;
}
