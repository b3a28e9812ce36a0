import { noGrad, tensor, tidy } from '@attune/torch';
import type { EncodedPair } from '../data/encode.ts';
import type { CausalLm } from '../models/CausalLm.ts';
import { withoutAdapters, withoutDropout } from '../nn/lora.ts';
import type { Reference } from './dpo.ts';
import { pairLogps } from './logps.ts';

/** The reference is another model, or the same one with its adapters off: it runs at every step. */
export const liveReference =
  (model: CausalLm, { adaptersOff = false }: { adaptersOff?: boolean } = {}): Reference =>
  (pairs) =>
    noGrad(() => (adaptersOff ? withoutAdapters : withoutDropout)(model, () => pairLogps(model, pairs).logps));

/** The reference's sums of each pair: nats, [chosen, rejected]. */
export type ReferenceLogps = readonly (readonly [chosen: number, rejected: number])[];

/** Runs the reference once over the data; `progress` hears how many pairs are done. */
export function referenceLogps(
  reference: Reference,
  pairs: readonly EncodedPair[],
  { batchSize, progress }: { batchSize: number; progress?: (done: number) => void },
): ReferenceLogps {
  const all: [number, number][] = [];
  for (let start = 0; start < pairs.length; start += batchSize) {
    const [chosen, rejected] = tidy(() => {
      const logps = reference(pairs.slice(start, start + batchSize));
      return [logps.chosen.toArray(), logps.rejected.toArray()] as const;
    });
    chosen.forEach((value, i) => void all.push([value, rejected[i]!]));
    progress?.(all.length);
  }
  return all;
}

/** The reference from numbers computed before: as many passes fewer as there are epochs, and no second model in memory. */
export function rememberedReference(pairs: readonly EncodedPair[], logps: ReferenceLogps, device = 'cpu'): Reference {
  const known = new Map(pairs.map((pair, i) => [pair, logps[i]!]));
  return (batch) => {
    const column = (side: 0 | 1) =>
      tensor(
        batch.map((pair) => known.get(pair)![side]),
        { device },
      );
    return { chosen: column(0), rejected: column(1) };
  };
}

/**
 * How far the policy is from its reference on these pairs: the greatest difference of a response's log-probability, in
 * nats. Before the first step it is 0 up to rounding, or the reference is not what it is taken for.
 */
export function distanceFromReference(policy: CausalLm, reference: Reference, pairs: readonly EncodedPair[]): number {
  return tidy(() =>
    noGrad(() => {
      const [own, held] = [withoutDropout(policy, () => pairLogps(policy, pairs).logps), reference(pairs)];
      const apart = (side: 'chosen' | 'rejected') => own[side].sub(held[side]).abs().amax(0).item();
      return Math.max(apart('chosen'), apart('rejected'));
    }),
  );
}
