/** How text is cut into words before byte-level pairs are merged, in `tokenizer.json`'s terms. */
export interface PreTokenization {
  readonly normalizer: Json | null;
  readonly pre_tokenizer: Json;
  /** A word that is a token as it stands is taken whole, without merging. */
  readonly ignore_merges: boolean;
  /** Whether the text begins with the begin token where the file does not say. */
  readonly addBos: boolean;
}

type Json = Readonly<Record<string, unknown>>;

const byteLevel = (cutsWords: boolean) => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: cutsWords, // GPT-2's own expression
});

const split = (regex: string) => ({ type: 'Split', pattern: { Regex: regex }, behavior: 'Isolated', invert: false });

const sequence = (...pretokenizers: readonly Json[]) => ({ type: 'Sequence', pretokenizers });

/** The expression of OpenAI's cl100k encoding; families differ in how many digits they keep together. */
const cl100k = (digits: string) =>
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" +
  `${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;

const gpt2Words = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)";

const plain = { normalizer: null, ignore_merges: false, addBos: false };

/**
 * By GGUF's `tokenizer.ggml.pre`. The expressions are what each model's own `tokenizer.json` uses; `default` is what
 * llama.cpp falls back to where a file names none.
 */
export const preTokenizations: Readonly<Record<string, PreTokenization>> = {
  'gpt-2': { ...plain, pre_tokenizer: byteLevel(true) },
  smollm: { ...plain, pre_tokenizer: sequence(split('\\p{N}'), byteLevel(true)) },
  qwen2: {
    ...plain,
    normalizer: { type: 'NFC' },
    pre_tokenizer: sequence(split(cl100k('\\p{N}')), byteLevel(false)),
  },
  'llama-bpe': {
    ...plain,
    pre_tokenizer: sequence(split(cl100k('\\p{N}{1,3}')), byteLevel(false)),
    ignore_merges: true,
    addBos: true,
  },
  default: {
    ...plain,
    pre_tokenizer: sequence(
      split('[\\p{P}\\$\\+<=>\\^~\\|]+'),
      split(gpt2Words),
      split('\\p{N}+'),
      split('[0-9][0-9][0-9]'),
      byteLevel(false),
    ),
  },
};
