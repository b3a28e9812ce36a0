import { cat, owned, run, type Tensor, tensor, zeros } from '@attune/torch';
import type { Layout } from '../models/Layout.ts';
import { Packed } from '../models/Packed.ts';

/**
 * Keys and values of a batch of prompts and of the responses that grow after them. The K responses to one prompt share
 * its part. Rows are responses; they may be dropped when they are finished. Owns its tensors: dispose it.
 */
export class KvCache implements Disposable {
  readonly #device: string;
  readonly #capacity: number; // tokens a response may have
  readonly #layers: LayerCache[] = [];
  #lengths: readonly number[]; // of each prompt
  #promptOf: readonly number[]; // of each row; rows of one prompt stand together
  #grid: Grid;
  #prompts: Packed | undefined;
  #generated = 0; // tokens of every response so far

  constructor(
    prompts: readonly (readonly number[])[],
    { samples, capacity, device }: { samples: number; capacity: number; device: string },
  ) {
    this.#device = device;
    this.#capacity = capacity;
    this.#lengths = prompts.map((prompt) => prompt.length);
    this.#promptOf = prompts.flatMap((_, i) => Array<number>(samples).fill(i));
    this.#grid = new Grid(this.#promptOf, this.#lengths, device);
  }

  /** How the prompts' own tokens go through the model: once each, whatever the number of responses. */
  prefill(
    prompts: readonly (readonly number[])[],
  ): Layout & { readonly ids: readonly number[]; readonly last: readonly number[] } {
    const packed = new Packed(
      prompts.map((ids) => ({ ids })),
      this.#device,
    );
    this.#prompts = packed;
    return {
      ids: packed.ids,
      last: packed.starts.map((start, i) => start + prompts[i]!.length - 1),
      positions: packed.positions,
      longest: packed.longest,
      attend: (layer, q, k, v, window) => {
        this.#layers[layer] = new LayerCache(k, v, packed.starts, this.#lengths);
        return packed.attend(layer, q, k, v, window);
      },
    };
  }

