import { ByteCursor } from './byteCursor.ts';
import type { SourceTokenizer } from './modelSource.ts';
import { scoredTokenizer } from './scoredTokenizer.ts';
import { tokenKinds } from './tokenizerParts.ts';

const specialTokens = ['<unk>', '<s>', '</s>']; // ids 0, 1, 2
const byteToken = /^<0x[0-9A-F]{2}>$/;

/**
 * llama2.c's tokenizer file: int32 length of the longest token, then for each token a float32 score, an int32 length and
 * that many bytes of UTF-8. How many tokens there are, only the model says.
 *
 * @throws FileError when the file does not hold as many tokens as the model's vocabulary
 */
export function readLlama2cTokenizer(path: string, vocab: number, contextLength: number): SourceTokenizer {
  using cursor = new ByteCursor(path);
  cursor.int32('the length of the longest token');
  const tokens: string[] = [];
  const scores: number[] = [];
  while (cursor.remaining > 0 && tokens.length < vocab) {
    const which = `token ${tokens.length}`;
    scores.push(cursor.float32(`the score of ${which}`));
    // The exporter wrote spaces in place of SentencePiece's ▁; tokenizer.json has them as ▁ again.
    tokens.push(cursor.text(cursor.int32(`the length of ${which}`), which).replaceAll(' ', '▁'));
  }
  if (tokens.length !== vocab || cursor.remaining > 0) {
    const found = cursor.remaining > 0 ? `more than ${vocab}` : `only ${tokens.length}`;
    throw cursor.error(
      `the tokenizer has ${found} tokens, but the model has ${vocab}. Give the one made for this model.`,
    );
  }
  tokens.splice(0, specialTokens.length, ...specialTokens);
  return scoredTokenizer({
    tokens,
    scores,
    kinds: tokens.map(kindOf),
    special: { unk: 0, bos: 1, eos: 2 },
    addBos: true,
    addEos: false,
    addSpacePrefix: true,
    contextLength,
  });
}

function kindOf(token: string, id: number): number {
  if (id === 0) return tokenKinds.unknown;
  if (id < specialTokens.length) return tokenKinds.control;
  return byteToken.test(token) ? tokenKinds.byte : tokenKinds.normal;
}
