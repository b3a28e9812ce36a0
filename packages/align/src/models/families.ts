import type { Kind } from '../nn/Module.ts';
import type { CausalLm } from './CausalLm.ts';
import { ConfigReader } from './configs.ts';
import { Gpt2, gpt2Config } from './gpt2.ts';
import { Llama, llamaConfig } from './llama.ts';
import { mistralConfig } from './mistral.ts';
import { qwen2Config } from './qwen2.ts';
import { hasScoreHead, scoreHead } from './rewardModel.ts';

/** The architectures there are, under the checkpoint's `model_type`. */
const families: Readonly<Record<string, (read: ConfigReader, kind: Kind) => CausalLm>> = {
  llama: (read, kind) => new Llama(llamaConfig(read), read.json, kind),
  mistral: (read, kind) => new Llama(mistralConfig(read), read.json, kind),
  qwen2: (read, kind) => new Llama(qwen2Config(read), read.json, kind),
  gpt2: (read, kind) => new Gpt2(gpt2Config(read), read.json, kind),
};

/**
 * The model that a `config.json` describes, its weights not yet filled in.
 *
 * @param path where the configuration was read, for errors
 * @throws FileError where a field is missing or names something these architectures do not compute
 */
export function buildModel(json: Readonly<Record<string, unknown>>, path: string, kind: Kind): CausalLm {
  const read = new ConfigReader(json, path);
  read.only('model_type', Object.keys(families), null);
  const model = families[json.model_type as string]!(read, kind);
  if (hasScoreHead(json)) {
    if (Object.keys(json.id2label ?? {}).length > 1) throw read.wrong('id2label', 'one label: that of a reward model');
    model.score = scoreHead(model.head.shape[1]!, kind);
  }
  return model;
}
