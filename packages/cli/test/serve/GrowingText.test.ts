import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { Tokenizer } from '@attune/align';
import fc from 'fast-check';
import { GrowingText } from '../../src/serve/GrowingText.ts';
import { tinyModel, workshop } from '../train/fixture.ts';

const path = join(workshop(), 'model');
let tokenizer: Tokenizer;
before(async () => {
  await tinyModel(path);
  tokenizer = await Tokenizer.load(path);
});

const words = fc.array(fc.constantFrom('a', 'b', 'ab', 'the cat', ' ', 'é', '猫', '\n'), { maxLength: 24 });
const text = words.map((parts) => parts.join(''));
const stops = fc.array(
  text.filter((stop) => stop !== ''),
  { maxLength: 3 },
);

test('pieces joined are the text before the first stop string, and no piece goes beyond it', () => {
  fc.assert(
    fc.property(text, stops, (whole, stop) => {
      const cut = whole.slice(
        0,
        Math.min(...stop.map((one) => whole.indexOf(one)).filter((at) => at >= 0), whole.length),
      );
      const growing = new GrowingText(tokenizer, tokenizer.encode('the mat'), stop);
      let out = '';
      for (const id of tokenizer.encode(whole)) {
        out += growing.push(id);
        assert.ok(cut.startsWith(out), `${JSON.stringify(out)} is not in ${JSON.stringify(cut)}`);
      }
      assert.equal(out + growing.end(cut), cut);
    }),
  );
});

test('without stop strings nothing is held back but half a character', () => {
  const growing = new GrowingText(tokenizer, [], []);
  const pieces = tokenizer.encode('the cat 猫').map((id) => growing.push(id));
  assert.equal(pieces.join(''), 'the cat 猫');
  assert.ok(pieces.filter((piece) => piece !== '').length > 1);
});
