import { InvalidValueError } from '../errors.ts';
import { quickExp } from './quickExp.ts';

const WIDTH = 3; // of −1, 0 and +1 there are 3³ = 27 patterns: far fewer than a group has samples
const STRIDE = 5; // blocks that are added up at once: rows are filled with zeros to a multiple of 5·3 columns

/**
 * A matrix of regressors, kept so that its products cost little where rows repeat each other in part: its columns stand in
 * blocks of three, and a block is the list of its different rows, its patterns. X·w then takes one number per pattern and one
 * addition per row and block, instead of three; for features of −1, 0 and +1 a block has at most 27 patterns. Any numbers
 * may stand in it: where nothing repeats, nothing is saved.
 */
export class Design {
  readonly rows: number;
  readonly columns: number;
  readonly #blocks: number;
  readonly #patterns: Float64Array; // [patterns][3], those of the first block first
  readonly #starts: Uint32Array; //    [blocks + 1], where the patterns of each block begin
  readonly #codes: Uint32Array; //     [rows][blocks], places in `patterns`
  readonly #table: Float64Array; //    [patterns]
  readonly #padded: Float64Array; //   [blocks·3]
  readonly #largest: Float64Array; //  |entry| of each column. [columns]

  /**
   * @param signs what each row is multiplied by, 1 throughout by default
   * @throws InvalidValueError where rows differ in length or hold what is no number
   */
  constructor(rows: readonly ArrayLike<number>[], signs?: ArrayLike<number>) {
    this.rows = rows.length;
    this.columns = rows[0]?.length ?? 0;
    this.#blocks = Math.ceil(this.columns / (STRIDE * WIDTH)) * STRIDE;
    this.#largest = new Float64Array(this.columns);
    for (const [i, row] of rows.entries()) {
      checkRow(row, i, this.columns);
      for (let j = 0; j < this.columns; j++) this.#largest[j] = Math.max(this.#largest[j]!, Math.abs(row[j]!));
    }
    const patterns: number[] = [];
    const starts = [0];
    this.#codes = new Uint32Array(this.rows * this.#blocks);
    for (let block = 0; block < this.#blocks; block++) {
      const known = new Map<string, number>();
      for (let i = 0; i < this.rows; i++) {
        const [row, sign, at] = [rows[i]!, signs?.[i] ?? 1, block * WIDTH];
        const entry = (j: number) => (j < this.columns ? row[j]! * sign + 0 : 0); // −0 and 0 are one pattern
        const [a, b, c] = [entry(at), entry(at + 1), entry(at + 2)];
        const key = `${a} ${b} ${c}`;
        let code = known.get(key);
        if (code === undefined) {
          code = patterns.length / WIDTH;
          known.set(key, code);
          patterns.push(a, b, c);
        }
        this.#codes[i * this.#blocks + block] = code;
      }
      starts.push(patterns.length / WIDTH);
    }
    this.#patterns = Float64Array.from(patterns);
    this.#starts = Uint32Array.from(starts);
    this.#table = new Float64Array(patterns.length / WIDTH);
    this.#padded = new Float64Array(this.#blocks * WIDTH);
  }

  /** X·w into `out`, of as many rows as it has room for. [columns] → [rows] */
  times(w: Float64Array, out: Float64Array, from = 0): void {
    this.#weigh(w);
    const rows = out.length;
    const blocks = this.#blocks;
    const codes = this.#codes;
    const table = this.#table;
    out.fill(0);
    for (let stride = 0; stride < blocks; stride += STRIDE) {
      for (let i = 0, at = from * blocks + stride; i < rows; i++, at += blocks) {
        out[i]! +=
          table[codes[at]!]! +
          table[codes[at + 1]!]! +
          (table[codes[at + 2]!]! + table[codes[at + 3]!]! + table[codes[at + 4]!]!);
      }
    }
  }

