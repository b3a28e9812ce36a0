/** Random order that hangs on what things are, not on where they stand. */
import { hash } from 'node:crypto';

/**
 * The places 0 to n − 1 in random order. The order is that of SHA-1 hashes of seed and key, so it is the same for the
 * same keys however the things were ordered before; equal keys are taken in their own order.
 */
export function randomOrder(keys: readonly string[], seed: number): number[] {
  const ranks = keys.map((key) => hash('sha1', `${seed} ${key}`, 'hex'));
  return keys.map((_, i) => i).sort((a, b) => (ranks[a]! < ranks[b]! ? -1 : ranks[a]! > ranks[b]! ? 1 : a - b));
}
