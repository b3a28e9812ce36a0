import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bpe } from './trainBpe.ts';

/** The special token that ends every text, as in GPT-2. */
export const endOfText = '<|endoftext|>';

/**
 * Writes `tokenizer.json` and `tokenizer_config.json` as Hugging Face's libraries read them: byte-level BPE, no
 * normalizer, nothing added around a text.
 */
export async function writeTokenizer(folder: string, bpe: Bpe, { maxLength }: { maxLength: number }): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeJson(join(folder, 'tokenizer.json'), tokenizerJson(bpe));
  await writeJson(join(folder, 'tokenizer_config.json'), {
    tokenizer_class: 'PreTrainedTokenizerFast',
    eos_token: endOfText,
    pad_token: endOfText,
    add_prefix_space: false,
    clean_up_tokenization_spaces: false,
    model_max_length: maxLength,
  });
}

const writeJson = (path: string, value: unknown) => writeFile(path, `${JSON.stringify(value, null, 2)}\n`);

/** The contents of `tokenizer.json`. */
export function tokenizerJson({ specialTokens, vocab, merges }: Bpe) {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specialTokens.map((content) => ({
      id: vocab.get(content),
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: byteLevel, // its regular expression is GPT-2's, the one that trainBpe splits by
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(vocab),
      merges: merges.map((pair) => pair.join(' ')),
    },
  };
}
