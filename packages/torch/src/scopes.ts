import type { Tensor } from './Tensor.ts';

/** Tensors born in each open tidy(), innermost last; `undefined` where owned() hides the scopes around it. */
const scopes: (Tensor[] | undefined)[] = [];

/** Opens a scope in which new tensors enroll. */
export const openScope = (): void => void scopes.push([]);

/** Hides the open scopes: from here on tensors enroll nowhere. */
export const hideScopes = (): void => void scopes.push(undefined);

/** Closes the innermost scope and gives what was born in it. */
export const closeScope = (): Tensor[] => scopes.pop() ?? [];

/** Writes a tensor down in the innermost scope; false where none is open. */
export function enroll(tensor: Tensor): boolean {
  const scope = scopes.at(-1);
  scope?.push(tensor);
  return scope !== undefined;
}
