import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer, type TokenizerOptions } from '../../src/tokenizers/Tokenizer.ts';
import { trainBpe } from '../../src/tokenizers/trainBpe.ts';
import { tokenizerJson } from '../../src/tokenizers/writeTokenizer.ts';

const texts = ['The quick brown fox jumps over the lazy dog. The dog was not amused, the fox was.'];
const specialTokens = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'];

/** The chat format of ChatML: every turn between <|im_start|> and <|im_end|>. */
export const chatMl =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}" +
  "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

/** What a small byte-level tokenizer with a chat template consists of. */
export const exampleFiles = {
  source: 'example',
  tokenizerJson: tokenizerJson(trainBpe(texts, { vocabSize: 300, specialTokens })),
  tokenizerConfig: { bos_token: null, eos_token: '<|im_end|>', pad_token: '<|endoftext|>' } as Record<string, unknown>,
  generationConfig: { eos_token_id: [2, 0] },
  chatTemplate: chatMl as string | undefined,
};

export const exampleTokenizer = (changes: Partial<typeof exampleFiles> = {}, options?: TokenizerOptions): Tokenizer =>
  new Tokenizer({ ...exampleFiles, ...changes }, options);

/** Puts <|endoftext|> (id 0) before every text, as Llama's tokenizers do with their begin token. */
export const beginning = {
  ...exampleFiles,
  tokenizerConfig: { bos_token: '<|endoftext|>', eos_token: '<|im_end|>' },
  tokenizerJson: {
    ...exampleFiles.tokenizerJson,
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '<|endoftext|>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [],
      special_tokens: { '<|endoftext|>': { id: '<|endoftext|>', ids: [0], tokens: ['<|endoftext|>'] } },
    },
  },
};

/** GPT-2's tokenizer from `vocab.json` and `merges.txt`. */
export function gpt2Tokenizer(folder: string): Tokenizer {
  const vocab = new Map<string, number>(Object.entries(JSON.parse(readFileSync(join(folder, 'vocab.json'), 'utf8'))));
  const lines = readFileSync(join(folder, 'merges.txt'), 'utf8').split('\n');
  const merges = lines
    .filter((line) => line && !line.startsWith('#'))
    .map((line) => line.split(' ') as [string, string]);
  const bpe = { vocab, merges, specialTokens: ['<|endoftext|>'] };
  return new Tokenizer({ source: folder, tokenizerJson: tokenizerJson(bpe) });
}
