import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AdamW, FileError, noGrad, type Random, readSafetensors, tidy, writeSafetensors } from '@attune/torch';
import type { Position } from '../data/batches.ts';
import { readJson } from '../models/load.ts';
import type { Module } from '../nn/Module.ts';

/** Everything that decides how a run goes on. */
export interface Resumable {
  readonly model: Module;
  readonly optimizer: AdamW;
  /** Where dropout draws from. */
  readonly noise: Random;
}

/** What of a run is plain numbers. */
export interface Progress {
  readonly step: number;
  readonly position: Position; // in the data
  readonly tokens: number; //     through the model so far
  readonly numbers?: Readonly<Record<string, number | readonly number[]>>; // that a training of its kind goes on with
}

/** `state.json`. */
interface SavedState extends Progress {
  readonly optimizerSteps: number;
  readonly noise: string; // base64
}

/** Writes weights (those that are trained), optimizer, random state and place into a folder. Make the folder's appearance atomic. */
export function saveCheckpoint(folder: string, { model, optimizer, noise }: Resumable, progress: Progress): void {
  mkdirSync(folder, { recursive: true });
  const trained = model.trainable();
  const { tensors, steps } = optimizer.state([...trained.keys()]);
  writeSafetensors(join(folder, 'weights.safetensors'), trained);
  writeSafetensors(join(folder, 'optimizer.safetensors'), tensors);
  const noiseState = Buffer.from(noise.state).toString('base64');
  const state: SavedState = { ...progress, optimizerSteps: steps, noise: noiseState };
  writeFileSync(join(folder, 'state.json'), JSON.stringify(state));
}

/** Puts a run back to where saveCheckpoint left it, to the last bit. */
export function loadCheckpoint(folder: string, { model, optimizer, noise }: Resumable): Progress {
  const path = join(folder, 'state.json');
  if (!existsSync(path))
    throw new FileError(folder, 'is not a whole checkpoint: it has no state.json. Resume from an older one.');
  const { optimizerSteps, noise: noiseState, ...progress } = readJson(path) as unknown as SavedState;
  const trained = model.trainable();
  tidy(() =>
    noGrad(() => {
      const saved = readSafetensors(join(folder, 'weights.safetensors'));
      for (const [name, parameter] of trained) {
        const weight = saved.get(name);
        if (!weight)
          throw new FileError(join(folder, 'weights.safetensors'), `has no ${name}. Is the run of another model?`);
        parameter.copy_(weight);
      }
      const [names, path] = [[...trained.keys()], join(folder, 'optimizer.safetensors')];
      const tensors = readSafetensors(path);
      const missing = optimizer
        .state(names)
        .tensors.keys()
        .find((name) => !tensors.has(name));
      if (missing) throw new FileError(path, `has no ${missing}. Was the run computed in another dtype?`);
      optimizer.restore(names, { tensors, steps: optimizerSteps });
    }),
  );
  noise.state = Buffer.from(noiseState, 'base64');
  return progress;
}
