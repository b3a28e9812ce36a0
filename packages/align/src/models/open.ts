import { closeSync, existsSync, openSync, readdirSync, readSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FileError } from '@attune/torch';
import { openGguf } from '../formats/ggufSource.ts';
import { openLlama2c } from '../formats/llama2c.ts';
import type { ModelSource } from '../formats/modelSource.ts';
import { mergeAdapters } from '../nn/lora.ts';
import type { Kind } from '../nn/Module.ts';
import { readTokenizerFiles, type TokenizerFiles } from '../tokenizers/files.ts';
import { Tokenizer } from '../tokenizers/Tokenizer.ts';
import { loadAdapter } from './adapters.ts';
import type { CausalLm } from './CausalLm.ts';
import { loadModel, loadSource, readJson } from './load.ts';
import { copyTokenizer } from './save.ts';

/** What is known of a model that was opened. */
interface Parts {
  readonly model: CausalLm;
  /** Where it came from: named in errors. */
  readonly path: string;
  /** Where the model under the adapters came from, as the adapters name it; undefined where there are none. */
  readonly base?: string;
  /** Undefined for weights that have no tokenizer with them. */
  readonly tokenizerFiles: TokenizerFiles | undefined;
  /** Writes tokenizer and chat template, if any, into the folder of another model. */
  copyTokenizer(to: string): void;
}

/** A model with what belongs to it. Owns the model: dispose it. */
export class OpenedModel implements Disposable {
  readonly model: CausalLm;
  readonly base: string | undefined;
  readonly tokenizerFiles: TokenizerFiles | undefined;
  readonly copyTokenizer: (to: string) => void;
  readonly #path: string;
  #tokenizer: Tokenizer | undefined;

  constructor({ model, path, base, tokenizerFiles, copyTokenizer }: Parts) {
    this.model = model;
    this.base = base;
    this.tokenizerFiles = tokenizerFiles;
    this.copyTokenizer = copyTokenizer;
    this.#path = path;
  }

  /** @throws FileError where there is none */
  get tokenizer(): Tokenizer {
    if (!this.tokenizerFiles) {
      throw new FileError(
        this.#path,
        'there is no tokenizer with this model. It belongs beside it: tokenizer.json in a model folder, tok*.bin for llama2.c.',
      );
    }
    return (this.#tokenizer ??= new Tokenizer(this.tokenizerFiles));
  }

  [Symbol.dispose](): void {
    this.model[Symbol.dispose]();
  }
}

/** What is found at a path, before any weight is read. */
interface Found extends Omit<Parts, 'model' | 'path'> {
  load(kind: Kind): CausalLm;
}

/**
 * Opens whatever holds a model:
 *
 *   model folder     `config.json`, `*.safetensors`, `tokenizer.json` (Hugging Face)
 *   adapter folder   `adapter_config.json`, `adapter_model.safetensors` (PEFT), put on the model that it names
 *   run folder       the model in its `final/`
 *   GGUF file        with the tokenizer inside
 *   llama2.c file    with the tokenizer `tok*.bin` beside it
 *
 * @throws FileError naming what is wrong, or what is missing and where to get it
 */
export async function openModel(path: string, kind: Kind): Promise<OpenedModel> {
  const { load, ...found } = await find(path);
  return new OpenedModel({ model: load(kind), path, ...found });
}

function find(path: string): Promise<Found> | Found {
  if (!existsSync(path)) {
    throw new FileError(
      path,
      'there is no such file or folder. Give a model folder, a GGUF file, or a run; attune pull OWNER/NAME fetches a model.',
    );
  }
  if (statSync(path).isFile()) {
    if (path.endsWith('.safetensors'))
      throw new FileError(path, 'is only a part of a model. Give the folder it is in.');
    return inFile(isGguf(path) ? openGguf(path) : withTokenizer(path), path);
  }
  if (existsSync(join(path, 'adapter_config.json'))) return adapter(path);
  if (!existsSync(join(path, 'config.json'))) {
    if (existsSync(join(path, 'final'))) return find(join(path, 'final'));
    if (existsSync(join(path, 'checkpoints'))) {
      throw new FileError(
        path,
        'this run has no final/ yet. Finish it with --resume, or export one of its checkpoints.',
      );
    }
    if (existsSync(join(path, 'state.json'))) {
      throw new FileError(path, 'is a checkpoint of a run. attune export turns it into a model folder.');
    }
  }
  return folder(path);
}

async function folder(path: string): Promise<Found> {
  readJson(join(path, 'config.json')); // a folder without one is no model, whatever else is in it
  const hasTokenizer = existsSync(join(path, 'tokenizer.json'));
  return {
    load: (kind) => loadModel(path, kind),
    tokenizerFiles: hasTokenizer ? await readTokenizerFiles(path) : undefined,
    copyTokenizer: (to) => copyTokenizer(path, to),
  };
}

/** The adapter's own tokenizer comes before that of the model it stands on: it may have been given a chat template. */
async function adapter(path: string): Promise<Found> {
  const config = join(path, 'adapter_config.json');
  const { base_model_name_or_path: name } = readJson(config);
  if (typeof name !== 'string' || !existsSync(name)) {
    throw new FileError(
      config,
      `"base_model_name_or_path" is ${JSON.stringify(name)}, and there is no such model. Fetch it (attune pull), or put ` +
        'its path there: absolute, or seen from the folder that the command is called in.',
    );
  }
  const base = await find(name);
  const own = existsSync(join(path, 'tokenizer.json'));
  return {
    load(kind) {
      const model = base.load(kind);
      try {
        mergeAdapters(model); // where what it stands on is an adapter itself
        loadAdapter(model, path);
        return model;
      } catch (error) {
        model[Symbol.dispose]();
        throw error;
      }
    },
    base: name,
    tokenizerFiles: own ? await readTokenizerFiles(path) : base.tokenizerFiles,
    copyTokenizer: (to) => (own ? copyTokenizer(path, to) : base.copyTokenizer(to)),
  };
}

function inFile(source: ModelSource, path: string): Found {
  const { config, tokenizer } = source;
  return {
    load: (kind) => loadSource(source, path, kind),
    tokenizerFiles: tokenizer && { source: path, modelConfig: config, ...tokenizer },
    copyTokenizer(to) {
      if (!tokenizer) return;
      const write = (name: string, text: string) => writeFileSync(join(to, name), text);
      write('tokenizer.json', JSON.stringify(tokenizer.tokenizerJson));
      write('tokenizer_config.json', `${JSON.stringify(tokenizer.tokenizerConfig, null, 2)}\n`);
      if (tokenizer.chatTemplate !== undefined) write('chat_template.jinja', tokenizer.chatTemplate);
    },
  };
}

/** A llama2.c checkpoint with the tokenizer beside it: `tok<vocabulary>.bin`, or the only `tok*.bin` there is. */
function withTokenizer(path: string): ModelSource {
  const { vocab_size: vocab } = openLlama2c(path).config;
  const beside = readdirSync(dirname(path)).filter((name) => /^tok.*\.bin$/.test(name));
  const [only] = beside.length === 1 ? beside : [];
  const name = beside.find((candidate) => candidate === `tok${vocab}.bin`) ?? only;
  return openLlama2c(path, name && join(dirname(path), name));
}

function isGguf(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const start = Buffer.alloc(4);
    readSync(file, start, 0, 4, 0);
    return start.toString('latin1') === 'GGUF';
  } finally {
    closeSync(file);
  }
}
