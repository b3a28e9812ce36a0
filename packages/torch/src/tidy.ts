import { native } from './binding.ts';
import { closeScope, hideScopes, openScope } from './scopes.ts';
import { Tensor } from './Tensor.ts';

/** An object that owns tensors names them under this symbol, so that tidy() keeps them when it returns the object. */
export const tensorsOf = Symbol('tensorsOf');

/** A promise in place of a result is refused by the compiler: no `await` may stand in a scope. */
type Sync<T> = T extends PromiseLike<unknown> ? never : T;

/**
 * Runs `work`, then frees every tensor born in it except those it returns (alone, in arrays,
 * Maps and plain objects, or owned by an object: see `tensorsOf`).
 * The kept ones belong to the tidy() around this one, or to the caller. Freeing a tensor is safe while autograd still
 * needs its value: the graph holds its own reference.
 */
export function tidy<T>(work: () => Sync<T>): T {
  openScope();
  let kept: Set<Tensor> | undefined;
  try {
    const result = work();
    if (typeof result === 'object') kept = new Set(tensorsIn(result));
    return result as T;
  } finally {
    freeAll(closeScope(), kept);
  }
}

/** Frees what a scope held, all in one call, and passes on what is kept. */
function freeAll(born: readonly Tensor[], kept: ReadonlySet<Tensor> | undefined): void {
  const handles = new Uint32Array(born.length);
  let count = 0;
  for (const tensor of born) {
    if (kept?.has(tensor)) tensor.hand();
    else handles[count++] = tensor.surrender();
  }
  native().release(handles.subarray(0, count));
}

/**
 * Runs `work` as if no tidy() were open around it: what it returns belongs to the caller, whenever that is freed, and
 * all else that it made is freed now. For what is made on the way and kept: caches, tables, state.
 */
export function owned<T>(work: () => Sync<T>): T {
  hideScopes();
  try {
    return tidy(work);
  } finally {
    closeScope();
  }
}

/** Runs `work` without recording it for gradients. */
export function noGrad<T>(work: () => Sync<T>): T {
  const was = native().gradMode(0);
  try {
    return work() as T;
  } finally {
    native().gradMode(was ? 1 : 0);
  }
}

/** Tensor handles of this thread that were not freed yet: for leak tests and for `doctor`. */
export const liveTensors = (): number => native().liveTensors();

interface Owner {
  [tensorsOf](): Iterable<Tensor>;
}

/** Every tensor reachable through arrays, Maps and plain objects. */
function* tensorsIn(value: unknown): Generator<Tensor> {
  if (value instanceof Tensor) yield value;
  else if (Array.isArray(value)) for (const item of value) yield* tensorsIn(item);
  else if (value instanceof Map) for (const item of value.values()) yield* tensorsIn(item);
  else if (typeof value === 'object' && value !== null && tensorsOf in value) yield* (value as Owner)[tensorsOf]();
  else if (value?.constructor === Object) for (const item of Object.values(value)) yield* tensorsIn(item);
}
