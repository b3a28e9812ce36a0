import { FileError } from '@attune/torch';
import type { TypedValue } from './ggufWriter.ts';
import type { SourceTokenizer } from './modelSource.ts';
import { preTokenizations } from './preTokenizers.ts';
import { tokenKinds } from './tokenizerParts.ts';

type Json = Readonly<Record<string, unknown>>;

/** The parts of `tokenizer.json` that GGUF needs. */
interface TokenizerJson {
  readonly added_tokens?: readonly { readonly id: number; readonly content: string; readonly special: boolean }[];
  readonly normalizer: Json | null;
  readonly pre_tokenizer: Json | null;
  readonly post_processor: Json | null;
  readonly model: {
    readonly type: string;
    readonly vocab: Readonly<Record<string, number>>;
    readonly merges: readonly (string | readonly [string, string])[];
    readonly unk_token?: string | null;
    readonly byte_fallback?: boolean;
    readonly ignore_merges?: boolean;
  };
}

type Merge = readonly [string, string];

/**
 * A BPE tokenizer as GGUF metadata (`tokenizer.ggml.*`): byte-level with its merge rules, or SentencePiece style with
 * scores that put merges in the order of the rules. The chat template goes with it.
 *
 * GGUF cannot say that a special token swallows the spaces beside it (`lstrip`, `rstrip`): llama.cpp keeps them. And
 * llama.cpp ends itself on a character that has neither a token nor byte tokens, where others take the unknown token.
 *
 * @param path      the GGUF file, named in errors
 * @param vocabSize rows of the embedding: where the tokenizer has fewer tokens, unused ones fill up
 * @throws FileError where llama.cpp would cut text into other tokens
 */
export function tokenizerToGguf(path: string, source: SourceTokenizer, vocabSize: number): Record<string, TypedValue> {
  const json = source.tokenizerJson as unknown as TokenizerJson;
  if (json.model.type !== 'BPE') {
    throw new FileError(
      path,
      `the tokenizer is of type ${json.model.type}, expected BPE: GGUF is written for no other.`,
    );
  }
  const merges = json.model.merges.map((merge) =>
    typeof merge === 'string' ? (merge.split(' ') as unknown as Merge) : merge,
  );
  const { tokens, kinds } = vocabulary(json, vocabSize);
  const [bos, eos] = [idOf(tokens, source.tokenizerConfig.bos_token), idOf(tokens, source.tokenizerConfig.eos_token)];
  const around = tokensAround(json);
  return {
    ...(json.model.byte_fallback ? scored(json, tokens, merges) : byteLevel(path, json, merges)),
    'tokenizer.ggml.tokens': { type: 'string', value: tokens },
    'tokenizer.ggml.token_type': { type: 'int32', value: kinds },
    ...tokenId('bos', bos),
    ...tokenId('eos', eos),
    ...tokenId('unknown', idOf(tokens, source.tokenizerConfig.unk_token)),
    ...tokenId('padding', idOf(tokens, source.tokenizerConfig.pad_token)),
    'tokenizer.ggml.add_bos_token': bool(bos !== undefined && around.at(0) === tokens[bos]),
    'tokenizer.ggml.add_eos_token': bool(eos !== undefined && around.at(-1) === tokens[eos]),
    ...(source.chatTemplate !== undefined && {
      'tokenizer.chat_template': { type: 'string', value: source.chatTemplate },
    }),
  };
}

function byteLevel(path: string, json: TokenizerJson, merges: readonly Merge[]): Record<string, TypedValue> {
  return {
    'tokenizer.ggml.model': { type: 'string', value: 'gpt2' },
    'tokenizer.ggml.pre': { type: 'string', value: preOf(path, json) },
    'tokenizer.ggml.merges': { type: 'string', value: merges.map((merge) => merge.join(' ')) },
  };
}

/** A token's score is minus the place of the first rule that makes it, so that earlier rules win. */
function scored(json: TokenizerJson, tokens: readonly string[], merges: readonly Merge[]): Record<string, TypedValue> {
  const scores = new Map<string, number>();
  for (const [rank, merge] of merges.entries()) {
    const whole = merge.join('');
    if (!scores.has(whole)) scores.set(whole, -rank);
  }
  const steps = stepsOf(json.normalizer);
  const addsSpace = steps.includes('Prepend ▁') || stepsOf(json.pre_tokenizer).includes('Metaspace ▁');
  return {
    'tokenizer.ggml.model': { type: 'string', value: 'llama' },
    'tokenizer.ggml.pre': { type: 'string', value: 'default' },
    'tokenizer.ggml.scores': { type: 'float32', value: tokens.map((token) => scores.get(token) ?? -merges.length) },
    'tokenizer.ggml.add_space_prefix': bool(addsSpace),
  };
}

