import { FileError } from '@attune/torch';
import { type GgufFile, metadataEntry, metadataList } from './gguf.ts';
import type { SourceTokenizer } from './modelSource.ts';
import { preTokenizations } from './preTokenizers.ts';
import { scoredTokenizer } from './scoredTokenizer.ts';
import { assembleTokenizer, type TokenizerParts, tokenKinds, vocabularyOf } from './tokenizerParts.ts';

/**
 * The tokenizer in a GGUF file's metadata (`tokenizer.ggml.*`), or undefined where it has none: byte-level BPE with
 * merge rules (`gpt2`), or SentencePiece BPE with scores (`llama`). The chat template comes with it.
 */
export function tokenizerFromGguf(file: GgufFile): SourceTokenizer | undefined {
  const model = metadataEntry(file, 'tokenizer.ggml.model', 'string');
  if (model === undefined || model === 'none') return undefined;
  if (model === 'gpt2') return byteLevelTokenizer(file);
  if (model === 'llama') return sentencePieceTokenizer(file);
  throw new FileError(file.path, `the tokenizer is of kind ${model}, expected gpt2 (byte-level BPE) or llama (SPM).`);
}

function byteLevelTokenizer(file: GgufFile): SourceTokenizer {
  const pre = metadataEntry(file, 'tokenizer.ggml.pre', 'string') ?? 'default';
  const preTokenization = Object.hasOwn(preTokenizations, pre) ? preTokenizations[pre] : undefined;
  if (!preTokenization) {
    const known = Object.keys(preTokenizations).join(', ');
    throw new FileError(file.path, `tokenizer.ggml.pre is ${pre}, expected one of ${known}.`);
  }
  const { normalizer, pre_tokenizer, ignore_merges, addBos } = preTokenization;
  const parts = tokenizerParts(file, addBos);
  const merges = metadataList(file, 'tokenizer.ggml.merges', 'string');
  if (!merges) throw new FileError(file.path, 'the metadata tokenizer.ggml.merges is missing, expected merge rules.');
  return assembleTokenizer(parts, {
    normalizer,
    pre_tokenizer,
    decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges,
      vocab: Object.fromEntries(vocabularyOf(parts.tokens, (id) => !isPadding(parts, id))),
      merges: merges.map((merge) => mergePair(file, merge)),
    },
  });
}

function sentencePieceTokenizer(file: GgufFile): SourceTokenizer {
  const parts = tokenizerParts(file, true);
  const scores = metadataList(file, 'tokenizer.ggml.scores', 'number');
  if (scores?.length !== parts.tokens.length) {
    const found = `${scores?.length ?? 'no'} scores for ${parts.tokens.length} tokens`;
    throw new FileError(file.path, `tokenizer.ggml.scores has ${found}, expected one for each.`);
  }
  const addSpacePrefix = metadataEntry(file, 'tokenizer.ggml.add_space_prefix', 'boolean') ?? true;
  return scoredTokenizer({ ...parts, scores, addSpacePrefix });
}

function tokenizerParts(file: GgufFile, addBosByDefault: boolean): TokenizerParts {
  const tokens = metadataList(file, 'tokenizer.ggml.tokens', 'string');
  if (!tokens) throw new FileError(file.path, 'the metadata tokenizer.ggml.tokens is missing.');
  const kinds = metadataList(file, 'tokenizer.ggml.token_type', 'number') ?? tokens.map(() => tokenKinds.normal);
  if (kinds.length !== tokens.length) {
    throw new FileError(
      file.path,
      `tokenizer.ggml.token_type has ${kinds.length} entries for ${tokens.length} tokens, expected one for each.`,
    );
  }
  const architecture = metadataEntry(file, 'general.architecture', 'string');
  return {
    tokens,
    kinds,
    special: {
      bos: specialId(file, 'bos', tokens.length),
      eos: specialId(file, 'eos', tokens.length),
      unk: specialId(file, 'unknown', tokens.length),
      pad: specialId(file, 'padding', tokens.length),
    },
    addBos: metadataEntry(file, 'tokenizer.ggml.add_bos_token', 'boolean') ?? addBosByDefault,
    addEos: metadataEntry(file, 'tokenizer.ggml.add_eos_token', 'boolean') ?? false,
    contextLength: metadataEntry(file, `${architecture}.context_length`, 'number') ?? Number.MAX_SAFE_INTEGER,
    chatTemplate: metadataEntry(file, 'tokenizer.chat_template', 'string'),
  };
}

function specialId(file: GgufFile, name: string, tokenCount: number): number | undefined {
  const key = `tokenizer.ggml.${name}_token_id`;
  const id = metadataEntry(file, key, 'number');
  if (id === undefined || (id >= 0 && id < tokenCount)) return id;
  throw new FileError(file.path, `${key} is ${id}, expected a token's id below ${tokenCount}.`);
}

/** Converters fill the vocabulary up to the embedding's rows with `[PAD17]` and the like, which no text contains. */
const isPadding = ({ tokens, kinds }: TokenizerParts, id: number): boolean =>
  kinds[id] === tokenKinds.unused && /^\[PAD\d+\]$/.test(tokens[id]!);

/** A rule is two tokens with a space between; byte-level tokens have none inside. */
function mergePair(file: GgufFile, merge: string): readonly [string, string] {
  const pair = merge.split(' ');
  if (pair.length !== 2 || !pair[0] || !pair[1]) {
    throw new FileError(file.path, `the merge rule ${JSON.stringify(merge)} is not two tokens with a space between.`);
  }
  return [pair[0], pair[1]];
}
