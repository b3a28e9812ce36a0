import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FileError } from '@attune/torch';

type Json = Readonly<Record<string, unknown>>;

/** What a model says about text and tokens, file by file, wherever the files come from. Only the first has to be there. */
export interface TokenizerFiles {
  /** Where the files are, or what they were made from: named in errors. */
  readonly source: string;
  readonly tokenizerJson: Json; //     tokenizer.json
  readonly tokenizerConfig?: Json; //  tokenizer_config.json
  readonly specialTokensMap?: Json; // special_tokens_map.json
  readonly generationConfig?: Json; // generation_config.json
  readonly modelConfig?: Json; //      config.json
  readonly chatTemplate?: string; //   chat_template.jinja, else the template inside tokenizer_config.json
}

/** Reads what `transformers` writes beside a model. Only `tokenizer.json` has to be there. */
export async function readTokenizerFiles(folder: string): Promise<TokenizerFiles> {
  if (!existsSync(folder)) throw new FileError(folder, 'there is no such folder. Give the folder of a model.');
  const read = (name: string) => readJson(join(folder, name));
  const tokenizerConfig = await read('tokenizer_config.json');
  return {
    source: folder,
    tokenizerJson: await readTokenizerJson(folder),
    tokenizerConfig,
    specialTokensMap: await read('special_tokens_map.json'),
    generationConfig: await read('generation_config.json'),
    modelConfig: await read('config.json'),
    chatTemplate:
      (await readText(join(folder, 'chat_template.jinja'))) ??
      templateIn(tokenizerConfig?.chat_template, join(folder, 'tokenizer_config.json')),
  };
}

async function readTokenizerJson(folder: string): Promise<Json> {
  const path = join(folder, 'tokenizer.json');
  const json = await readJson(path);
  if (json) return json;
  const others = ['tokenizer.model', 'vocab.json', 'vocab.txt'].filter((name) => existsSync(join(folder, name)));
  const remedy =
    'transformers writes it: AutoTokenizer.from_pretrained(folder, use_fast=True).save_pretrained(folder).';
  const found = others.length ? `The folder has only ${others.join(' and ')}; ${remedy}` : 'Fetch it with the model.';
  throw new FileError(path, `there is no such file. ${found}`);
}

async function readJson(path: string): Promise<Json | undefined> {
  const text = await readText(path);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new FileError(path, `this is not JSON (${(cause as Error).message}). Fetch the file again.`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new FileError(path, `expected a JSON object, found ${Array.isArray(value) ? 'a list' : typeof value}.`);
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new FileError(path, `it cannot be read: ${(cause as Error).message}`);
  }
}

/** A template is a string, or several with names; then the one named `default` is for chatting. */
function templateIn(value: unknown, path: string): string | undefined {
  if (value === undefined || value === null || typeof value === 'string') return value ?? undefined;
  const named = Array.isArray(value)
    ? new Map(value.map((entry: { name: string; template: string }) => [entry.name, entry.template]))
    : new Map(Object.entries(value as Record<string, string>));
  const chosen = named.get('default') ?? (named.size === 1 ? [...named.values()][0] : undefined);
  if (typeof chosen === 'string') return chosen;
  const names = [...named.keys()].join(', ');
  throw new FileError(
    path,
    `chat_template has the templates ${names || '(none)'}, but none named "default". Save the one to use as chat_template.jinja.`,
  );
}
