import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  type DType,
  liveTensors,
  readSafetensors,
  readSafetensorsHeader,
  type Tensor,
  tensor,
  tidy,
  writeSafetensors,
} from '../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-safetensors-'));
after(() => rmSync(folder, { recursive: true }));
const file = (name: string) => join(folder, name);

const aligned = (json: string) => json.padEnd(Math.ceil(json.length / 8) * 8);

/** A file made by hand, from the format's description: the header's length in 8 bytes, the header, the data. */
function written(name: string, header: unknown, data: Uint8Array = new Uint8Array(0), length?: bigint): string {
  const json = Buffer.from(typeof header === 'string' ? header : aligned(JSON.stringify(header)));
  const lead = Buffer.alloc(8);
  lead.writeBigUInt64LE(length ?? BigInt(json.length));
  writeFileSync(file(name), Buffer.concat([lead, json, data]));
  return file(name);
}

const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

test('what was written is read again: names, types, shapes, values, metadata', () => {
  tidy(() => {
    const tensors = new Map<string, Tensor>([
      ['scalar', tensor(7)],
      ['empty', tensor([]).view([0, 3])],
      [
        'naïve/漢字"',
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ],
      [
        'turned',
        tensor([
          [1, 2, 3],
          [4, 5, 6],
        ]).t(),
      ],
      ['flags', tensor([1, 0, 1], { dtype: 'bool' })],
      ['long', tensor([2 ** 40, -1], { dtype: 'int64' })],
    ]);
    const types: DType[] = ['uint8', 'int8', 'int16', 'int32', 'float16', 'bfloat16', 'float64'];
    for (const dtype of types) tensors.set(dtype, tensor([0, 1, 5]).to(dtype));
    writeSafetensors(file('all.safetensors'), tensors, { step: '3' });
    const read = readSafetensors(file('all.safetensors'));
    assert.deepEqual([...read.keys()].sort(), [...tensors.keys()].sort());
    for (const [name, { dtype, shape, toArray }] of tensors) {
      const got = read.get(name)!;
      assert.deepEqual([got.dtype, got.shape], [dtype, shape], name);
      assert.deepEqual(got.toArray(), toArray.call(tensors.get(name)!), name);
    }
    assert.deepEqual(readSafetensorsHeader(file('all.safetensors')).metadata, { format: 'pt', step: '3' });
    assert.equal(existsSync(file('all.safetensors.writing')), false);
  });
});

test('the bytes follow the format: header padded to 8 with spaces, offsets that leave no gap', () => {
  tidy(() =>
    writeSafetensors(
      file('bytes.safetensors'),
      new Map([
        ['b', tensor([1])],
        ['a', tensor([2, 3])],
      ]),
    ),
  );
  const bytes = readFileSync(file('bytes.safetensors'));
  const length = Number(bytes.readBigUInt64LE());
  assert.equal(length % 8, 0);
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
  assert.deepEqual(header.a, { dtype: 'F32', shape: [2], data_offsets: [0, 8] });
  assert.deepEqual(header.b, { dtype: 'F32', shape: [1], data_offsets: [8, 12] });
  assert.deepEqual([...bytes.subarray(8 + length)], [...floats(2, 3, 1)]);
});

test("a file by Hugging Face's own library is read: the golden model of bench/golden/models.py", () => {
  const golden = join(import.meta.dirname, '../../align/test/golden/models/llama-bf16/model.safetensors');
  const bytes = readFileSync(golden);
  const length = Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
  tidy(() => {
    const read = readSafetensors(golden);
    assert.equal(read.size, Object.keys(header).length - 1);
    const weight = read.get('model.layers.1.mlp.up_proj.weight')!;
    assert.deepEqual([weight.dtype, weight.shape], ['bfloat16', [48, 32]]);
    // The values by another way: a bfloat16 is the upper half of a float32.
    const [from] = header['model.layers.1.mlp.up_proj.weight'].data_offsets;
    const halves = Array.from({ length: 48 * 32 }, (_, i) => bytes.readUInt16LE(8 + length + from + 2 * i));
    const words = Uint32Array.from(halves, (half) => half * 2 ** 16);
    assert.deepEqual(weight.toArray(), [...new Float32Array(words.buffer)]);
  });
});

test('tensors are the pages of the file: they outlive its name, and writing to them stays in this process', () => {
  tidy(() =>
    writeSafetensors(
      file('map.safetensors'),
      new Map([
        ['x', tensor([1, 2])],
        ['y', tensor([3, 4])],
      ]),
    ),
  );
  const before = readFileSync(file('map.safetensors'));
  const live = liveTensors();
  const read = readSafetensors(file('map.safetensors'));
  assert.equal(liveTensors(), live + 2); // the file's bytes have no handle of their own
  read.get('x')!.mul_(10);
  assert.deepEqual(readFileSync(file('map.safetensors')), before);
  rmSync(file('map.safetensors'));
  read.get('x')![Symbol.dispose]();
  assert.deepEqual(read.get('y')!.toArray(), [3, 4]);
  read.get('y')![Symbol.dispose]();
  assert.equal(liveTensors(), live);
});

test('reading does not copy: a change of the file shows in a tensor that was not touched yet', () => {
  const path = written('late.safetensors', { x: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } }, floats(1, 2));
  tidy(() => {
    const x = readSafetensors(path).get('x')!;
    const bytes = readFileSync(path);
    bytes.set(floats(8, 9), bytes.length - 8);
    writeFileSync(path, bytes, { flag: 'r+' });
    assert.deepEqual(x.toArray(), [8, 9]);
  });
});