  /** How one new token of each row goes through the model, after everything before it. */
  step(): Layout {
    const n = this.#generated++;
    const positions = this.#promptOf.map((prompt) => this.#lengths[prompt]! + n);
    return {
      positions: tensor(positions, { dtype: 'int64', device: this.#device }),
      longest: Math.max(...positions) + 1,
      attend: (layer, q, k, v, window) => this.#attend(this.#layers[layer]!, n, q, k, v, window),
    };
  }

  /** Goes on with these rows only (ascending places among the present ones). */
  keep(rows: readonly number[]): void {
    const promptOf = rows.map((row) => this.#promptOf[row]!);
    const prompts = [...new Set(promptOf)];
    for (const layer of this.#layers) layer.keep(rows, prompts, this.#device);
    this.#lengths = prompts.map((prompt) => this.#lengths[prompt]!);
    this.#promptOf = promptOf.map((prompt) => prompts.indexOf(prompt));
    this.#grid[Symbol.dispose]();
    this.#grid = new Grid(this.#promptOf, this.#lengths, this.#device);
  }

  /** [rows, heads, headDim] over the row's prompt and its own tokens up to the n-th, this one. */
  #attend(layer: LayerCache, n: number, q: Tensor, k: Tensor, v: Tensor, window?: number): Tensor {
    const [rows, heads, headDim] = q.shape as [number, number, number];
    const kvHeads = k.shape[1]!;
    const own = layer.append(n, k, v, this.#capacity); // [rows, kvHeads, n + 1, headDim] both
    const queries = q.mul(headDim ** -0.5).view([rows, kvHeads, heads / kvHeads, headDim]);

    const { promptKeys, promptValues } = layer;
    const hidden = this.#grid.hidden(q, promptKeys.shape[2]!, n, window);
    const toPrompt = this.#grid
      .onPrompts(queries, (rowsOfPrompt) => rowsOfPrompt.matmul(promptKeys.transpose(2, 3)))
      .add(hidden.prompt);
    const toOwn = queries.matmul(own.keys.transpose(2, 3));
    const scores = cat([toPrompt, hidden.own ? toOwn.add(hidden.own) : toOwn], -1);

    const weights = scores.softmax(-1); // [rows, kvHeads, group, prompt + n + 1]
    const promptLength = promptKeys.shape[2]!;
    const fromPrompt = this.#grid.onPrompts(weights.narrow(3, 0, promptLength), (w) => w.matmul(promptValues));
    const fromOwn = weights.narrow(3, promptLength, n + 1).matmul(own.values);
    return fromPrompt.add(fromOwn).view([rows, heads * headDim]);
  }

  [Symbol.dispose](): void {
    this.#grid[Symbol.dispose]();
    this.#prompts?.[Symbol.dispose]();
    for (const layer of this.#layers) layer[Symbol.dispose]();
  }
}

/** What one layer remembers. */
class LayerCache {
  promptKeys: Tensor; //   [prompts, kvHeads, longest prompt, headDim], padded with zeros
  promptValues: Tensor;
  #keys: Tensor | undefined; // [rows, kvHeads, capacity, headDim]
  #values: Tensor | undefined;

  constructor(k: Tensor, v: Tensor, starts: readonly number[], lengths: readonly number[]) {
    const longest = Math.max(...lengths);
    const [, kvHeads, headDim] = k.shape as [number, number, number];
    const place = starts.flatMap((_, prompt) =>
      Array.from({ length: lengths[prompt]! }, (_, t) => prompt * longest + t),
    );
    const set = (x: Tensor) =>
      owned(() => {
        const rows = zeros([lengths.length * longest, kvHeads, headDim], { dtype: x.dtype, device: x.device });
        const at = tensor(place, { dtype: 'int64', device: x.device });
        return run('index_copy', rows, 0, at, x)
          .view([lengths.length, longest, kvHeads, headDim])
          .transpose(1, 2)
          .contiguous();
      });
    this.promptKeys = set(k);
    this.promptValues = set(v);
  }

  /** Writes each row's n-th key and value; gives all up to it. k, v: [rows, kvHeads, headDim] */
  append(n: number, k: Tensor, v: Tensor, capacity: number): { keys: Tensor; values: Tensor } {
    const [rows, kvHeads, headDim] = k.shape as [number, number, number];
    const room = () => owned(() => zeros([rows, kvHeads, capacity, headDim], { dtype: k.dtype, device: k.device }));
    this.#keys ??= room();
    this.#values ??= room();
    this.#keys.select(2, n).copy_(k);
    this.#values.select(2, n).copy_(v);
    return { keys: this.#keys.narrow(2, 0, n + 1), values: this.#values.narrow(2, 0, n + 1) };
  }

  keep(rows: readonly number[], prompts: readonly number[], device: string): void {
    this.promptKeys = selected(this.promptKeys, prompts, device);
    this.promptValues = selected(this.promptValues, prompts, device);
    this.#keys &&= selected(this.#keys, rows, device);
    this.#values &&= selected(this.#values, rows, device);
  }

  [Symbol.dispose](): void {
    for (const tensor of [this.promptKeys, this.promptValues, this.#keys, this.#values]) tensor?.[Symbol.dispose]();
  }
}

function selected(x: Tensor, rows: readonly number[], device: string): Tensor {
  if (rows.length === x.shape[0]) return x;
  using all = x;
  return owned(() => all.indexSelect(0, tensor(rows, { dtype: 'int64', device })));
}

/**
 * Lays the rows out by their prompts, so that one matrix product serves all responses to a prompt: a slot for each row,
 * as many a prompt as the prompt with most rows has. Slots without a row repeat row 0 and are not read back.
 */
class Grid {
  readonly #device: string;
  readonly #lengths: readonly number[];
  readonly #promptOf: readonly number[];
  readonly #slots: number; // of each prompt
  readonly #rowOfSlot: Tensor | undefined; // [prompts · slots]; undefined where rows are prompts
  readonly #slotOfRow: Tensor | undefined; // [rows]
  #padding: Tensor | undefined; //            [rows, 1, 1, longest prompt]

  constructor(promptOf: readonly number[], lengths: readonly number[], device: string) {
    this.#device = device;
    this.#lengths = lengths;
    this.#promptOf = promptOf;
    const taken = lengths.map(() => 0);
    const slotInPrompt = promptOf.map((prompt) => taken[prompt]!++);
    this.#slots = Math.max(...taken);
    if (this.#slots === 1) return;
    const slotOfRow = promptOf.map((prompt, row) => prompt * this.#slots + slotInPrompt[row]!);
    const rowOfSlot = Array<number>(lengths.length * this.#slots).fill(0);
    slotOfRow.forEach((slot, row) => void (rowOfSlot[slot] = row));
    this.#slotOfRow = owned(() => tensor(slotOfRow, { dtype: 'int64', device }));
    this.#rowOfSlot = owned(() => tensor(rowOfSlot, { dtype: 'int64', device }));
  }

  /** [rows, kvHeads, group, x] → the same through `product`, which sees [prompts, kvHeads, slots · group, x]. */
  onPrompts(x: Tensor, product: (x: Tensor) => Tensor): Tensor {
    if (!this.#rowOfSlot || !this.#slotOfRow) return product(x);
    const [, kvHeads, group, width] = x.shape as [number, number, number, number];
    const prompts = this.#lengths.length;
    const slots = x.indexSelect(0, this.#rowOfSlot).view([prompts, this.#slots, kvHeads, group, width]);
    const made = product(slots.transpose(1, 2).reshape([prompts, kvHeads, this.#slots * group, width]));
    const back = made.view([prompts, kvHeads, this.#slots, group, -1]).transpose(1, 2);
    return back.reshape([prompts * this.#slots, kvHeads, group, -1]).indexSelect(0, this.#slotOfRow);
  }

  /**
   * What is added to the scores so that padding, and what has left the window, is not seen.
   *
   * @param width positions that the prompts' part has: those of the longest prompt there ever was
   */
  hidden(like: Tensor, width: number, n: number, window: number | undefined): { prompt: Tensor; own?: Tensor } {
    const longest = Math.max(...this.#lengths);
    if (window === undefined || longest + n < window) {
      this.#padding ??= owned(() => this.#mask(like, width, (position, row) => position < this.#lengthOf(row)));
      return { prompt: this.#padding };
    }
    const oldest = (row: number) => this.#lengthOf(row) + n - window + 1;
    return {
      prompt: this.#mask(like, width, (position, row) => position < this.#lengthOf(row) && position >= oldest(row)),
      own: this.#mask(like, n + 1, (t, row) => this.#lengthOf(row) + t >= oldest(row)),
    };
  }

  /** [rows, 1, 1, width]: 0 where `seen`, else −∞. */
  #mask(like: Tensor, width: number, seen: (position: number, row: number) => boolean): Tensor {
    const values = this.#promptOf.flatMap((_, row) =>
      Array.from({ length: width }, (_, position) => (seen(position, row) ? 0 : Number.NEGATIVE_INFINITY)),
    );
    return tensor(values, { device: this.#device }).to(like.dtype).view([this.#promptOf.length, 1, 1, width]);
  }

  #lengthOf(row: number): number {
    return this.#lengths[this.#promptOf[row]!]!;
  }

  [Symbol.dispose](): void {
    for (const tensor of [this.#rowOfSlot, this.#slotOfRow, this.#padding]) tensor?.[Symbol.dispose]();
  }
}
