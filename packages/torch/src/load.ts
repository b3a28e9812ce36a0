import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Binding } from './binding.ts';
import { AttuneError } from './errors.ts';

/** An addon as `make setup` leaves it: `.attune/native/KEY/attune_torch.node`, with what it was compiled against. */
export interface Build {
  readonly addon: string;
  /** The folder that holds libtorch's `include` and `lib`. */
  readonly libtorch: string;
  readonly version: string;
}

/** What keeps libtorch from being used: what was tried, what was found, and what can be done about it. */
export class NativeLoadError extends AttuneError {
  readonly code = 'native_load';
  constructor(tried: string, found: string, cause?: unknown) {
    super(
      `Cannot load libtorch on ${process.platform}-${process.arch}.
  Looked in: ${tried}
  Found: ${found}
  Try one of these, then make setup:
    apt install libtorch-dev g++            Debian and Ubuntu, about a minute
    pip install torch                       then it is found by itself
    ATTUNE_LIBTORCH=/path/to/libtorch       one you already have
  attune doctor shows what is in use. Everything but training and generation works without it.`,
      { cause },
    );
  }
}

const builds = join(import.meta.dirname, '../../../.attune/native');

/*
 * The environment is read here and nowhere else below the command line: which libtorch, and how many threads, are settings
 * of the native library, which whoever only imports a package needs too, and before anything else.
 */

/**
 * The addon of the libtorch in use: ATTUNE_LIBTORCH's where that is set, else the one that set-up chose.
 *
 * @throws NativeLoadError when there is none
 */
export function findBuild(folder: string = builds, wanted = process.env.ATTUNE_LIBTORCH ?? ''): Build {
  const made = existsSync(folder) ? readdirSync(folder).flatMap((key) => readBuild(join(folder, key))) : [];
  const found = made.length > 0 ? `addons for ${made.map((b) => b.libtorch).join(', ')}` : 'no compiled addon';
  if (wanted) {
    const real = existsSync(wanted) ? realpathSync(wanted) : wanted;
    const build = made.find(({ libtorch }) => libtorch === real);
    if (!build) throw new NativeLoadError(`${folder}, for ATTUNE_LIBTORCH=${wanted}`, found);
    return build;
  }
  const current = join(folder, 'current');
  const [build] = existsSync(current) ? readBuild(join(folder, readFileSync(current, 'utf8').trim())) : [];
  if (!build) throw new NativeLoadError(folder, found);
  return build;
}

function readBuild(folder: string): Build[] {
  const [addon, about] = [join(folder, 'attune_torch.node'), join(folder, 'build.json')];
  if (!existsSync(addon) || !existsSync(about)) return [];
  const { libtorch, version } = JSON.parse(readFileSync(about, 'utf8'));
  return [{ addon, libtorch, version }];
}

/**
 * Loads the compiled addon, and libtorch with it.
 *
 * @throws NativeLoadError when there is none or the system's loader refuses it
 */
export function loadBinding(build: Build = findBuild()): Binding {
  try {
    spinBriefly();
    const binding: Binding = createRequire(import.meta.url)(build.addon);
    useAllCores(binding);
    return binding;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new NativeLoadError(
      build.addon,
      `an addon for libtorch ${build.version} in ${build.libtorch}, but ${why}`,
      cause,
    );
  }
}

/**
 * GNU's OpenMP lets a thread that waits for the others spin for some 10 ms; where another process has their processor,
 * that made training seven times slower. A tenth of a millisecond is enough to bridge the gaps between operators.
 */
function spinBriefly(): void {
  if (process.env.OMP_WAIT_POLICY === undefined) process.env.GOMP_SPINCOUNT ??= '2000';
}

/** Debian's libtorch takes the processors of some virtual machines for one; others count for themselves, and right. */
function useAllCores(binding: Binding): void {
  if (process.env.OMP_NUM_THREADS === undefined && binding.threads() === 1) binding.threads(availableParallelism());
}