test('data that does not lie at a multiple of its size is read all the same', () => {
  for (let pad = 0; pad < 8; pad++) {
    const header = JSON.stringify({
      b: { dtype: 'U8', shape: [1], data_offsets: [0, 1] },
      x: { dtype: 'F32', shape: [2], data_offsets: [1, 9] },
      y: { dtype: 'F64', shape: [1], data_offsets: [9, 17] },
    });
    const data = Buffer.concat([Buffer.of(5), floats(1.5, -2), new Uint8Array(Float64Array.of(0.1).buffer)]);
    const path = written(`unaligned${pad}.safetensors`, header + ' '.repeat(pad), data);
    tidy(() => {
      const read = readSafetensors(path);
      assert.deepEqual(
        [...read].map(([name, t]) => [name, t.toArray()]),
        [
          ['b', [5]],
          ['x', [1.5, -2]],
          ['y', [0.1]],
        ],
      );
    });
  }
});

const good = {
  a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
  b: { dtype: 'F32', shape: [1], data_offsets: [8, 12] },
};

test('a file cut off at any length is refused, with its name and what to do', () => {
  const path = written('whole.safetensors', good, floats(1, 2, 3));
  const whole = readFileSync(path).length;
  for (let length = whole - 1; length >= 0; length--) {
    truncateSync(path, length);
    const live = liveTensors();
    assert.throws(
      () => readSafetensors(path),
      (error: Error & { code: string; badInput: boolean }) => {
        assert.equal(error.code, 'file');
        assert.equal(error.badInput, true);
        assert.ok(error.message.startsWith(`${path}: `), error.message);
        assert.match(error.message, /Fetch or write/);
        return true;
      },
    );
    assert.equal(liveTensors(), live);
  }
});

/** Headers that lie, and what the error says of them. The data is three floats. */
const broken: Record<string, [header: unknown, message: RegExp, length?: bigint]> = {
  'not JSON': ['{"a": ', /not JSON/],
  'no object': ['[1, 2]', /header is not an object/],
  null: ['null', /header is not an object/],
  'a header longer than the file': [good, /header claims 1000000 bytes/, 1_000_000n],
  "a header beyond the format's limit": [good, /header claims 18446744073709552000 bytes/, 2n ** 64n - 1n],
  'an unknown type': [{ a: { ...good.a, dtype: 'F8_E4M3' } }, /tensor "a" has dtype "F8_E4M3"; known are F64/],
  "a type of JavaScript's own": [{ a: { ...good.a, dtype: 'constructor' } }, /dtype "constructor"/],
  'no type': [{ a: { shape: [2], data_offsets: [0, 8] } }, /has dtype undefined/],
  'no description': [{ a: null }, /tensor "a"/],
  'a shape of halves': [{ a: { ...good.a, shape: [0.5] } }, /no valid shape/],
  'a negative shape': [{ a: { ...good.a, shape: [-2] } }, /no valid shape/],
  'a shape that is text': [{ a: { ...good.a, shape: '2' } }, /no valid shape/],
  'one offset': [{ a: { ...good.a, data_offsets: [8] } }, /data_offsets/],
  'offsets turned round': [{ a: { ...good.a, data_offsets: [8, 0] } }, /needs 8 bytes, its offsets give -8/],
  'negative offsets': [{ a: { ...good.a, data_offsets: [-8, 0] } }, /data_offsets/],
  'offsets past the end': [
    { a: { ...good.a, data_offsets: [8, 16] } },
    /ends at byte \d+, the file has \d+: it was cut off/,
  ],
  'offsets that are too large for a number': [
    { a: { ...good.a, data_offsets: [2 ** 53, 2 ** 53 + 8] } },
    /data_offsets/,
  ],
  'a shape larger than its data': [{ a: { ...good.a, shape: [3] } }, /\[3\] needs 12 bytes, its offsets give 8/],
  'a shape smaller than its data': [{ a: { ...good.a, shape: [1] } }, /needs 4 bytes, its offsets give 8/],
  'a shape whose product overflows': [{ a: { ...good.a, shape: [2 ** 40, 2 ** 40] } }, /needs/],
  'tensors that overlap': [{ ...good, b: { dtype: 'F32', shape: [2], data_offsets: [4, 12] } }, /"b".*overlaps.*"a"/],
};

for (const [name, [header, message, length]] of Object.entries(broken)) {
  test(`a header with ${name} is refused`, () => {
    const path = written('broken.safetensors', header, floats(1, 2, 3), length);
    assert.throws(
      () => readSafetensors(path),
      (error: Error & { code: string }) => {
        assert.equal(error.code, 'file', String(error));
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

test('a file that is not there, or is a folder, is named', () => {
  assert.throws(() => readSafetensors(file('absent')), {
    code: 'file',
    message: /absent: cannot be opened \(ENOENT\)/,
  });
  assert.throws(() => readSafetensors(folder), { code: 'file' });
});

test('a write that fails leaves the file of that name as it was', () => {
  tidy(() => {
    writeSafetensors(file('kept.safetensors'), new Map([['x', tensor([1])]]));
    const gone = tensor([2]);
    const tensors = new Map([
      ['x', tensor([2])],
      ['y', gone],
    ]);
    gone[Symbol.dispose]();
    assert.throws(() => writeSafetensors(file('kept.safetensors'), tensors), { code: 'disposed' });
    assert.equal(readSafetensors(file('kept.safetensors')).get('x')!.item(), 1);
  });
});
