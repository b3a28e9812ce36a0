import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ListFileEntry, listFiles } from '@huggingface/hub';
import { asking, HubError } from './errors.ts';
import { fetchFile } from './fetchFile.ts';

/** Which model, where it is, and in whose name it is asked for. */
export interface HubModel {
  /** `owner/name`. */
  readonly repo: string;
  /** A branch, tag or commit. */
  readonly revision: string;
  readonly hubUrl: string;
  readonly accessToken?: string;
}

/** A file of the model folder. */
export interface PulledFile {
  readonly path: string;
  readonly bytes: number;
  /** False where the folder had it already. */
  readonly fetched: boolean;
}

/** The small files of a model folder: settings, tokenizer, chat template, licence. */
const smallFiles =
  /^((generation_|adapter_|tokenizer_)?config\.json|tokenizer\.(json|model)|(special_tokens_map|added_tokens|vocab)\.json|merges\.txt|chat_template\.(jinja|json)|LICENSE(\.\w+)?)$/;

const indexFile = 'model.safetensors.index.json';

/**
 * Fetches what a model folder needs (settings, tokenizer, safetensors weights) into `folder`. Files that are there
 * already and are the hub's are left alone; one that was cut off is gone on with.
 *
 * @param onProgress bytes of the weights that are there, of how many
 * @throws HubError     where there is no such model, it is gated, or has no safetensors weights
 * @throws NetworkError where the hub cannot be reached or the connection breaks; what has arrived is kept
 */
export async function pullModel(
  model: HubModel,
  folder: string,
  onProgress: (done: number, total: number) => void,
): Promise<PulledFile[]> {
  const listed = await filesOf(model);
  const weights = weightFiles(model, [...listed.keys()]);
  await mkdir(folder, { recursive: true });
  const smallNames = [...listed.keys()].filter((name) => smallFiles.test(name) || (!weights && name === indexFile));
  const small = await fetchFiles(model, listed, smallNames, folder, () => {});
  return [
    ...small,
    ...(await fetchFiles(model, listed, weights ?? (await shardsOf(model, folder)), folder, onProgress)),
  ];
}

async function fetchFiles(
  model: HubModel,
  listed: ReadonlyMap<string, ListFileEntry>,
  names: readonly string[],
  folder: string,
  onProgress: (done: number, total: number) => void,
): Promise<PulledFile[]> {
  const files = names.map((name) => listedFile(model, listed, name));
  const total = files.reduce((bytes, { size }) => bytes + size, 0);
  const pulled: PulledFile[] = [];
  let before = 0;
  for (const file of files) {
    const fetched = await fetchFile(model, file, join(folder, file.path), (done) => onProgress(before + done, total));
    pulled.push({ path: file.path, bytes: file.size, fetched });
    before += file.size;
  }
  return pulled;
}

/** The files at the top of the repository, by name; those in folders are other formats of the same weights. */
async function filesOf(model: HubModel): Promise<Map<string, ListFileEntry>> {
  const listed = new Map<string, ListFileEntry>();
  await asking(model, async () => {
    for await (const entry of listFiles(model)) {
      // A name becomes a path on this machine, so only a plain one will do.
      if (entry.type === 'file' && /^[\w][\w.-]*$/.test(entry.path)) listed.set(entry.path, entry);
    }
  });
  return listed;
}

/** The weights' only file, or undefined where the index says which files they are. */
function weightFiles({ repo }: HubModel, names: readonly string[]): string[] | undefined {
  for (const name of ['model.safetensors', 'adapter_model.safetensors']) if (names.includes(name)) return [name];
  if (names.includes(indexFile)) return undefined;
  const others = names.filter((name) => /\.(bin|pth?|gguf|h5|msgpack|onnx|safetensors)$/.test(name));
  throw new HubError(
    `${repo}: expected model.safetensors or ${indexFile}, found ${others.join(', ') || 'no weights'}. ` +
      'Choose a model with safetensors weights; files of Python objects (.bin, .pt) are never read.',
  );
}

async function shardsOf({ repo }: HubModel, folder: string): Promise<string[]> {
  const { weight_map: shards } = JSON.parse(await readFile(join(folder, indexFile), 'utf8'));
  if (typeof shards === 'object' && shards !== null) return [...new Set(Object.values(shards).map(String))];
  throw new HubError(`${repo}: ${indexFile} has no weight_map, which says where the weights are.`);
}

function listedFile({ repo }: HubModel, listed: ReadonlyMap<string, ListFileEntry>, name: string): ListFileEntry {
  const file = listed.get(name);
  if (!file) throw new HubError(`${repo}: ${indexFile} names ${name}, but the repository has no such file.`);
  return file;
}