  /** e^(−X·w) into `out`, a product of one number per block: as many exponentials as patterns, not as rows. [columns] → [rows] */
  odds(w: Float64Array, out: Float64Array): void {
    this.#weigh(w);
    const rows = out.length;
    const blocks = this.#blocks;
    const codes = this.#codes;
    const table = this.#table;
    for (let k = 0; k < table.length; k++) table[k] = quickExp(-table[k]!);
    out.fill(1);
    for (let stride = 0; stride < blocks; stride += STRIDE) {
      for (let i = 0, at = stride; i < rows; i++, at += blocks) {
        out[i]! *=
          table[codes[at]!]! *
          table[codes[at + 1]!]! *
          (table[codes[at + 2]!]! * table[codes[at + 3]!]! * table[codes[at + 4]!]!);
      }
    }
  }

  /** No row's |x·w|, nor that of a part of its columns, is larger. */
  reach(w: Float64Array): number {
    let sum = 0;
    for (let j = 0; j < w.length; j++) sum += this.#largest[j]! * Math.abs(w[j]!);
    return sum;
  }

  /** The part of a row's sum that each pattern is, into the table. */
  #weigh(w: Float64Array): void {
    const table = this.#table;
    const patterns = this.#patterns;
    const padded = this.#padded;
    padded.set(w);
    for (let block = 0; block < this.#blocks; block++) {
      const first = padded[block * WIDTH]!;
      const second = padded[block * WIDTH + 1]!;
      const third = padded[block * WIDTH + 2]!;
      const end = this.#starts[block + 1]!;
      for (let k = this.#starts[block]!, at = k * WIDTH; k < end; k++, at += WIDTH) {
        table[k] = patterns[at]! * first + patterns[at + 1]! * second + patterns[at + 2]! * third;
      }
    }
  }

  /** Xᵀ·r into `out`. [rows] → [columns] */
  transposeTimes(r: Float64Array, out: Float64Array): void {
    const rows = this.rows;
    const blocks = this.#blocks;
    const codes = this.#codes;
    const table = this.#table;
    const patterns = this.#patterns;
    const starts = this.#starts;
    const padded = this.#padded;
    for (let k = 0; k < table.length; k++) table[k] = 0;
    for (let i = 0, at = 0; i < rows; i++) {
      const value = r[i]!;
      for (const end = at + blocks; at < end; at++) table[codes[at]!]! += value;
    }
    for (let block = 0; block < blocks; block++) {
      let first = 0;
      let second = 0;
      let third = 0;
      const end = starts[block + 1]!;
      for (let k = starts[block]!, at = k * WIDTH; k < end; k++, at += WIDTH) {
        const value = table[k]!;
        first += patterns[at]! * value;
        second += patterns[at + 1]! * value;
        third += patterns[at + 2]! * value;
      }
      padded[block * WIDTH] = first;
      padded[block * WIDTH + 1] = second;
      padded[block * WIDTH + 2] = third;
    }
    for (let j = 0; j < out.length; j++) out[j] = padded[j]!;
  }

  /** Σ r_i·x_i·x_iᵀ. [rows] → [columns][columns] */
  gram(r: Float64Array): Float64Array {
    const { columns } = this;
    const sum = new Float64Array(columns * columns);
    const row = new Float64Array(columns);
    for (let i = 0; i < this.rows; i++) {
      this.#row(i, row);
      for (let j = 0; j < columns; j++) {
        const left = r[i]! * row[j]!;
        if (left === 0) continue;
        for (let k = 0; k <= j; k++) sum[j * columns + k]! += left * row[k]!;
      }
    }
    for (let j = 0; j < columns; j++) for (let k = 0; k < j; k++) sum[k * columns + j] = sum[j * columns + k]!;
    return sum;
  }

  #row(i: number, out: Float64Array): void {
    for (let j = 0; j < this.columns; j++) {
      const code = this.#codes[i * this.#blocks + Math.floor(j / WIDTH)]!;
      out[j] = this.#patterns[code * WIDTH + (j % WIDTH)]!;
    }
  }
}

function checkRow(row: ArrayLike<number>, i: number, columns: number): void {
  if (row.length !== columns)
    throw new InvalidValueError(`The length of row ${i}`, `that of row 0, ${columns}`, row.length);
  for (let j = 0; j < columns; j++) {
    if (!Number.isFinite(row[j])) throw new InvalidValueError(`Feature ${j} of row ${i}`, 'a number', row[j]);
  }
}
