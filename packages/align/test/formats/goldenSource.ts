import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensors } from '@attune/torch';
import type { ModelSource } from '../../src/formats/modelSource.ts';

/** A golden model as its files have it, in the form that the GGUF writer takes; no model is built in between. */
export function goldenSource(model: string): ModelSource {
  const folder = join(import.meta.dirname, '../golden/models', model);
  const tensors = globSync('*.safetensors', { cwd: folder }).flatMap((file) => [
    ...readSafetensors(join(folder, file)),
  ]);
  return {
    config: JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')),
    tensors: tensors
      .filter(([name]) => !/\.attn\.(masked_)?bias$/.test(name)) // GPT-2's causal masks
      .map(([name, tensor]) => {
        using values = tensor;
        const numbers = Float32Array.from(values.toArray());
        return { name: fullName(name), shape: values.shape, read: () => numbers.slice() };
      }),
  };
}

/** GPT-2's own checkpoints were saved from inside the model, without its prefix. */
const fullName = (name: string): string => (/^(wte|wpe|h|ln_f)\./.test(name) ? `transformer.${name}` : name);
