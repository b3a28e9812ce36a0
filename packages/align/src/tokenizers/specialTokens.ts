import { FileError } from '@attune/torch';
import type { TokenizerFiles } from './files.ts';

type Json = Readonly<Record<string, unknown>>;

/** The tokens that are not text: their ids, and their texts under the names that chat templates use. */
export interface SpecialTokens {
  readonly bosId: number | undefined;
  readonly eosIds: readonly number[];
  readonly padId: number | undefined;
  readonly all: ReadonlySet<number>;
  readonly texts: Readonly<Record<string, string>>; // bos_token, eos_token, …
}

const names = ['bos_token', 'eos_token', 'pad_token', 'unk_token', 'sep_token', 'cls_token', 'mask_token'] as const;

/**
 * Collects the special tokens from all files that name some. `tokenizer_config.json` says which is which, then
 * `special_tokens_map.json`; a folder with neither has only the ids in `generation_config.json` and `config.json`. The
 * end tokens are those of the tokenizer and of the generation settings together: chat models end a turn with another
 * token than a text, and often only the latter know.
 */
export function specialTokens(files: TokenizerFiles, idOf: (token: string) => number | undefined): SpecialTokens {
  const { tokenizerConfig = {}, specialTokensMap = {} } = files;
  const texts: Record<string, string> = {};
  const declared: Record<string, number | undefined> = {};
  for (const name of names) {
    const entry = name in tokenizerConfig ? tokenizerConfig[name] : specialTokensMap[name];
    const text = textOf(entry);
    if (text !== undefined) {
      texts[name] = text;
      declared[name] = idOf(text);
      if (declared[name] === undefined) throw unknownToken(files, name, text);
    } else if (entry === undefined) {
      declared[name] = configuredIds(files, `${name}_id`)[0];
    }
  }
  const { bos_token: bosId, eos_token: eosId, pad_token: padId } = declared;
  const eosIds = [...new Set([eosId, ...configuredIds(files, 'eos_token_id')])].filter((id) => id !== undefined);
  const added = (files.tokenizerJson.added_tokens ?? []) as { id: number; special?: boolean }[];
  const more = [tokenizerConfig, specialTokensMap].flatMap((file) => additional(file).map(idOf));
  const special = [...added.filter((token) => token.special).map((token) => token.id), ...more];
  const all = new Set([...special, ...Object.values(declared)].filter((id) => id !== undefined));
  return { bosId, eosIds, padId, all, texts };
}

/** What `generation_config.json`, or else `config.json`, says under a name: one id, a list of them, or nothing. */
function configuredIds({ source, generationConfig, modelConfig }: TokenizerFiles, name: string): number[] {
  const value = generationConfig?.[name] ?? modelConfig?.[name] ?? [];
  const ids = Array.isArray(value) ? value : [value];
  if (ids.every((id) => Number.isInteger(id) && id >= 0)) return ids;
  throw new FileError(
    source,
    `${name} in its configuration is ${JSON.stringify(value)}. Expected an id or a list of ids.`,
  );
}

const textOf = (entry: unknown): string | undefined =>
  typeof entry === 'string' ? entry : (entry as { content?: string } | null | undefined)?.content;

const additional = (file: Json): string[] =>
  ((file.additional_special_tokens ?? []) as unknown[]).map(textOf).filter((text) => text !== undefined);

function unknownToken(files: TokenizerFiles, name: string, text: string): FileError {
  return new FileError(
    files.source,
    `its ${name} is ${JSON.stringify(text)}, which tokenizer.json does not know. Take both files from the same model.`,
  );
}
