import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Tokenizer } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { trainBpe } from '../../src/tokenizers/trainBpe.ts';
import { endOfText, tokenizerJson, writeTokenizer } from '../../src/tokenizers/writeTokenizer.ts';

const shared = join(import.meta.dirname, '../../../../../shared/data/tokenizers/bpe-training');
const specialTokens = [endOfText];
const tinyText = 'low low low low low lower lower newest newest newest newest newest newest widest widest widest';

test('training on the reference corpus gives the reference merges and vocabulary', (t) => {
  if (!existsSync(shared)) return t.skip('../shared/data/tokenizers/bpe-training is absent');
  const bpe = trainBpe([readFileSync(join(shared, 'corpus.en'), 'utf8')], { vocabSize: 500, specialTokens });
  const merges = readFileSync(join(shared, 'train-bpe-reference-merges.txt'), 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    bpe.merges.map((pair) => pair.join(' ')),
    merges,
  );
  const vocab = JSON.parse(readFileSync(join(shared, 'train-bpe-reference-vocab.json'), 'utf8'));
  assert.deepEqual(Object.fromEntries(bpe.vocab), vocab);
});

test('the first merges of a text small enough to count by hand, ties to the greater pair', () => {
  // (s, t) and (e, s) occur 9 times, the first is the greater; then (e, st) 9 times; (o, w) and (l, o) 7 times, then
  // (l, ow); of those with 6, (w, est), (n, e), (e, w), (Ġ, n) and (Ġ, low), the greatest are (w, est) and (n, e).
  const { merges } = trainBpe([tinyText], { vocabSize: 256 + 1 + 6, specialTokens });
  assert.deepEqual(
    merges.map((pair) => pair.join('')),
    ['st', 'est', 'ow', 'low', 'west', 'ne'],
  );
});

test('special tokens are never merged with what stands beside them', () => {
  const { vocab } = trainBpe([`aa${endOfText}aa${endOfText}aa`], { vocabSize: 400, specialTokens });
  assert.deepEqual([...vocab.keys()].slice(257), ['aa']);
});

test('a vocabulary smaller than the bytes is refused', () => {
  const error = { code: 'invalid_value', message: /vocabSize is 100; expected a whole number of at least 257/ };
  assert.throws(() => trainBpe([tinyText], { vocabSize: 100, specialTokens }), error);
});

test('every string survives encoding and decoding with the written tokenizer, and merges apply in training order', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'attune-bpe-'));
  try {
    await writeTokenizer(folder, trainBpe([tinyText], { vocabSize: 270, specialTokens }), { maxLength: 512 });
    const read = async (name: string) => JSON.parse(await readFile(join(folder, name), 'utf8'));
    const tokenizer = new Tokenizer(await read('tokenizer.json'), await read('tokenizer_config.json'));
    assert.deepEqual(tokenizer.encode(`lowest${endOfText}`).tokens, ['low', 'est', endOfText]);
    assert.equal(tokenizer.encode(endOfText).ids[0], 0);
    const exactly = { skip_special_tokens: false, clean_up_tokenization_spaces: false };
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
        assert.equal(tokenizer.decode(tokenizer.encode(text).ids, exactly), text);
      }),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('incremental counting gives what recounting every pair before every merge gives', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' ', 'é'), maxLength: 60 }), (text) => {
      const bpe = trainBpe([text], { vocabSize: 266, specialTokens: [] });
      assert.deepEqual(
        bpe.merges.map((pair) => pair.join(' ')),
        plainMerges(tokenizerJson(bpe).model.vocab, text, 10),
      );
    }),
  );
});

/** BPE as it is defined: count all pairs, merge the best, start over. Words are split at spaces (letters only here). */
function plainMerges(bytes: Record<string, number>, text: string, limit: number): string[] {
  assert.ok(bytes.Ã !== undefined && bytes['©'] !== undefined); // the two bytes of é
  const pieces = text.match(/ ?[abcé]+| +(?![abcé])| +/g) ?? [];
  let words = pieces.map((word) => [...word].flatMap((c) => (c === ' ' ? ['Ġ'] : c === 'é' ? ['Ã', '©'] : [c])));
  const order = (token: string) => token.replaceAll('Ġ', ' '); // of these characters only Ġ sorts unlike its byte
  const merges: string[] = [];
  while (merges.length < limit) {
    const counts = new Map<string, number>();
    for (const word of words) {
      for (let i = 1; i < word.length; i++) {
        const pair = `${word[i - 1]} ${word[i]}`;
        counts.set(pair, (counts.get(pair) ?? 0) + 1);
      }
    }
    const [best] = [...counts].sort(([a, n], [b, m]) => {
      const [[a1, a2], [b1, b2]] = [a.split(' ').map(order), b.split(' ').map(order)] as [string[], string[]];
      return m - n || (a1 === b1 ? (a2! < b2! ? 1 : -1) : a1! < b1! ? 1 : -1);
    });
    if (!best) break;
    merges.push(best[0]);
    const [left, right] = best[0].split(' ');
    words = words.map((word) => {
      const merged: string[] = [];
      for (let i = 0; i < word.length; i++) {
        if (word[i] === left && word[i + 1] === right) merged.push(`${left}${word[++i]}`);
        else merged.push(word[i]!);
      }
      return merged;
    });
  }
  return merges;
}
