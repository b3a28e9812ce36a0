import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { visible } from '../../web/src/ui/invisible.ts';

/** What a reader reads back: names turned into their characters again. */
const back = (parts: ReturnType<typeof visible>): string =>
  parts
    .map((part) => (typeof part === 'string' ? part : String.fromCodePoint(Number.parseInt(part.name.slice(2), 16))))
    .join('');

test('the raw view shows every character: the text can be had back from it', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => assert.equal(back(visible(text)), text)));
});

// Characters by which texts have been made to look like other texts: Trojan Source (CVE-2021-42574), tag characters, fillers.
const hidden = ['\u200B', '\u200D', '\u202E', '\u2066', '\u2069', '\uFEFF', '\u00AD', '\u{E0041}', '\u3164', '\u115F'];
const odd = ['\0', '\t', '\r', '\u00A0', '\u2028', '\u2003', '\uFE0F', '\uE000', '\x1B', '\x7F', '\uD800'];

for (const character of [...hidden, ...odd]) {
  const name = `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
  test(`the raw view names ${name}`, () => assert.deepEqual(visible(`a${character}b`), ['a', { name }, 'b']));
}

test('what shows itself is left as it is', () => {
  for (const text of ['Hello, world.\nA line.', '量子纠缠', 'naïve café', 'שלום', '🙂', '']) {
    assert.deepEqual(visible(text), text === '' ? [] : [text]);
  }
});