/** The name that llama.cpp has for this tokenizer's way of cutting text into words. */
function preOf(path: string, json: TokenizerJson): string {
  const steps = [...stepsOf(json.normalizer), ...stepsOf(json.pre_tokenizer)];
  const name = Object.keys(preTokenizations).find((candidate) => {
    const { normalizer, pre_tokenizer } = preTokenizations[candidate]!;
    return [...stepsOf(normalizer), ...stepsOf(pre_tokenizer)].join('\n') === steps.join('\n');
  });
  if (name) return name;
  const known = Object.keys(preTokenizations).join(', ');
  throw new FileError(
    path,
    `the tokenizer cuts text into words in a way that GGUF has no known name for (${steps.join('; ') || 'not at all'}); ` +
      `known are those of ${known}.`,
  );
}

/** What normalizers and pre-tokenizers do, one line a step, so that two ways to write the same thing compare equal. */
function stepsOf(part: Json | null): string[] {
  if (!part) return [];
  const children = (part.normalizers ?? part.pretokenizers) as readonly Json[] | undefined;
  if (children) return children.flatMap(stepsOf);
  switch (part.type) {
    case 'Split':
      return [`Split ${part.behavior} ${JSON.stringify(part.pattern)}`];
    case 'Digits': // one by one: the same cuts as by the class of digits
      return part.individual_digits ? ['Split Isolated {"Regex":"\\\\p{N}"}'] : ['Digits'];
    case 'ByteLevel': {
      const space = part.add_prefix_space ? ' with a space in front' : '';
      return [`ByteLevel${part.use_regex === false ? '' : ' of words'}${space}`];
    }
    case 'Prepend':
      return [`Prepend ${part.prepend}`];
    case 'Metaspace':
      return [part.prepend_scheme === 'never' || part.add_prefix_space === false ? 'Metaspace' : 'Metaspace ▁'];
    default:
      return [JSON.stringify(part)];
  }
}

/** Tokens by id with their kinds. */
function vocabulary({ model, added_tokens: added = [] }: TokenizerJson, vocabSize: number) {
  const entries = Object.entries(model.vocab);
  const size = [...entries.map(([, id]) => id), ...added.map(({ id }) => id)].reduce(
    (most, id) => Math.max(most, id + 1),
    vocabSize,
  );
  const tokens = Array.from({ length: size }, (_, id) => `[PAD${id}]`);
  const kinds = Array.from({ length: size }, (): number => tokenKinds.unused);
  const isByte = (token: string) => model.byte_fallback && /^<0x[0-9A-F]{2}>$/.test(token);
  for (const [token, id] of entries) {
    tokens[id] = token;
    kinds[id] = isByte(token) ? tokenKinds.byte : tokenKinds.normal;
  }
  for (const { id, content, special } of added) {
    tokens[id] = content;
    kinds[id] = special ? tokenKinds.control : tokenKinds.userDefined;
    if (model.byte_fallback && content === model.unk_token) kinds[id] = tokenKinds.unknown;
  }
  return { tokens, kinds };
}

/** The special tokens that the post-processor puts around one text, in order, with '' for the text. */
function tokensAround({ post_processor: processor }: TokenizerJson): string[] {
  if (!processor) return [];
  const steps = (processor.processors ?? [processor]) as readonly Json[];
  const template = steps.find(({ type }) => type === 'TemplateProcessing');
  const single = (template?.single ?? []) as readonly { readonly SpecialToken?: { readonly id: string } }[];
  return single.map(({ SpecialToken }) => SpecialToken?.id ?? '');
}

/** `tokenizer_config.json` names a special token as text or as an object with its text. */
function idOf(tokens: readonly string[], token: unknown): number | undefined {
  const content = typeof token === 'object' && token !== null ? (token as Json).content : token;
  const id = tokens.indexOf(String(content));
  return content === undefined || content === null || id < 0 ? undefined : id;
}

const tokenId = (name: string, id: number | undefined): Record<string, TypedValue> =>
  id === undefined ? {} : { [`tokenizer.ggml.${name}_token_id`]: { type: 'uint32', value: id } };

const bool = (value: boolean): TypedValue => ({ type: 'bool', value });
