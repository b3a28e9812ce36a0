import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Tensor, tidy, writeSafetensors } from '@attune/torch';
import type { CausalLm } from './CausalLm.ts';

/** What else a model folder holds; copied as it is. */
const companions = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'generation_config.json',
  'chat_template.jinja',
];

/**
 * Writes a model as a Hugging Face folder: `config.json`, `model.safetensors`.
 *
 * @param dtype what the weights are stored in; left out, what they are
 */
export function saveModel(model: CausalLm, folder: string, { dtype }: { dtype?: 'float32' | 'bfloat16' } = {}): void {
  mkdirSync(folder, { recursive: true });
  tidy(() => {
    const weights = new Map<string, Tensor>();
    for (const [name, parameter] of model.namedParameters())
      weights.set(name, dtype ? parameter.detach().to(dtype) : parameter);
    const stored = [...weights.values()][0]!.dtype;
    writeSafetensors(join(folder, 'model.safetensors'), weights);
    const { torch_dtype: _, dtype: __, ...config } = model.config; // transformers 5 says dtype, all read torch_dtype
    writeFileSync(join(folder, 'config.json'), `${JSON.stringify({ ...config, torch_dtype: stored }, null, 2)}\n`);
  });
}

/** Copies a model folder's tokenizer and chat template beside another model. */
export function copyTokenizer(from: string, to: string): void {
  for (const name of companions) if (existsSync(join(from, name))) copyFileSync(join(from, name), join(to, name));
}
