import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openModelFolder } from '../../src/formats/folderSource.ts';

const models = join(import.meta.dirname, '../golden/models');
const folder = mkdtempSync(join(tmpdir(), 'attune-folder-'));
after(() => rmSync(folder, { recursive: true }));

/** A copy of a golden model with one file replaced. */
function changed(model: string, file: string, content: string | Uint8Array): string {
  const copy = mkdtempSync(join(folder, 'copy-'));
  cpSync(join(models, model), copy, { recursive: true });
  writeFileSync(join(copy, file), content);
  return copy;
}

/** A safetensors file with one tensor of the given type. */
function safetensors(name: string, dtype: string, data: Uint8Array, elements: number): Uint8Array {
  const header = Buffer.from(JSON.stringify({ [name]: { dtype, shape: [elements], data_offsets: [0, data.length] } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, data]);
}

test('weights in several files are found through the index, each once', async () => {
  const { tensors } = await openModelFolder(join(models, 'llama-sharded'));
  const whole = await openModelFolder(join(models, 'llama'));
  assert.deepEqual(tensors.map(({ name }) => name).sort(), whole.tensors.map(({ name }) => name).sort());
});

test("GPT-2's own names, saved without their prefix, become those of the language model", async () => {
  const names = async (model: string) =>
    (await openModelFolder(join(models, model))).tensors.map(({ name }) => name).sort();
  assert.deepEqual(await names('gpt2-no-prefix'), await names('gpt2'));
});

test('half precisions are read as the numbers they are', async () => {
  const brain = changed(
    'llama',
    'model.safetensors',
    safetensors('x', 'BF16', Uint8Array.of(0x80, 0x3f, 0x49, 0xc0), 2),
  );
  assert.deepEqual([...(await openModelFolder(brain)).tensors[0]!.read()], [1, -3.140625]);
  const half = changed('llama', 'model.safetensors', safetensors('x', 'F16', Uint8Array.of(0x00, 0x3c, 0xff, 0x7b), 2));
  assert.deepEqual([...(await openModelFolder(half)).tensors[0]!.read()], [1, 65504]);
});

test('a folder that is no model says what is missing', async () => {
  await assert.rejects(openModelFolder(join(folder, 'nowhere')), /config\.json: there is no such file/);
  await assert.rejects(openModelFolder(changed('llama', 'config.json', '{"a":')), /config\.json: this is not JSON/);
  const index = 'model.safetensors.index.json';
  await assert.rejects(openModelFolder(changed('llama', index, '{}')), /index\.json: weight_map is missing/);
  const integers = changed('llama', 'model.safetensors', safetensors('x', 'I64', new Uint8Array(8), 1));
  await assert.rejects(openModelFolder(integers), /the tensor x is int64, expected float32, float16 or bfloat16/);
});
