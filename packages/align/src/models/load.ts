import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FileError, fromBytes, noGrad, owned, readSafetensors, type Tensor } from '@attune/torch';
import { openGguf } from '../formats/ggufSource.ts';
import { openLlama2c } from '../formats/llama2c.ts';
import type { ModelSource } from '../formats/modelSource.ts';
import type { Kind } from '../nn/Module.ts';
import type { CausalLm } from './CausalLm.ts';
import { buildModel } from './families.ts';

/** A weight on its way into a model: read when asked for, freed after. */
type Weights = Iterable<readonly [name: string, tensor: Tensor]>;

const plain: Kind = { dtype: 'float32', device: 'cpu' };

/**
 * Loads a Hugging Face model folder (`config.json` and `*.safetensors`, one file or several with an index), a GGUF file
 * (`.gguf`) or a llama2.c checkpoint (`.bin`). Weights come in whatever dtype they are stored and are converted to
 * `kind`. The caller owns the model.
 *
 * @throws FileError naming the file and what is wrong: missing, truncated, a tensor too many, too few or of another shape
 */
export function loadModel(path: string, kind: Kind = plain): CausalLm {
  if (path.endsWith('.gguf')) return loadSource(openGguf(path), path, kind);
  if (path.endsWith('.bin')) return loadSource(openLlama2c(path), path, kind);
  const config = join(path, 'config.json');
  return built(readJson(config), config, folderWeights(path), path, kind);
}

/**
 * A model of what was read from a file format other than safetensors. The caller owns it.
 *
 * @param where the file, for errors
 */
export const loadSource = ({ config, tensors }: ModelSource, where: string, kind: Kind = plain): CausalLm =>
  built(config, where, sourceWeights(tensors), where, kind);

function built(
  config: Readonly<Record<string, unknown>>,
  configPath: string,
  weights: Weights,
  where: string,
  kind: Kind,
): CausalLm {
  return owned(() => {
    const model = buildModel(config, configPath, kind);
    fill(model, weights, where);
    return model;
  });
}

function* sourceWeights(tensors: ModelSource['tensors']): Weights {
  for (const { name, shape, read } of tensors) yield [name, fromBytes(read(), shape, 'float32')];
}

/** Copies weights into a model's parameters by name; every parameter must be met, and no weight may be left over. */
export function fill(model: CausalLm, weights: Weights, where: string): void {
  const parameters = new Map(model.namedParameters());
  const all = [...parameters.keys()];
  const missing = new Set(all);
  const surplus: string[] = [];
  noGrad(() => {
    for (const [name, tensor] of weights) {
      using weight = tensor;
      const own = localName(name, all);
      const parameter = parameters.get(own);
      if (!parameter) {
        if (!isDerived(name)) surplus.push(name);
        continue;
      }
      if (parameter.shape.join() !== weight.shape.join()) {
        throw new FileError(
          where,
          `tensor ${name} has shape [${weight.shape}], config.json asks for [${parameter.shape}].`,
        );
      }
      parameter.copy_(weight);
      missing.delete(own);
    }
  });
  const list = (names: readonly string[]) =>
    `${names.slice(0, 4).join(', ')}${names.length > 4 ? ` and ${names.length - 4} more` : ''}`;
  if (missing.size > 0)
    throw new FileError(where, `has no tensor ${list([...missing])}. Is config.json of the same model?`);
  if (surplus.length > 0)
    throw new FileError(where, `tensor ${list(surplus)} has no place in the model that config.json describes.`);
}

/** Checkpoints of one architecture differ in prefix, and tied ones may keep the shared matrix under the head's name. */
function localName(name: string, own: readonly string[]): string {
  if (own.includes(name)) return name;
  if (name === 'lm_head.weight')
    return own.find((n) => n === 'model.embed_tokens.weight' || n === 'transformer.wte.weight') ?? name;
  return own.find((n) => n === `transformer.${name}` || n === `model.${name}`) ?? name;
}

/** Buffers that old checkpoints carry and the model computes. */
const isDerived = (name: string): boolean => /\.(rotary_emb\.inv_freq|attn\.bias|attn\.masked_bias)$/.test(name);

function* folderWeights(folder: string): Weights {
  for (const file of weightFiles(folder)) yield* readSafetensors(join(folder, file));
}

/** The safetensors files of a model folder: those its index names, or `model.safetensors`. */
export function weightFiles(folder: string): string[] {
  const index = join(folder, 'model.safetensors.index.json');
  if (existsSync(index)) {
    const map = (readJson(index) as { weight_map?: Record<string, string> }).weight_map;
    if (!map) throw new FileError(index, 'has no "weight_map". Fetch it again.');
    const files = [...new Set(Object.values(map))];
    const outside = files.find((file) => file !== basename(file));
    if (outside) throw new FileError(index, `names the file ${outside}, outside the folder. Fetch it again.`);
    return files;
  }
  if (existsSync(join(folder, 'model.safetensors'))) return ['model.safetensors'];
  throw new FileError(
    folder,
    'has no model.safetensors (nor an index of several). Only safetensors are read, no pickles: convert the model first.',
  );
}

/** A JSON file of a model folder. */
export function readJson(path: string): Record<string, unknown> {
  if (!existsSync(path))
    throw new FileError(
      path,
      'there is no such file. A model folder has config.json, *.safetensors and tokenizer.json.',
    );
  if (!statSync(path).isFile()) throw new FileError(path, 'is not a file.');
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new FileError(path, `is not JSON (${(error as Error).message}). Fetch or write it again.`);
  }
}
