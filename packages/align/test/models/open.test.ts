import assert from 'node:assert/strict';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { liveTensors, Random } from '@attune/torch';
import { saveAdapter } from '../../src/models/adapters.ts';
import { openModel } from '../../src/models/open.ts';
import { saveGguf } from '../../src/models/saveGguf.ts';
import { addLora, mergeAdapters } from '../../src/nn/lora.ts';
import type { Kind } from '../../src/nn/Module.ts';
import { assertClose } from '../assertClose.ts';
import { noShared, readJson, shared } from '../shared.ts';
import { logitsOf } from './plain.ts';

const golden = join(import.meta.dirname, '../golden');
const root = mkdtempSync(join(tmpdir(), 'attune-open-'));
after(() => rmSync(root, { recursive: true }));
const plain: Kind = { dtype: 'float32', device: 'cpu' };

/** A golden model with a golden tokenizer beside it; their vocabularies need not fit to be opened. */
function modelFolder(name: string): string {
  const folder = join(root, name);
  cpSync(join(golden, 'models/llama-gqa-tied'), folder, { recursive: true });
  cpSync(join(golden, 'encoding/byte-level'), folder, { recursive: true });
  return folder;
}

/** PEFT's adapter with its base written as a path. */
function adapterFolder(name: string, base: string): string {
  const folder = join(root, name);
  cpSync(join(golden, 'peft/llama-gqa-tied'), folder, { recursive: true });
  const config = join(folder, 'adapter_config.json');
  writeFileSync(config, JSON.stringify({ ...readJson(config), base_model_name_or_path: base }));
  return folder;
}

const expected = readJson(join(golden, 'peft/llama-gqa-tied/expected.json'));

test('an adapter folder opens as the model that it names with the adapter on it, and that model’s tokenizer', async () => {
  const before = liveTensors();
  {
    const base = modelFolder('base');
    using opened = await openModel(adapterFolder('adapter', base), plain);
    const logits = logitsOf(opened.model, expected.ids);
    for (const { position, values } of expected.logits) assertClose(logits[position]!, values, { atol: 1e-4 }); // PEFT’s
    assert.equal(opened.base, base);
    using alone = await openModel(base, plain);
    assert.deepEqual(opened.tokenizer.encode('some text'), alone.tokenizer.encode('some text'));
    assert.equal(alone.base, undefined);
  }
  assert.equal(liveTensors(), before);
});

test('an adapter on an adapter stands on both', async () => {
  const first = adapterFolder('first', modelFolder('below'));
  const second = join(root, 'second');
  using opened = await openModel(first, plain);
  const known = logitsOf(opened.model, expected.ids);
  {
    using merged = await openModel(first, plain);
    mergeAdapters(merged.model);
    addLora(merged.model, { rank: 2, alpha: 2, targets: ['q_proj'] }, new Random(0));
    saveAdapter(merged.model, second, { base: first }); // B is 0: it changes nothing
  }
  using both = await openModel(second, plain);
  for (const [i, row] of logitsOf(both.model, expected.ids).entries()) assertClose(row, known[i]!, { atol: 1e-4 });
});

test('a run folder opens as its final model, without one it says what to do', async () => {
  const run = join(root, 'run');
  mkdirSync(join(run, 'checkpoints', 'step-2'), { recursive: true });
  writeFileSync(join(run, 'checkpoints', 'step-2', 'state.json'), '{}');
  await assert.rejects(openModel(run, plain), /run: this run has no final\/ yet. Finish it with --resume/);
  await assert.rejects(openModel(join(run, 'checkpoints', 'step-2'), plain), /is a checkpoint of a run. attune export/);
  cpSync(modelFolder('finished'), join(run, 'final'), { recursive: true });
  using opened = await openModel(run, plain);
  const logits = logitsOf(opened.model, expected.ids);
  for (const { position, values } of expected.baseLogits) assertClose(logits[position]!, values, { atol: 1e-4 });
});

test('a GGUF file is known by its content, and its tokenizer is written as files', async () => {
  const path = join(root, 'blob');
  copyFileSync(join(golden, 'gguf/llama.gguf'), path);
  using opened = await openModel(path, plain);
  assert.ok(opened.model.vocabSize > 0);
  using folder = await openModel(modelFolder('with-tokenizer'), plain);
  const written = join(root, 'written.gguf');
  saveGguf(folder.model, written, { type: 'F32', name: 'written', tokenizerFiles: folder.tokenizerFiles });
  using back = await openModel(written, plain);
  const to = join(root, 'files');
  cpSync(join(golden, 'models/llama-gqa-tied'), to, { recursive: true });
  back.copyTokenizer(to);
  using again = await openModel(to, plain);
  for (const text of ['some text', ' 12 naïve 🙂\n']) {
    assert.deepEqual(again.tokenizer.encode(text), folder.tokenizer.encode(text));
  }
  const template = (name: string) => readFileSync(join(name, 'chat_template.jinja'), 'utf8');
  assert.equal(template(to), template(join(root, 'with-tokenizer')));
});

test('weights without a tokenizer open; asking for it says where it belongs', async () => {
  using opened = await openModel(join(golden, 'models/gpt2'), plain);
  assert.equal(opened.tokenizerFiles, undefined);
  assert.throws(() => opened.tokenizer, /gpt2: there is no tokenizer with this model. It belongs beside it/);
});

test('a llama2.c checkpoint opens with the tokenizer beside it', async (t) => {
  const path = shared('models', 'stories260K', 'stories260K.bin');
  if (!path) return t.skip(noShared);
  using opened = await openModel(path, plain);
  const { greedy } = readJson(shared('models', 'stories260K', 'expected.json')!);
  assert.deepEqual(opened.tokenizer.encode(greedy[0].prompt), greedy[0].prompt_ids);
});

test('a path that leads to no model is named with what would be one', async () => {
  const before = liveTensors();
  const orphan = adapterFolder('orphan', 'someone/else');
  const misfit = adapterFolder('misfit', join(golden, 'models/gpt2'));
  const text = join(root, 'notes.txt');
  writeFileSync(text, 'no model at all, but a text that is long enough to be taken for one');
  const cases: [path: string, message: RegExp][] = [
    [join(root, 'nowhere'), /nowhere: there is no such file or folder. Give a model folder.*attune pull/],
    [orphan, /orphan\/adapter_config\.json: "base_model_name_or_path" is "someone\/else", and there is no such model/],
    [misfit, /names no linear layer/],
    [text, /notes\.txt: this is not a llama2\.c checkpoint/],
    [join(golden, 'models/llama/model.safetensors'), /is only a part of a model/],
    [golden, /config\.json: there is no such file/],
  ];
  for (const [path, message] of cases) {
    await assert.rejects(openModel(path, plain), (error: Error & { badInput?: boolean }) => {
      assert.match(error.message, message);
      return error.badInput === true;
    });
  }
  assert.equal(liveTensors(), before, 'what was opened on the way is freed');
});
