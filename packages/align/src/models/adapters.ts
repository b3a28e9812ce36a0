import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileError, noGrad, Random, readSafetensors, type Tensor, tidy, writeSafetensors } from '@attune/torch';
import { Conv1D, Linear } from '../nn/Linear.ts';
import { adaptersOf, addLora, allLinear } from '../nn/lora.ts';
import type { CausalLm } from './CausalLm.ts';
import { readJson } from './load.ts';
import { asRewardModel } from './rewardModel.ts';

/** PEFT puts its own wrapper's name before the model's. */
const wrapper = 'base_model.model.';
const scoreWeight = 'score.weight';

/** `adapter_config.json`, as much of it as decides what is computed. */
interface AdapterConfig {
  readonly peft_type: string;
  readonly r: number;
  readonly lora_alpha: number;
  readonly lora_dropout?: number;
  readonly target_modules: readonly string[] | string;
  readonly use_rslora?: boolean;
  /** Layers kept whole beside the adapters: the score head of a reward model (`SEQ_CLS`), and no other is read. */
  readonly modules_to_save?: readonly string[] | null;
}

/** Settings of `adapter_config.json` that change what is computed, and that are not computed here. */
const unsupported = ['use_dora', 'use_qalora', 'use_bdlora', 'lora_bias', 'rank_pattern', 'alpha_pattern'];

/**
 * Writes a model's adapters in PEFT's form: `adapter_config.json`, `adapter_model.safetensors`.
 *
 * @param base where the model that they stand on came from
 */
export function saveAdapter(model: CausalLm, folder: string, { base }: { base: string }): void {
  mkdirSync(folder, { recursive: true });
  const adapters = adaptersOf(model);
  const weights = new Map<string, Tensor>();
  for (const [name, { loraA, loraB }] of adapters) {
    weights.set(`${wrapper}${name}.lora_A.weight`, loraA).set(`${wrapper}${name}.lora_B.weight`, loraB);
  }
  if (model.score) weights.set(`${wrapper}${scoreWeight}`, model.score.weight);
  writeSafetensors(join(folder, 'adapter_model.safetensors'), weights);
  const [, first] = adapters[0]!;
  const rank = first.loraA.shape[0]!;
  const config: AdapterConfig & Record<string, unknown> = {
    peft_type: 'LORA',
    task_type: model.score ? 'SEQ_CLS' : 'CAUSAL_LM',
    base_model_name_or_path: base,
    r: rank,
    lora_alpha: first.scale * rank,
    lora_dropout: first.dropout,
    bias: 'none',
    fan_in_fan_out: first.base instanceof Conv1D,
    inference_mode: true,
    init_lora_weights: true,
    target_modules: targetModules(model),
    modules_to_save: model.score ? ['score'] : null,
  };
  writeFileSync(join(folder, 'adapter_config.json'), `${JSON.stringify(config, null, 2)}\n`);
}

/** The adapted layers by the last part of their names, in full where another layer ends in the same and has none. */
function targetModules(model: CausalLm): string[] {
  const last = (name: string) => name.split('.').at(-1)!;
  const bare = new Set<string>();
  for (const [name, module] of model.namedModules()) if (module instanceof Linear) bare.add(last(name));
  const targets = adaptersOf(model).map(([name]) => (bare.has(last(name)) ? name : last(name)));
  return [...new Set(targets)].sort();
}

/**
 * Puts PEFT's adapters of `folder` on a model. Patterns of target modules that are no names are read as regular
 * expressions over the whole name, as PEFT does. Adapters that come with a score head make the model a reward model.
 *
 * @throws FileError for an adapter of another kind, or that does not fit the model
 */
export function loadAdapter(model: CausalLm, folder: string): void {
  const path = join(folder, 'adapter_config.json');
  const config = readJson(path) as unknown as AdapterConfig & Record<string, unknown>;
  if (config.peft_type !== 'LORA')
    throw new FileError(path, `"peft_type" is ${JSON.stringify(config.peft_type)}; only LORA is read.`);
  if ((config.bias ?? 'none') !== 'none')
    throw new FileError(path, `"bias" is ${JSON.stringify(config.bias)}; only "none" is read.`);
  for (const name of unsupported) {
    const value = config[name];
    const set = value !== null && typeof value === 'object' ? Object.keys(value).length > 0 : Boolean(value);
    if (set) throw new FileError(path, `"${name}" is set, which is not supported.`);
  }
  const kept = config.modules_to_save ?? [];
  const others = kept.filter((name) => name !== 'score' && name !== 'classifier'); // PEFT lists both for one that has either
  if (others.length > 0) throw new FileError(path, `"modules_to_save" has ${others.join(', ')}; only "score" is read.`);
  if (kept.includes('score')) asRewardModel(model, new Random(0));
  const { r: rank, lora_alpha, target_modules: names } = config;
  const alpha = config.use_rslora ? lora_alpha * Math.sqrt(rank) : lora_alpha; // rsLoRA scales by α/√r
  const targets =
    typeof names === 'string' ? (names === 'all-linear' ? allLinear : [new RegExp(`^(?:${names})$`)]) : names;
  addLora(model, { rank, alpha, dropout: config.lora_dropout ?? 0, targets }, new Random(0));
  fillAdapters(model, join(folder, 'adapter_model.safetensors'));
}

/** Fills the adapters a model already has, and its score head where it has one. */
export function fillAdapters(model: CausalLm, file: string): void {
  tidy(() =>
    noGrad(() => {
      const weights = new Map([...readSafetensors(file)].map(([name, weight]) => [plainName(name), weight]));
      for (const [name, { loraA, loraB }] of adaptersOf(model)) {
        for (const [part, own] of [
          ['lora_A', loraA],
          ['lora_B', loraB],
        ] as const) {
          const weight = weights.get(`${name}.${part}.weight`);
          if (!weight)
            throw new FileError(file, `has no ${part} for the layer ${name}. Was it trained on another model?`);
          if (weight.shape.join() !== own.shape.join())
            throw new FileError(file, `${part} of the layer ${name} is [${weight.shape}], expected [${own.shape}].`);
          own.copy_(weight);
          weights.delete(`${name}.${part}.weight`);
        }
      }
      if (model.score) {
        const weight = weights.get(scoreWeight);
        if (!weight) throw new FileError(file, 'has no score.weight: it is not the adapter of a reward model.');
        model.score.weight.copy_(weight);
        weights.delete(scoreWeight);
      }
      const [surplus] = weights.keys();
      if (surplus !== undefined) throw new FileError(file, `${surplus} belongs to no layer that is adapted here.`);
    }),
  );
}

const plainName = (name: string): string => (name.startsWith(wrapper) ? name.slice(wrapper.length) : name);
