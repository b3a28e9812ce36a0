import { native } from './binding.ts';
import { randn } from './create.ts';
import type { DType } from './dtype.ts';
import { findBuild } from './load.ts';
import { Random } from './random.ts';
import { tidy } from './tidy.ts';

/** What computes here. */
export interface Engine {
  /** The folder of the libtorch in use, and its version. */
  readonly libtorch: string;
  readonly version: string;
  /** Threads that one operator uses on the CPU. */
  readonly threads: number;
  /** 'cpu' first, then every accelerator: 'cuda:0', 'mps:0'. */
  readonly devices: readonly string[];
}

/**
 * The libtorch in use and the devices that it sees.
 *
 * @throws NativeLoadError when there is none
 */
export function engine(): Engine {
  const { libtorch, version } = findBuild();
  const accelerators = ['cuda', 'mps'].flatMap((kind) =>
    Array.from({ length: native().devices(kind) }, (_, i) => `${kind}:${i}`),
  );
  return { libtorch, version, threads: native().threads(), devices: ['cpu', ...accelerators] };
}

/**
 * Speed of the matrix product [size, size]·[size, size] on a device, in GFLOP/s (2·size³ operations each): the best of
 * what fits into `forMs`, after one to warm up.
 */
export function matmulSpeed(device: string, dtype: DType, { size = 512, forMs = 200 } = {}): number {
  return tidy(() => {
    const x = randn([size, size], new Random(0)).to({ device, dtype });
    const product = () => {
      const start = performance.now();
      tidy(() => x.matmul(x).sum().item()); // item() waits for the device
      return performance.now() - start;
    };
    product();
    let best = product();
    for (const end = performance.now() + forMs; performance.now() < end; ) best = Math.min(best, product());
    return (2 * size ** 3) / best / 1e6;
  });
}

/** Sets the threads that one operator may use on the CPU. */
export const setThreads = (count: number): void => void native().threads(count);

/** How many accelerators of a kind there are. */
export const deviceCount = (kind: 'cuda' | 'mps'): number => native().devices(kind);
