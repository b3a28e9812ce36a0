import type { SourceTokenizer } from './modelSource.ts';

/** GGUF's kinds of tokens (`tokenizer.ggml.token_type`, the same numbers as SentencePiece's). */
export const tokenKinds = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

/** Ids of the special tokens that there are. */
export interface SpecialIds {
  readonly bos?: number;
  readonly eos?: number;
  readonly unk?: number;
  readonly pad?: number;
}

/** What the tokenizers of all formats have in common; the rest of `tokenizer.json` is given. */
export interface TokenizerParts {
  readonly tokens: readonly string[];
  readonly kinds: readonly number[];
  readonly special: SpecialIds;
  readonly addBos: boolean;
  readonly addEos: boolean;
  readonly contextLength: number;
  readonly chatTemplate?: string;
}

/** Assembles `tokenizer.json` and `tokenizer_config.json`. */
export function assembleTokenizer(
  parts: TokenizerParts,
  pipeline: Readonly<Record<'normalizer' | 'pre_tokenizer' | 'decoder', unknown>> & { readonly model: object },
): SourceTokenizer {
  const { tokens, special } = parts;
  const content = (id: number | undefined) => (id === undefined ? undefined : tokens[id]);
  return {
    tokenizerJson: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: addedTokens(parts),
      normalizer: pipeline.normalizer,
      pre_tokenizer: pipeline.pre_tokenizer,
      post_processor: postProcessor(parts),
      decoder: pipeline.decoder,
      model: pipeline.model,
    },
    tokenizerConfig: withoutUndefined({
      tokenizer_class: 'PreTrainedTokenizerFast', // takes tokenizer.json as it is
      bos_token: content(special.bos),
      eos_token: content(special.eos),
      unk_token: content(special.unk),
      pad_token: content(special.pad),
      add_bos_token: parts.addBos,
      add_eos_token: parts.addEos,
      clean_up_tokenization_spaces: false,
      model_max_length: parts.contextLength,
    }),
    chatTemplate: parts.chatTemplate,
  };
}

/** Control tokens and those that users defined are found in the text before anything else is done to it. */
function addedTokens({ tokens, kinds }: TokenizerParts) {
  const shared = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  return tokens.flatMap((content, id) => {
    const special = kinds[id] === tokenKinds.control || kinds[id] === tokenKinds.unknown;
    return special || kinds[id] === tokenKinds.userDefined ? [{ id, content, ...shared, special }] : [];
  });
}

/** Puts the begin token before the text and the end token after it, as the model expects. */
function postProcessor({ tokens, special, addBos, addEos }: TokenizerParts) {
  const [bos, eos] = [addBos ? special.bos : undefined, addEos ? special.eos : undefined];
  const used = [bos, eos].filter((id) => id !== undefined);
  if (used.length === 0) return null;
  const token = (id: number | undefined, type_id: number) =>
    id === undefined ? [] : [{ SpecialToken: { id: tokens[id]!, type_id } }];
  const around = (sequence: 'A' | 'B', type_id: number) => [
    ...token(bos, type_id),
    { Sequence: { id: sequence, type_id } },
    ...token(eos, type_id),
  ];
  return {
    type: 'TemplateProcessing',
    single: around('A', 0),
    pair: [...around('A', 0), ...around('B', 1)],
    special_tokens: Object.fromEntries(
      used.map((id) => [tokens[id], { id: tokens[id], ids: [id], tokens: [tokens[id]] }]),
    ),
  };
}

/** The vocabulary of `tokenizer.json`: token → id; where a token stands twice, the first counts. */
export function vocabularyOf(tokens: readonly string[], keep: (id: number) => boolean): Map<string, number> {
  const vocabulary = new Map<string, number>();
  for (const [id, token] of tokens.entries()) {
    if (keep(id) && !vocabulary.has(token)) vocabulary.set(token, id);
  }
  return vocabulary;
}

const withoutUndefined = (object: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
