import { type Handle, native } from './binding.ts';
import { type DType, dtypeCodes, dtypeOf } from './dtype.ts';
import { DisposedError } from './errors.ts';
import type { Random } from './random.ts';
import { run, runMany } from './run.ts';
import { enroll } from './scopes.ts';

/** The other side of an elementwise operation: a tensor (broadcast by libtorch's rules) or a number. */
export type Operand = Tensor | number;

/** Frees what was forgotten outside every tidy(). A net under the rope, not the rope. */
const forgotten = new FinalizationRegistry<Handle>((handle) => native().release(handle));

/**
 * A tensor of libtorch. It lives until the tidy() it was born in ends, or until it is disposed (`using`).
 * Methods have libtorch's names in camel case and its meaning; those that end in `_` change the tensor in place.
 */
export class Tensor {
  #handle: Handle | 0;
  #shape: readonly number[] | undefined;
  #watched: boolean; // by `forgotten`; a tidy() frees its own

  /** Takes ownership of a handle of the native table. */
  constructor(handle: Handle) {
    this.#handle = handle;
    this.#watched = !enroll(this);
    if (this.#watched) forgotten.register(this, handle, this);
  }

  /** The place in the native table. @throws DisposedError once freed */
  get handle(): Handle {
    if (this.#handle === 0) throw new DisposedError();
    return this.#handle;
  }

  get disposed(): boolean {
    return this.#handle === 0;
  }

  /** Frees this tensor; a second time does nothing. */
  [Symbol.dispose](): void {
    if (this.#handle !== 0) native().release(this.surrender());
  }

  /** Gives the handle away to be freed; 0 where that was done before. For tidy() alone, as is the next. */
  surrender(): Handle | 0 {
    const handle = this.#handle;
    this.#handle = 0;
    if (this.#watched) forgotten.unregister(this);
    return handle;
  }

  /** Passes a tensor that a tidy() kept to the scope around it. */
  hand(): void {
    if (this.#handle === 0 || enroll(this)) return;
    this.#watched = true;
    forgotten.register(this, this.#handle, this);
  }

  // What it is

  get shape(): readonly number[] {
    return (this.#shape ??= native().shape(this.handle));
  }
  get dtype(): DType {
    return dtypeOf(native().dtype(this.handle));
  }
  get device(): string {
    return native().device(this.handle);
  }
  /** Number of elements. */
  get size(): number {
    return this.shape.reduce((product, dim) => product * dim, 1);
  }

  // Out of the tensor world

  /** The only value of a one-element tensor; true is 1. */
  item(): number {
    return Number(native().item(this.handle));
  }
  /** All values, row-major; int64 as numbers, booleans as 0 and 1. */
  toArray(): number[] {
    const { dtype } = this;
    if (dtype === 'float64') return [...new Float64Array(native().toBuffer(this.handle))];
    if (dtype === 'int64') return [...new BigInt64Array(native().toBuffer(this.handle))].map(Number);
    if (dtype === 'uint8' || dtype === 'bool') return [...new Uint8Array(native().toBuffer(this.handle))];
    using exact =
      dtype === 'float32'
        ? this.detach()
        : this.to(dtype === 'bfloat16' || dtype === 'float16' ? 'float32' : 'float64');
    return exact.dtype === 'float64' ? exact.toArray() : [...new Float32Array(native().toBuffer(exact.handle))];
  }
  /** The values' bytes, row-major, in this tensor's dtype. */
  toBytes(): Uint8Array {
    return new Uint8Array(native().toBuffer(this.handle));
  }

  // Gradients

  get requiresGrad(): boolean {
    return native().requiresGrad(this.handle);
  }
  /** Whether operations on this leaf are recorded for gradients. */
  setRequiresGrad(on = true): this {
    native().setRequiresGrad(this.handle, on ? 1 : 0);
    return this;
  }
  /** The gradient that gathered in this leaf. */
  get grad(): Tensor | undefined {
    const handle = native().grad(this.handle);
    return handle === 0 ? undefined : new Tensor(handle);
  }
  set grad(gradient: Tensor | undefined) {
    native().setGrad(this.handle, gradient?.handle ?? 0);
  }
  /**
   * Adds this tensor's derivatives to the `grad` of the leaves it came from; the graph is freed.
   * @param gradient d(objective)/d(this), of this shape; needed unless this is a scalar. Giving it is how a graph is
   *   run in parts: compute a piece, take the gradient at the cut, go on behind it.
   */
  backward(gradient?: Tensor): void {
    native().backward([this.handle], [gradient?.handle ?? 0]);
  }
  /** The same values, cut from the graph. */
  detach(): Tensor {
    return run('detach', this);
  }

  // Kind and place

  /** In another dtype and/or on another device; where nothing changes, this tensor's own memory under a new handle. */
  to(target: DType | { readonly device: string; readonly dtype?: DType }): Tensor {
    const { dtype = this.dtype, device = undefined } = typeof target === 'string' ? { dtype: target } : target;
    return run('to.dtype_layout', this, dtypeCodes[dtype], undefined, device);
  }
  clone(): Tensor {
    return run('clone', this);
  }
  contiguous(): Tensor {
    return run('contiguous', this);
  }

  // Elementwise

  add(other: Operand): Tensor {
    return run(typeof other === 'number' ? 'add.Scalar' : 'add.Tensor', this, other);
  }
  sub(other: Operand): Tensor {
    return run(typeof other === 'number' ? 'sub.Scalar' : 'sub.Tensor', this, other);
  }
  mul(other: Operand): Tensor {
    return run(typeof other === 'number' ? 'mul.Scalar' : 'mul.Tensor', this, other);
  }
  div(other: Operand): Tensor {
    return run(typeof other === 'number' ? 'div.Scalar' : 'div.Tensor', this, other);
  }
  pow(exponent: Operand): Tensor {
    return run(typeof exponent === 'number' ? 'pow.Tensor_Scalar' : 'pow.Tensor_Tensor', this, exponent);
  }
  remainder(other: Operand): Tensor {
    return run(typeof other === 'number' ? 'remainder.Scalar' : 'remainder.Tensor', this, other);
  }
  neg(): Tensor {
    return run('neg', this);
  }
  abs(): Tensor {
    return run('abs', this);
  }
  sign(): Tensor {
    return run('sign', this);
  }
  exp(): Tensor {
    return run('exp', this);
  }
  expm1(): Tensor {
    return run('expm1', this);
  }
  log(): Tensor {
    return run('log', this);
  }
  log1p(): Tensor {
    return run('log1p', this);
  }
  sqrt(): Tensor {
    return run('sqrt', this);
  }
  rsqrt(): Tensor {
    return run('rsqrt', this);
  }
  cos(): Tensor {
    return run('cos', this);
  }
  sin(): Tensor {
    return run('sin', this);
  }
  tanh(): Tensor {
    return run('tanh', this);
  }
  sigmoid(): Tensor {
    return run('sigmoid', this);
  }
  /** log σ(x), finite far out. */
  logSigmoid(): Tensor {
    return run('log_sigmoid', this);
  }
  /** log(1 + eˣ), finite far out. */
  softplus(): Tensor {
    return run('softplus', this);
  }
  relu(): Tensor {
    return run('relu', this);
  }
  silu(): Tensor {
    return run('silu', this);
  }
  /** GELU; 'tanh' is the approximation that GPT-2 uses. */
  gelu(approximate: 'none' | 'tanh' = 'none'): Tensor {
    return run('gelu', this, approximate);
  }
  clamp(min?: number, max?: number): Tensor {
    return run('clamp', this, min, max);
  }
  minimum(other: Tensor): Tensor {
    return run('minimum', this, other);
  }
  maximum(other: Tensor): Tensor {
    return run('maximum', this, other);
  }
  isfinite(): Tensor {
    return run('isfinite', this);
  }

  // Comparisons: bool tensors

  eq(other: Operand): Tensor {
    return run(typeof other === 'number' ? 'eq.Scalar' : 'eq.Tensor', this, other);
  }
  ne(other: Operand): Tensor {
    return run(typeof other === 'number' ? 'ne.Scalar' : 'ne.Tensor', this, other);
  }
  lt(other: Operand): Tensor {
    return run(typeof other === 'number' ? 'lt.Scalar' : 'lt.Tensor', this, other);
  }
  le(other: Operand): Tensor {
    return run(typeof other === 'number' ? 'le.Scalar' : 'le.Tensor', this, other);
  }
  gt(other: Operand): Tensor {
    return run(typeof other === 'number' ? 'gt.Scalar' : 'gt.Tensor', this, other);
  }
  ge(other: Operand): Tensor {
    return run(typeof other === 'number' ? 'ge.Scalar' : 'ge.Tensor', this, other);
  }
  logicalAnd(other: Tensor): Tensor {
    return run('logical_and', this, other);
  }
  logicalOr(other: Tensor): Tensor {
    return run('logical_or', this, other);
  }
  logicalNot(): Tensor {
    return run('logical_not', this);
  }
  /** This where `condition`, else `other`. */
  where(condition: Tensor, other: Tensor): Tensor {
    return run('where.self', condition, this, other);
  }
  maskedFill(mask: Tensor, value: number): Tensor {
    return run('masked_fill.Scalar', this, mask, value);
  }

  // Reductions: over everything, or along `dim` (which goes, unless `keepDim`)

  sum(dim?: number | readonly number[], keepDim = false): Tensor {
    return dim === undefined ? run('sum', this) : run('sum.dim_IntList', this, dim, keepDim);
  }
  mean(dim?: number | readonly number[], keepDim = false): Tensor {
    return dim === undefined ? run('mean', this) : run('mean.dim', this, dim, keepDim);
  }
  /** Variance with n − 1 in the denominator. */
  var(dim?: number, keepDim = false): Tensor {
    return dim === undefined ? run('var', this, true) : run('var.dim', this, dim, true, keepDim);
  }
  amax(dim: number, keepDim = false): Tensor {
    return run('amax', this, dim, keepDim);
  }
  amin(dim: number, keepDim = false): Tensor {
    return run('amin', this, dim, keepDim);
  }
  argmax(dim: number): Tensor {
    return run('argmax', this, dim);
  }
  all(): Tensor {
    return run('all', this);
  }
  any(): Tensor {
    return run('any', this);
  }
  cumsum(dim: number): Tensor {
    return run('cumsum', this, dim);
  }
  logsumexp(dim: number, keepDim = false): Tensor {
    return run('logsumexp', this, dim, keepDim);
  }
  softmax(dim: number): Tensor {
    return run('softmax.int', this, dim);
  }
  logSoftmax(dim: number): Tensor {
    return run('log_softmax.int', this, dim);
  }
  /** Euclidean norm of all elements. */
  norm(): Tensor {
    return run('linalg_vector_norm', this);
  }
  sort({ dim = -1, descending = false } = {}): { values: Tensor; indices: Tensor } {
    const [values, indices] = runMany('sort', this, dim, descending);
    return { values: values!, indices: indices! };
  }
  topk(k: number, dim = -1): { values: Tensor; indices: Tensor } {
    const [values, indices] = runMany('topk', this, k, dim);
    return { values: values!, indices: indices! };
  }

  // Shape

  view(shape: readonly number[]): Tensor {
    return run('view', this, shape);
  }
  reshape(shape: readonly number[]): Tensor {
    return run('reshape', this, shape);
  }
  expand(shape: readonly number[]): Tensor {
    return run('expand', this, shape);
  }
  flatten(): Tensor {
    return run('reshape', this, [-1]);
  }
  transpose(a: number, b: number): Tensor {
    return run('transpose.int', this, a, b);
  }
  permute(order: readonly number[]): Tensor {
    return run('permute', this, order);
  }
  unsqueeze(dim: number): Tensor {
    return run('unsqueeze', this, dim);
  }
  squeeze(dim: number): Tensor {
    return run('squeeze.dim', this, dim);
  }
  /** Positions start … start + length of a dimension. */
  narrow(dim: number, start: number, length: number): Tensor {
    return run('narrow', this, dim, start, length);
  }
  /** One position of a dimension, which goes. */
  select(dim: number, index: number): Tensor {
    return run('select.int', this, dim, index);
  }
  /** Pieces of `size` along a dimension; the last may be shorter. */
  split(size: number, dim = 0): Tensor[] {
    return runMany('split.Tensor', this, size, dim);
  }
  /** Whole rows (or other slices) by their positions, an int64 tensor [n]. */
  indexSelect(dim: number, index: Tensor): Tensor {
    return run('index_select', this, dim, index);
  }
  /** out[i][j] = this[i][index[i][j]] for dim 1; `index` is int64. */
  gather(dim: number, index: Tensor): Tensor {
    return run('gather', this, dim, index);
  }
  scatter(dim: number, index: Tensor, source: Tensor): Tensor {
    return run('scatter.src', this, dim, index, source);
  }
  /** A copy with source[i] added to row index[i] of dimension `dim`. */
  indexAdd(dim: number, index: Tensor, source: Tensor): Tensor {
    return run('index_add', this, dim, index, source);
  }
  repeatInterleave(repeats: number, dim: number): Tensor {
    return run('repeat_interleave.self_int', this, repeats, dim);
  }
  tril(diagonal = 0): Tensor {
    return run('tril', this, diagonal);
  }
  triu(diagonal = 0): Tensor {
    return run('triu', this, diagonal);
  }
  /** The same bytes read as another dtype. */
  viewAs(dtype: DType): Tensor {
    return run('view.dtype', this, dtypeCodes[dtype]);
  }

  // Products

  matmul(other: Tensor): Tensor {
    return run('matmul', this, other);
  }
  /** [rows, columns] → [columns, rows] */
  t(): Tensor {
    return run('t', this);
  }

  // Drawing

  /** `count` indices per row of non-negative weights [..., n], drawn with replacement. */
  multinomial(count: number, random: Random): Tensor {
    return run('multinomial', this, count, true, random);
  }

  // In place

  add_(other: Operand): this {
    return this.#change(typeof other === 'number' ? 'add_.Scalar' : 'add_.Tensor', other);
  }
  sub_(other: Operand): this {
    return this.#change(typeof other === 'number' ? 'sub_.Scalar' : 'sub_.Tensor', other);
  }
  mul_(other: Operand): this {
    return this.#change(typeof other === 'number' ? 'mul_.Scalar' : 'mul_.Tensor', other);
  }
  div_(other: Operand): this {
    return this.#change(typeof other === 'number' ? 'div_.Scalar' : 'div_.Tensor', other);
  }
  /** Overwrites with the values of `source`, converted to this dtype and device. */
  copy_(source: Tensor): this {
    return this.#change('copy_', source);
  }
  fill_(value: number): this {
    return this.#change('fill_.Scalar', value);
  }
  zero_(): this {
    return this.#change('zero_');
  }
  /** Draws every element from the normal distribution. */
  normal_({ mean = 0, std = 1, random }: { mean?: number; std?: number; random: Random }): this {
    return this.#change('normal_', mean, std, random);
  }
  /** Draws every element evenly from [from, to). */
  uniform_({ from = 0, to = 1, random }: { from?: number; to?: number; random: Random }): this {
    return this.#change('uniform_', from, to, random);
  }
  /** 1 with probability p, else 0. */
  bernoulli_(p: number, random: Random): this {
    return this.#change('bernoulli_.float', p, random);
  }

  #change(operator: string, ...args: (Operand | Random)[]): this {
    run(operator, this, ...args);
    return this;
  }
}
