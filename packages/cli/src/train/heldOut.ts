import { seededRandom, shuffled } from '@attune/preferences';

/** Where training and held-out data come from. */
export interface DataSettings {
  readonly data: string | readonly string[];
  readonly eval_data?: string;
  readonly eval_share: number;
  readonly data_seed: number;
}

/** Data to train on, in its own order, and data to evaluate on: a file of its own, or a share drawn by `data_seed`. */
export async function withHeldOut<Example>(
  { data, eval_data, eval_share, data_seed }: DataSettings,
  read: (files: string | readonly string[]) => Promise<Example[]>,
): Promise<{ train: Example[]; heldOut: Example[] }> {
  const all = await read(data);
  if (eval_data !== undefined) return { train: all, heldOut: await read(eval_data) };
  const places = shuffled([...all.keys()], seededRandom(data_seed));
  const out = new Set(places.slice(0, Math.round(all.length * eval_share)));
  return { train: all.filter((_, i) => !out.has(i)), heldOut: all.filter((_, i) => out.has(i)) };
}
