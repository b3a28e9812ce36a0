import { type Kind, mergeAdapters, type OpenedModel, openModel } from '@attune/align';
import { deviceCount, setThreads } from '@attune/torch';
import { UsageError } from '../errors.ts';

/** Where it runs and in which numbers; 'auto' takes the fastest device there is. */
export interface Hardware {
  readonly device: 'auto' | 'cpu' | 'cuda' | 'mps';
  readonly dtype: 'float32' | 'bfloat16';
  readonly threads?: number;
}

/** Sets the threads, where a number is given, and gives what tensors are to be made of. */
export function kindOf({ device, dtype, threads }: Hardware): Kind {
  if (threads !== undefined) setThreads(threads);
  const present = (name: 'cuda' | 'mps') => deviceCount(name) > 0;
  if (device !== 'auto') {
    if (device !== 'cpu' && !present(device))
      throw new UsageError(`There is no ${device} device here. attune doctor shows what there is.`);
    return { device, dtype };
  }
  return { device: present('cuda') ? 'cuda' : present('mps') ? 'mps' : 'cpu', dtype };
}

/**
 * The model that a run starts from, opened from whatever holds one; adapters that it comes with become a part of it. Its
 * owner disposes it.
 */
export async function openStart(path: string, kind: Kind): Promise<OpenedModel> {
  const opened = await openModel(path, kind);
  mergeAdapters(opened.model);
  return opened;
}
