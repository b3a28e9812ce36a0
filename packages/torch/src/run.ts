import { type Handle, type NativeArgument, native } from './binding.ts';
import { NativeError } from './errors.ts';
import type { Random } from './random.ts';
import { Tensor } from './Tensor.ts';

/** What an operator takes from TypeScript. Dtypes cross as `dtypeCodes`, devices as 'cpu' or 'cuda:0'. */
export type Argument =
  | Tensor
  | Random
  | number
  | boolean
  | string
  | null
  | undefined
  | readonly (Tensor | number | boolean | null | undefined)[];

const numbers = new Map<string, number>();

/** Whether the libtorch in use has this operator: how newer ones are chosen where they exist, never by a version number. */
export const hasOperator = (name: string): boolean => numberOf(name) >= 0;

/** The operator's schema in libtorch's own notation, e.g. for 'add.Tensor'. */
export function schemaOf(name: string): string | undefined {
  const [base, overload] = split(name);
  return native().schema(base, overload);
}

/**
 * Runs the ATen operator of this name, e.g. run('add.Tensor', x, y): arguments in the order of the operator's schema,
 * `undefined` for a default. In-place operators give back their first argument itself.
 *
 * @throws NativeError with the operator, the shapes and libtorch's own words
 */
export const run = (name: string, ...args: readonly Argument[]): Tensor => wrap(call(name, args), args);

/** As run(), for operators with several results or a list of tensors. */
export const runMany = (name: string, ...args: readonly Argument[]): Tensor[] =>
  (call(name, args) as Handle[]).map((handle) => new Tensor(handle));

/** As run(), for operators whose result is nothing. */
export const runVoid = (name: string, ...args: readonly Argument[]): void => void call(name, args);

function call(name: string, args: readonly Argument[]) {
  const operator = numberOf(name);
  if (operator < 0)
    throw new NativeError(`${name} (libtorch ${native().version()})`, 'there is no operator of this name');
  try {
    const crossed: NativeArgument[] = [];
    for (const arg of args) crossed.push(arg instanceof Tensor ? arg.handle : cross(arg)); // most are tensors
    return native().call(operator, ...crossed);
  } catch (error) {
    throw new NativeError(describe(name, args), error);
  }
}

function cross(arg: Exclude<Argument, Tensor>): NativeArgument {
  if (typeof arg !== 'object' || arg === null) return arg;
  if (Array.isArray(arg)) return arg.map((item) => (item instanceof Tensor ? item.handle : item));
  return (arg as Random).handle;
}

function wrap(result: unknown, args: readonly Argument[]): Tensor {
  const first = args[0];
  return first instanceof Tensor && result === first.handle ? first : new Tensor(result as Handle);
}

function numberOf(name: string): number {
  let number = numbers.get(name);
  if (number === undefined) numbers.set(name, (number = native().operator(...split(name))));
  return number;
}

function split(name: string): [base: string, overload: string] {
  const dot = name.indexOf('.');
  return dot < 0 ? [`aten::${name}`, ''] : [`aten::${name.slice(0, dot)}`, name.slice(dot + 1)];
}

function describe(name: string, args: readonly Argument[]): string {
  const shown = args.map((arg) => {
    if (arg instanceof Tensor) return arg.disposed ? 'a freed tensor' : `${arg.dtype}[${arg.shape.join(', ')}]`;
    return Array.isArray(arg) && arg.some((item) => item instanceof Tensor)
      ? `${arg.length} tensors`
      : JSON.stringify(arg);
  });
  return `${name}(${shown.join(', ')})`;
}
