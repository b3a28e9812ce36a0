import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { crc32c, maskedCrc32c } from '../../src/run/crc32c.ts';
import { fileHeader, frame, scalars } from '../../src/run/tensorboard.ts';

test('crc32c gives the checksums of RFC 3720, appendix B.4', () => {
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assert.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
  assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e);
  assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, i) => 31 - i)), 0x113fdb5c);
  assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283); // the check value of CRC catalogues
  assert.equal(crc32c(new Uint8Array()), 0);
});

test('a masked checksum, unmasked by the inverse formula, is the checksum', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const rotated = (maskedCrc32c(bytes) - 0xa282ead8) >>> 0;
      assert.equal(((rotated >>> 17) | (rotated << 15)) >>> 0, crc32c(bytes));
    }),
  );
});

/**
 * Written by TensorBoard 2.21.0 (`tensorboard.summary.writer.record_writer.RecordWriter` over `event_pb2.Event`,
 * protobuf 7.36.2) from the same times, steps and values; its `LegacyEventFileLoader` reads ours.
 */
const byTensorBoard =
  '1800000000000000a37f4b220900000040fc54d9411a0d627261696e2e4576656e743a32eced8f9d32000000000000002419' +
  '56ec0900002040fc54d941100a2a250a0b0a046c6f7373150000303f0a160a0f726577617264732f6d617267696e73150000' +
  'a0bfa5df2b6e1b000000000000001a0d9e130900004040fc54d94110ac022a0d0a0b0a046c6f7373150000003ff82968b1';

test('the bytes are those of TensorBoard’s own writer', () => {
  const ours = Buffer.concat([
    fileHeader(1700000000),
    scalars(10, 1700000000.5, { loss: 0.6875, 'rewards/margins': -1.25 }),
    scalars(300, 1700000001, { loss: 0.5 }),
  ]);
  assert.equal(ours.toString('hex'), byTensorBoard);
});

/** Fields of a protocol-buffer message by number, read independently of the writer: raw bytes or varint. */
function fields(message: Buffer): Map<number, Buffer | number> {
  const found = new Map<number, Buffer | number>();
  let at = 0;
  const readVarint = () => {
    let [value, scale] = [0, 1];
    for (; message[at]! >= 0x80; at++, scale *= 128) value += (message[at]! & 0x7f) * scale;
    return value + message[at++]! * scale;
  };
  while (at < message.length) {
    const tag = readVarint();
    const wire = tag & 7;
    if (wire === 0) found.set(tag >> 3, readVarint());
    else {
      const size = wire === 1 ? 8 : wire === 5 ? 4 : readVarint();
      found.set(tag >> 3, message.subarray(at, (at += size)));
    }
  }
  return found;
}

test('a step decodes to the step, time, tag and value that were written', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 2 ** 40 }),
      fc.double({ noNaN: true }),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }),
      fc.float({ noNaN: true }),
      (step, time, tag, value) => {
        const record = scalars(step, time, { [tag]: value });
        const length = Number(record.readBigUInt64LE(0));
        assert.equal(record.length, length + 16);
        assert.equal(record.readUInt32LE(8), maskedCrc32c(record.subarray(0, 8)));
        const data = record.subarray(12, 12 + length);
        assert.equal(record.readUInt32LE(12 + length), maskedCrc32c(data));

        const event = fields(data);
        assert.equal((event.get(1) as Buffer).readDoubleLE(), time);
        assert.equal(event.get(2), step);
        const entry = fields(fields(event.get(5) as Buffer).get(1) as Buffer);
        assert.equal((entry.get(1) as Buffer).toString(), tag);
        assert.equal((entry.get(2) as Buffer).readFloatLE(), Math.fround(value));
      },
    ),
  );
});

test('an empty record is sixteen bytes', () => {
  assert.equal(frame(Buffer.alloc(0)).length, 16);
});
