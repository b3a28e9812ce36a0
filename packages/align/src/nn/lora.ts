import { AttuneError, noGrad, type Random, tidy } from '@attune/torch';
import { Linear } from './Linear.ts';
import { LoraLinear, type LoraOptions } from './LoraLinear.ts';
import type { Module } from './Module.ts';

/** A layer to adapt was named that the model does not have. */
export class LoraTargetError extends AttuneError {
  readonly code = 'lora_target';
  override readonly badInput = true;
}

/**
 * Freezes a model and puts adapters on its linear layers that `targets` name, in place.
 *
 * @throws LoraTargetError where a target names no linear layer of this model, with the names there are
 */
export function addLora(model: Module, options: LoraOptions, random: Random): void {
  const linears = [...model.namedModules()].filter(([, module]) => module instanceof Linear);
  for (const target of options.targets) {
    if (linears.some(([name]) => matches(name, target))) continue;
    const names = [...new Set(linears.map(([name]) => name.split('.').at(-1)))];
    throw new LoraTargetError(
      `LoRA target ${target} names no linear layer of this model. There are: ${names.join(', ')}.`,
    );
  }
  for (const parameter of model.parameters()) parameter.setRequiresGrad(false);
  for (const [, module] of [...model.namedModules()]) {
    for (const [field, part] of Object.entries(module)) {
      const name = linears.find(([, linear]) => linear === part)?.[0];
      if (name === undefined || !options.targets.some((target) => matches(name, target))) continue;
      // The vocabulary head is computed twice, in chunks (see tokenLogps), and would not drop the same both times.
      const dropout = field === 'lmHead' ? 0 : options.dropout;
      Object.assign(module, { [field]: new LoraLinear(part as Linear, { ...options, dropout }, random) });
    }
  }
}

/** Every linear layer but the head, of either kind: PEFT's `all-linear`. */
export const allLinear: readonly RegExp[] = [/^(?!.*\b(lm_head|score)$)/];

const matches = (name: string, target: string | RegExp): boolean =>
  typeof target === 'string' ? name === target || name.endsWith(`.${target}`) : target.test(name);

/** The adapters of a model with the names of the layers they stand on. */
export const adaptersOf = (model: Module): [name: string, adapter: LoraLinear][] =>
  [...model.namedModules()].filter((entry): entry is [string, LoraLinear] => entry[1] instanceof LoraLinear);

/** Runs `work` with the adapters off: the model as it was before it was tuned, its own reference. */
export function withoutAdapters<T>(model: Module, work: () => T): T {
  const adapters = adaptersOf(model);
  for (const [, adapter] of adapters) adapter.enabled = false;
  try {
    return work();
  } finally {
    for (const [, adapter] of adapters) adapter.enabled = true;
  }
}

/** Runs `work` with nothing dropped, as in use: no random number is drawn, so that training draws the same after it. */
export function withoutDropout<T>(model: Module, work: () => T): T {
  const adapters = adaptersOf(model).map(([, adapter]) => ({ adapter, noise: adapter.noise }));
  for (const { adapter } of adapters) adapter.noise = undefined;
  try {
    return work();
  } finally {
    for (const { adapter, noise } of adapters) adapter.noise = noise;
  }
}

/** Folds every adapter into the layer it stands on and puts that layer back. */
export function mergeAdapters(model: Module): void {
  for (const [, module] of [...model.namedModules()]) {
    for (const [field, part] of Object.entries(module)) {
      if (!(part instanceof LoraLinear)) continue;
      tidy(() => noGrad(() => void part.base.weight.copy_(part.merged())));
      part.loraA[Symbol.dispose]();
      part.loraB[Symbol.dispose]();
      Object.assign(module, { [field]: part.base });
    }
  }
}
