import { FileError } from '@attune/torch';
import { type GgufFile, readGguf, readGgufTensor } from './gguf.ts';
import { configFromGguf, ggufArchitecture, ropeDivisorsName } from './ggufConfig.ts';
import { huggingFaceName } from './ggufNames.ts';
import type { ModelSource, SourceTensor } from './modelSource.ts';
import { halfRotated, transposed } from './rowOrders.ts';
import { tokenizerFromGguf } from './tokenizerFromGguf.ts';

/**
 * A GGUF file of the Llama, Qwen2 or GPT-2 family as a Hugging Face model: config, tensors under their Hugging Face
 * names and in their row order, tokenizer.
 *
 * @throws FileError naming what the file has and what was expected
 */
export function openGguf(path: string): ModelSource {
  const file = readGguf(path);
  const config = configFromGguf(file);
  const tensors = [...file.tensors.keys()]
    .filter((name) => name !== ropeDivisorsName)
    .map((name) => sourceTensor(file, name, config));
  return { config, tensors, tokenizer: tokenizerFromGguf(file) };
}

function sourceTensor(file: GgufFile, name: string, config: Readonly<Record<string, unknown>>): SourceTensor {
  const architecture = ggufArchitecture(file);
  const renamed = huggingFaceName(architecture, name);
  if (!renamed) {
    throw new FileError(file.path, `the tensor ${name} is not one that a ${architecture} model is known to have.`);
  }
  const { shape } = file.tensors.get(name)!;
  const values = () => readGgufTensor(file, name);
  const columns = shape[1] ?? 1;
  switch (renamed.arrangement) {
    case 'same':
      return { name: renamed.name, shape, read: values };
    case 'queryRows':
      return {
        name: renamed.name,
        shape,
        read: () => halfRotated(values(), Number(config.num_attention_heads), columns),
      };
    case 'keyRows':
      return {
        name: renamed.name,
        shape,
        read: () => halfRotated(values(), Number(config.num_key_value_heads), columns),
      };
    case 'transposed':
      return { name: renamed.name, shape: [columns, shape[0]!], read: () => transposed(values(), shape[0]!, columns) };
  }
}
