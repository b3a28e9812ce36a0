import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Piece, splitArray, splitLines } from '../../src/data/lines.ts';

async function* inChunks(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

async function collected<T>(
  pieces: AsyncGenerator<Piece, T>,
): Promise<{ pieces: (readonly [number, string])[]; end: T }> {
  const found: (readonly [number, string])[] = [];
  let next = await pieces.next();
  for (; !next.done; next = await pieces.next()) {
    found.push([next.value.line, next.value.bytes ? Buffer.from(next.value.bytes).toString() : 'too long']);
  }
  return { pieces: found, end: next.value };
}

/** The lines, those that come together one after the other. */
async function* linesOf(text: string, size: number, limit?: number): AsyncGenerator<Piece> {
  for await (const pieces of splitLines(inChunks(text, size), limit)) yield* pieces;
}

const chunkSize = fc.integer({ min: 1, max: 40 });

test('splitLines cuts at \\n only and numbers every line, however the bytes arrive', async () => {
  const character = fc.constantFrom('a', '\n', '\r', '\u2028', '\u0085', ' ', '😀');
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: character }), chunkSize, async (text, size) => {
      const expected = text
        .split('\n')
        .map((line, i) => [i + 1, line] as const)
        .filter(([, line]) => /[^\t\n\v\f\r ]/.test(line)); // ASCII white space, as JSON files have it
      assert.deepEqual((await collected(linesOf(text, size))).pieces, expected);
    }),
  );
});

test('splitArray gives the elements JSON.parse gives, however the bytes arrive', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue()), fc.constantFrom(0, 2), chunkSize, async (values, indent, size) => {
      const { pieces, end } = await collected(splitArray(inChunks(JSON.stringify(values, null, indent), size)));
      assert.equal(end, 'closed');
      assert.deepEqual(
        pieces.map(([, text]) => JSON.parse(text)),
        JSON.parse(JSON.stringify(values)),
      );
    }),
  );
});

test('splitArray gives the line an element starts on', async () => {
  const { pieces } = await collected(splitArray(inChunks('[\n{"a":\n1},\n\n  {"a": 2}, {"a": 3}\n]', 3)));
  assert.deepEqual(
    pieces.map(([line]) => line),
    [2, 5, 5],
  );
});

test('splitArray says when the array is cut off or followed by something', async () => {
  assert.equal((await collected(splitArray(inChunks('[{"a": 1}, {"a"', 4)))).end, 'cut off');
  assert.equal((await collected(splitArray(inChunks('[{"a": 1}] [2]', 4)))).end, 'followed by more');
});

test('a bracket too many stays in its element, where the parser finds it', async () => {
  const { pieces } = await collected(splitArray(inChunks('[{"a": 1}}, {"a": 2}]', 5)));
  assert.deepEqual(pieces, [
    [1, '{"a": 1}}'],
    [1, ' {"a": 2}'],
  ]);
});

test('a record beyond the limit is let go and reported in its place', async () => {
  const text = `short\n${'x'.repeat(100)}\nshort`;
  assert.deepEqual((await collected(linesOf(text, 7, 50))).pieces, [
    [1, 'short'],
    [2, 'too long'],
    [3, 'short'],
  ]);
});
