import { ShapeError } from './errors.ts';
import type { Tensor } from './Tensor.ts';

/**
 * Checks a tensor's shape and gives its dimensions by name: names bind, numbers must match.
 *
 *   const { batch, time } = dims(x, ['batch', 'time', hiddenSize]);
 */
export function dims<const Expected extends readonly (string | number)[]>(
  tensor: Tensor,
  expected: Expected,
): Record<Extract<Expected[number], string>, number> {
  const bound: Record<string, number> = {};
  const { shape } = tensor;
  const fits =
    shape.length === expected.length &&
    expected.every((dim, i) => (typeof dim === 'number' ? dim : (bound[dim] ??= shape[i]!)) === shape[i]);
  if (!fits) throw new ShapeError(expected, shape);
  return bound;
}
