import { seededRandom, shuffled } from '@attune/preferences';
import { SettingError } from '../errors.ts';

/** Where training and held-out data come from. */
export interface DataSettings {
  readonly data: string | readonly string[];
  readonly eval_data?: string;
  readonly eval_share: number;
  readonly data_seed: number;
}

/**
 * Data to train on, in its own order, and data to evaluate on: a file of its own, or a share drawn by `data_seed`.
 *
 * @param keyOf examples of one key stay together; left out, each stands for itself
 * @throws SettingError where the share leaves nothing for one of the two
 */
export async function withHeldOut<Example>(
  { data, eval_data, eval_share, data_seed }: DataSettings,
  read: (files: string | readonly string[]) => Promise<Example[]>,
  keyOf?: (example: Example) => string,
): Promise<{ train: Example[]; heldOut: Example[] }> {
  const all = await read(data);
  if (eval_data !== undefined) return { train: all, heldOut: await read(eval_data) };
  const count = Math.round(all.length * eval_share);
  const groups = Map.groupBy(all.keys(), (i) => (keyOf ? keyOf(all[i]!) : i));
  const out = new Set<number>();
  for (const group of shuffled([...groups.values()], seededRandom(data_seed))) {
    if (out.size >= count) break;
    for (const i of group) out.add(i);
  }
  if (eval_share > 0 && (count === 0 || out.size === all.length)) {
    const what = count === 0 ? 'none' : 'all of them';
    throw new SettingError(
      `eval_share: ${eval_share} of ${all.length} examples is ${what}. Choose a share that leaves some to train on and ` +
        'some to evaluate on, or give eval_data.',
    );
  }
  return { train: all.filter((_, i) => !out.has(i)), heldOut: all.filter((_, i) => out.has(i)) };
}
