import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { FileError } from '@attune/torch';
import fc from 'fast-check';
import { readGguf, readGgufTensor } from '../../src/formats/gguf.ts';
import { writeGguf } from '../../src/formats/ggufWriter.ts';
import { readJson } from '../shared.ts';

const goldenFolder = join(import.meta.dirname, '../golden/gguf');
const golden = join(goldenFolder, 'llama.gguf');
const expected = readJson(join(goldenFolder, 'expected.json'));
const folder = mkdtempSync(join(tmpdir(), 'attune-gguf-'));
after(() => rmSync(folder, { recursive: true }));

interface ExpectedTensor {
  readonly type: string;
  readonly shape: readonly number[];
  readonly sum: number;
  readonly sumOfSquares: number;
  readonly first8: readonly number[];
  readonly last8: readonly number[];
}

function assertClose(actual: Float32Array, expected: readonly number[], relative: number): void {
  assert.equal(actual.length, expected.length);
  for (const [i, value] of actual.entries()) {
    assert.ok(Math.abs(value - expected[i]!) <= relative * Math.abs(expected[i]!), `${value} for ${expected[i]}`);
  }
}

function written(bytes: Uint8Array, name = 'damaged.gguf'): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** A copy of the golden file with bytes changed at `at`. */
function changed(at: number, bytes: readonly number[]): string {
  const copy = readFileSync(golden);
  copy.set(bytes, at);
  return written(copy);
}

test(`metadata of every type agrees with ${expected.source}`, () => {
  const { metadata } = readGguf(golden);
  for (const [key, value] of Object.entries(expected.metadata)) assert.deepEqual(metadata.get(key), value, key);
});

test(`tensors of every encoding agree with ${expected.source}`, () => {
  const file = readGguf(golden);
  assert.deepEqual([...file.tensors.keys()].sort(), Object.keys(expected.tensors).sort());
  for (const [name, tensor] of Object.entries<ExpectedTensor>(expected.tensors)) {
    assert.equal(file.tensors.get(name)!.type, tensor.type, name);
    assert.deepEqual(file.tensors.get(name)!.shape, tensor.shape, name);
    const values = readGgufTensor(file, name);
    const sum = values.reduce((total, value) => total + value, 0);
    const sumOfSquares = values.reduce((total, value) => total + value * value, 0);
    // 12 digits are in the file; sums of exact float32 values in float64 differ by order only.
    assert.ok(Math.abs(sum - tensor.sum) < 1e-9, `${name}: sum ${sum}`);
    assert.ok(Math.abs(sumOfSquares - tensor.sumOfSquares) < 1e-9, `${name}: sum of squares ${sumOfSquares}`);
    // Nine digits are in the file.
    assertClose(values.subarray(0, 8), tensor.first8, 1e-8);
    assertClose(values.subarray(-8), tensor.last8, 1e-8);
  }
});

test('a file cut off anywhere is refused with its name, never read wrongly', () => {
  const whole = readFileSync(golden);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: whole.length - 1 }), (length) => {
      const path = written(whole.subarray(0, length));
      assert.throws(
        () => readGguf(path),
        (error) => error instanceof FileError && error.message.startsWith(path),
      );
    }),
    { numRuns: 60 },
  );
});

test('whatever byte of the header is damaged, the file is read or refused, and nothing else happens', () => {
  const end = Math.min(...[...readGguf(golden).tensors.values()].map(({ offset }) => offset));
  fc.assert(
    fc.property(fc.integer({ min: 0, max: end - 1 }), fc.integer({ min: 0, max: 255 }), (at, byte) => {
      const path = changed(at, [byte]);
      try {
        const file = readGguf(path);
        for (const name of file.tensors.keys()) readGgufTensor(file, name);
      } catch (error) {
        assert.ok(error instanceof FileError, String(error));
      }
    }),
    { numRuns: 200 },
  );
});

test('a file that is something else is told by its first bytes', () => {
  const path = written(Buffer.from('PK\x03\x04 and so on'));
  assert.throws(() => readGguf(path), /not a GGUF file: it begins with 0x04034b50, expected 0x46554747 \('GGUF'\)/);
  assert.throws(() => readGguf(join(folder, 'absent.gguf')), /absent\.gguf: the file cannot be opened/);
});

test('versions 1, 4 and big-endian files are refused', () => {
  assert.throws(() => readGguf(changed(4, [1])), /GGUF version 1, expected 2 or 3/);
  assert.throws(() => readGguf(changed(4, [4])), /GGUF version 4, expected 2 or 3/);
  assert.throws(() => readGguf(changed(4, [0, 0, 0, 3])), /The file is big-endian/);
});

test('version 2 is read like version 3', () => {
  assert.equal(readGguf(changed(4, [2])).tensors.size, Object.keys(expected.tensors).length);
});

test('counts larger than the file are refused before anything is allocated for them', () => {
  const huge = [255, 255, 255, 255, 255, 255, 255, 127];
  assert.throws(
    () => readGguf(changed(8, huge)),
    /the number of tensors is 9223372036854775807, more than the \d+ bytes/,
  );
  assert.throws(() => readGguf(changed(16, [0, 0, 0, 0, 1])), /the number of metadata entries is 4294967296/);
});

test('an encoding that is not read is called by its name, with those that are', () => {
  const path = join(folder, 'one.gguf');
  writeGguf(path, {}, [{ name: 'x', shape: [4], type: 'F32', read: () => new Float32Array(4) }]);
  const bytes = readFileSync(path);
  bytes[24 + 8 + 1 + 4 + 8] = 13; // after the counts: length and text of the name, number of dimensions, one dimension
  assert.throws(() => readGguf(written(bytes)), /the tensor x is encoded as Q5_K, but only F32, .* are read/);
});

test('the same tensor twice is refused', () => {
  const path = join(folder, 'twice.gguf');
  const x = { name: 'x', shape: [4], type: 'F32', read: () => new Float32Array(4) } as const;
  writeGguf(path, {}, [x, x]);
  assert.throws(() => readGguf(path), /the tensor x appears twice/);
});

test('a write that fails leaves neither a file nor a temporary one', () => {
  const path = join(folder, 'failed.gguf');
  const read = () => {
    throw new Error('no values');
  };
  assert.throws(() => writeGguf(path, {}, [{ name: 'x', shape: [4], type: 'F32', read }]), /no values/);
  assert.throws(() => readFileSync(path), /ENOENT/);
  assert.throws(() => readFileSync(`${path}.writing`), /ENOENT/);
});
