import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Kind, mergeAdapters, type OpenedModel, openModel, saveAdapter, saveGguf, saveModel } from '@attune/align';
import { UsageError } from '../errors.ts';
import { writeFile, writeFolder } from '../run/durable.ts';
import { formatBytes, formatNumber } from '../terminal/format.ts';
import { compare, type Drift, type Probe, probe, type Storage } from './selfCheck.ts';

/** What a model is written as; left out, the storage is the one it has. */
export type Target =
  | { readonly form: 'folder'; readonly dtype?: 'float32' | 'bfloat16' }
  | { readonly form: 'gguf'; readonly type?: GgufType }
  | { readonly form: 'adapter' };

/** How matrices can be stored in GGUF, as --type takes it. */
export const ggufTypes = ['f32', 'f16', 'bf16', 'q8_0'] as const;
export type GgufType = (typeof ggufTypes)[number];

/** What was written, and how far it is from what was read. */
export interface Written extends Drift {
  readonly path: string;
  readonly stored: Storage;
  readonly bytes: number;
}

/** Float32, in which every stored weight is exact, so that drift is what writing does and nothing else. */
export const exact: Kind = { dtype: 'float32', device: 'cpu' };

const storages = { f32: 'float32', f16: 'float16', bf16: 'bfloat16', q8_0: 'q8_0' } as const;

/**
 * Writes a model in another form, whole or not at all: under a temporary name, then opened again and held against what
 * was read, then renamed. One of the two models is in memory at a time.
 *
 * @param open opens the model in `exact` numbers
 * @throws DriftError where the written model does not compute the same
 */
export async function writeModel(open: () => Promise<OpenedModel>, path: string, target: Target): Promise<Written> {
  let written: Drift & { stored: Storage };
  const checked = async (temporary: string, write: (opened: OpenedModel) => Storage) => {
    const { before, stored } = await readAndWrite(open, write);
    using after = await openModel(temporary, exact);
    written = { stored, ...compare(before, probe(after), stored) };
  };
  if (target.form === 'gguf') {
    const name = basename(path, '.gguf');
    await writeFile(path, (temporary) => checked(temporary, (opened) => toGguf(opened, temporary, name, target.type)));
  } else {
    const write = target.form === 'adapter' ? toAdapter : toFolder(target.dtype);
    await writeFolder(path, (temporary) => checked(temporary, (opened) => write(opened, temporary)));
  }
  return { path, bytes: sizeOf(path, target.form), ...written! };
}

async function readAndWrite(
  open: () => Promise<OpenedModel>,
  write: (opened: OpenedModel) => Storage,
): Promise<{ before: Probe; stored: Storage }> {
  using opened = await open();
  return { before: probe(opened), stored: write(opened) };
}

const toFolder =
  (wanted?: 'float32' | 'bfloat16') =>
  (opened: OpenedModel, folder: string): Storage => {
    const dtype = wanted ?? (dtypeIn(opened) === 'bfloat16' ? 'bfloat16' : 'float32');
    mergeAdapters(opened.model);
    saveModel(opened.model, folder, { dtype });
    opened.copyTokenizer(folder);
    return dtype;
  };

function toGguf(opened: OpenedModel, path: string, name: string, wanted?: GgufType): Storage {
  const type = wanted ?? ({ bfloat16: 'bf16', float16: 'f16' } as const)[dtypeIn(opened)] ?? 'f32';
  mergeAdapters(opened.model);
  const { tokenizerFiles } = opened;
  saveGguf(opened.model, path, { name, type: type.toUpperCase() as Uppercase<GgufType>, tokenizerFiles });
  return storages[type];
}

function toAdapter(opened: OpenedModel, folder: string): Storage {
  if (opened.base === undefined) throw new UsageError('The model has no adapters. Leave --no-merge out.');
  saveAdapter(opened.model, folder, { base: opened.base });
  opened.copyTokenizer(folder);
  return 'float32';
}

/** What `config.json` says that the weights were stored in. */
const dtypeIn = ({ model: { config } }: OpenedModel): string => String(config.torch_dtype ?? config.dtype ?? 'float32');

const sizeOf = (path: string, form: Target['form']): number =>
  statSync(form === 'gguf' ? path : join(path, form === 'adapter' ? 'adapter_model.safetensors' : 'model.safetensors'))
    .size;

/** What there is to say of a model that was written. */
export const describeWritten = ({ path, stored, bytes, natsPerToken, tokens }: Written): string =>
  `${path}: ${formatBytes(bytes)} in ${stored}, opened again and compared: ${formatNumber(natsPerToken, 2)} nats per ` +
  `token apart over ${tokens} tokens.`;
