import type { Tensor } from './Tensor.ts';

/** Tensors born in each open tidy(), innermost last. */
const scopes: Tensor[][] = [];

/** Opens a scope in which new tensors enroll. */
export const openScope = (): void => void scopes.push([]);

/** Closes the innermost scope and gives what was born in it. */
export const closeScope = (): Tensor[] => scopes.pop()!;

/** Writes a tensor down in the innermost scope; false where none is open. */
export function enroll(tensor: Tensor): boolean {
  const scope = scopes.at(-1);
  scope?.push(tensor);
  return scope !== undefined;
}
