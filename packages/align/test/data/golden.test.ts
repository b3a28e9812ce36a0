import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Pair } from '@attune/preferences';
import { encodePair } from '../../src/data/encode.ts';
import { Tokenizer } from '../../src/tokenizers/Tokenizer.ts';
import { readJson } from '../shared.ts';

const folder = join(import.meta.dirname, '../golden/encoding');

type Case = Pair & { prompt_ids: number[]; chosen_ids: number[]; rejected_ids: number[]; moved: boolean };

interface Expected {
  readonly texts: { text: string; ids: number[]; decoded: string }[];
  readonly pairs: Case[];
}

const golden: { source: string; tokenizers: Record<string, Expected> } = readJson(join(folder, 'expected.json'));

for (const [name, { texts, pairs }] of Object.entries(golden.tokenizers)) {
  test(`${name}: texts have the ids, and ids the texts, of Hugging Face's Rust tokenizers`, async () => {
    const tokenizer = await Tokenizer.load(join(folder, name));
    for (const { text, ids, decoded } of texts) {
      assert.deepEqual(tokenizer.encode(text), ids, JSON.stringify(text));
      assert.equal(tokenizer.decode(ids), decoded);
    }
  });

  test(`${name}: pairs have the ids of TRL's DPOTrainer, and are refused where it warns of a boundary that moved`, async () => {
    const tokenizer = await Tokenizer.load(join(folder, name));
    for (const { prompt_ids, chosen_ids, rejected_ids, moved, ...pair } of pairs) {
      if (moved) {
        assert.throws(() => encodePair(tokenizer, pair), { code: 'encoding', message: /part at token/ });
      } else {
        const { prompt, chosen, rejected } = encodePair(tokenizer, pair);
        assert.deepEqual(
          { prompt, chosen, rejected },
          { prompt: prompt_ids, chosen: chosen_ids, rejected: rejected_ids },
        );
      }
    }
  });
}
