import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileError, readSafetensorsHeader, type TensorEntry } from '@attune/torch';
import { readTokenizerFiles } from '../tokenizers/files.ts';
import { readBytes } from './byteCursor.ts';
import { dequantize } from './dequantize.ts';
import type { GgmlType } from './ggmlTypes.ts';
import type { ModelSource, SourceTensor, SourceTokenizer } from './modelSource.ts';

/** Tables that some checkpoints carry and every implementation computes itself: causal masks, rotary frequencies. */
const computed = /(\.attn\.(masked_)?bias|\.rotary_emb\.inv_freq)$/;

const encodings: Readonly<Record<string, GgmlType>> = { float32: 'F32', float16: 'F16', bfloat16: 'BF16' };

/**
 * A Hugging Face model folder in the form that the GGUF writer takes, without libtorch: values are read from the
 * safetensors files when they are asked for.
 *
 * @throws FileError where the folder has no config or weights, or weights of a type other than float
 */
export async function openModelFolder(folder: string): Promise<ModelSource> {
  const config = readJson(join(folder, 'config.json'));
  const tensors = weightFiles(folder).flatMap((path) =>
    readSafetensorsHeader(path)
      .entries.filter(({ name }) => !computed.test(name))
      .map((entry) => tensorOf(path, entry, config.model_type)),
  );
  const tokenizer = existsSync(join(folder, 'tokenizer.json')) ? await tokenizerOf(folder) : undefined;
  return { config, tensors, tokenizer };
}

/** The files that the index names, or the only one. */
function weightFiles(folder: string): string[] {
  const index = join(folder, 'model.safetensors.index.json');
  if (!existsSync(index)) return [join(folder, 'model.safetensors')];
  const files = readJson(index).weight_map;
  if (typeof files !== 'object' || files === null)
    throw new FileError(index, 'weight_map is missing, expected an object.');
  return [...new Set(Object.values(files))].map((file) => join(folder, String(file)));
}

function tensorOf(path: string, { name, dtype, shape, start, bytes }: TensorEntry, family: unknown): SourceTensor {
  const encoding = encodings[dtype];
  if (!encoding) throw new FileError(path, `the tensor ${name} is ${dtype}, expected float32, float16 or bfloat16.`);
  return { name: fullName(name, family), shape, read: () => dequantize(encoding, readBytes(path, start, bytes)) };
}

/** GPT-2's own checkpoints were saved from inside the model, without its prefix. */
const fullName = (name: string, family: unknown): string =>
  family === 'gpt2' && !/^(transformer|lm_head)\./.test(name) ? `transformer.${name}` : name;

async function tokenizerOf(folder: string): Promise<SourceTokenizer> {
  const { tokenizerJson, tokenizerConfig = {}, chatTemplate } = await readTokenizerFiles(folder);
  return { tokenizerJson, tokenizerConfig, chatTemplate };
}

function readJson(path: string): Record<string, unknown> {
  if (!existsSync(path)) throw new FileError(path, 'there is no such file. Give the folder of a Hugging Face model.');
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new FileError(path, `this is not JSON (${(cause as Error).message}).`);
  }
}
