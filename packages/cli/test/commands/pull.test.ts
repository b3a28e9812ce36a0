import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { HubError, NetworkError } from '../../src/hub/errors.ts';
import { type HubModel, pullModel } from '../../src/hub/pullModel.ts';
import { startHub } from './hubServer.ts';

const parent = mkdtempSync(join(tmpdir(), 'attune-pull-'));
after(() => rmSync(parent, { recursive: true }));

const weights = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 251));
const modelFiles = {
  'config.json': Buffer.from('{"model_type":"llama"}'),
  'tokenizer.json': Buffer.from('{}'),
  'chat_template.jinja': Buffer.from('{{ messages }}'),
  'model.safetensors': weights,
  'README.md': Buffer.from('# A model'),
  'pytorch_model.bin': Buffer.from('never fetched'),
};
const needed = ['chat_template.jinja', 'config.json', 'model.safetensors', 'tokenizer.json'];

async function hub(t: { after(f: () => unknown): void }, files: Record<string, Buffer> = modelFiles) {
  const server = await startHub(files);
  t.after(server.stop);
  const model: HubModel = { repo: 'tiny/model', revision: 'main', hubUrl: server.url };
  const folder = mkdtempSync(join(parent, 'model-'));
  const pull = (changes: Partial<HubModel> = {}) => pullModel({ ...model, ...changes }, folder, () => {});
  return { ...server, model, folder, pull };
}

test('the files of a model arrive as they are, and those it does not need stay where they are', async (t) => {
  const { folder, pull } = await hub(t);
  const pulled = await pull();
  assert.deepEqual(readdirSync(folder).sort(), needed);
  for (const name of needed)
    assert.deepEqual(readFileSync(join(folder, name)), modelFiles[name as keyof typeof modelFiles]);
  assert.deepEqual(pulled.map(({ path }) => path).sort(), needed);
  assert.ok(pulled.every(({ fetched }) => fetched));
});

test('what is there already and whole is not fetched again; what has changed is', async (t) => {
  const { folder, served, pull } = await hub(t);
  await pull();
  writeFileSync(join(folder, 'config.json'), '{"model_type":"llamb"}'); // of the same size
  served.length = 0;
  const pulled = await pull();
  assert.deepEqual(served, ['config.json 0-22']);
  assert.deepEqual(
    pulled.filter(({ fetched }) => fetched).map(({ path }) => path),
    ['config.json'],
  );
  assert.deepEqual(readFileSync(join(folder, 'config.json')), modelFiles['config.json']);
});

test('a connection that breaks is gone on with from where it broke', async (t) => {
  const { folder, behaviour, served, pull } = await hub(t);
  behaviour.breaks['model.safetensors'] = [100_000];
  await pull();
  assert.deepEqual(readFileSync(join(folder, 'model.safetensors')), weights);
  const [first, second, ...more] = served.filter((request) => request.startsWith('model.safetensors'));
  assert.equal(first, 'model.safetensors 0-300000');
  const from = Number(/ (\d+)-300000$/.exec(second!)![1]);
  assert.ok(from > 0 && from <= 100_000, second);
  assert.deepEqual(more, []);
});

test('a download that fails leaves no file of that name, and the next run goes on with it', async (t) => {
  const { folder, behaviour, served, pull } = await hub(t);
  behaviour.breaks['model.safetensors'] = [50_000, 0]; // the second attempt brings nothing
  await assert.rejects(pull(), (error) => error instanceof NetworkError && /goes on from there/.test(error.message));
  assert.ok(!readdirSync(folder).includes('model.safetensors'));
  served.length = 0;
  await pull();
  assert.deepEqual(readFileSync(join(folder, 'model.safetensors')), weights);
  assert.match(served.join(), /^model\.safetensors [1-9]\d*-300000$/);
  assert.deepEqual(readdirSync(folder).sort(), needed);
});

test('the beginning of another revision is thrown away, not put before the end of this one', async (t) => {
  const { folder, behaviour, pull } = await hub(t);
  behaviour.breaks['model.safetensors'] = [50_000, 0];
  await assert.rejects(pull(), NetworkError);
  const changed = Buffer.from(weights.map((byte) => byte ^ 1));
  behaviour.files = { ...modelFiles, 'model.safetensors': changed };
  await pull();
  assert.deepEqual(readFileSync(join(folder, 'model.safetensors')), changed);
});

test('content other than what the hub lists is refused, and nothing of it is kept', async (t) => {
  const { folder, behaviour, pull } = await hub(t);
  behaviour.replaced['model.safetensors'] = Buffer.alloc(weights.length);
  await assert.rejects(pull(), /model\.safetensors arrived with another content than the hub lists/);
  assert.ok(!readdirSync(folder).some((name) => name.startsWith('model.safetensors')));
});

test('weights in several files are those that the index names', async (t) => {
  const index = { weight_map: { a: 'model-1.safetensors', b: 'model-2.safetensors', c: 'model-1.safetensors' } };
  const { folder, pull } = await hub(t, {
    'config.json': modelFiles['config.json'],
    'model.safetensors.index.json': Buffer.from(JSON.stringify(index)),
    'model-1.safetensors': weights,
    'model-2.safetensors': weights.subarray(1000),
    'consolidated.safetensors': weights,
  });
  const shards = ['model-1.safetensors', 'model-2.safetensors'];
  await pull();
  assert.deepEqual(readdirSync(folder).sort(), ['config.json', ...shards, 'model.safetensors.index.json']);
});

test('an index that names a file outside the folder, or one that is not there, is refused', async (t) => {
  for (const name of ['../outside.safetensors', 'absent.safetensors']) {
    const index = Buffer.from(JSON.stringify({ weight_map: { a: name } }));
    const { pull } = await hub(t, { 'model.safetensors.index.json': index, '../outside.safetensors': weights });
    await assert.rejects(pull(), /names .*, but the repository has no such file/);
  }
});

test('a model without safetensors weights says which it has', async (t) => {
  const { pull } = await hub(t, { 'config.json': modelFiles['config.json'], 'pytorch_model.bin': weights });
  await assert.rejects(pull(), /expected model\.safetensors .*, found pytorch_model\.bin/);
});

test('progress counts the bytes of the weights up to all of them', async (t) => {
  const { model, folder } = await hub(t);
  const seen: number[] = [];
  await pullModel(model, folder, (done, total) => {
    assert.equal(total, weights.length);
    seen.push(done);
  });
  assert.equal(seen.at(-1), weights.length);
  assert.deepEqual(
    seen,
    seen.toSorted((a, b) => a - b),
  );
});

test('no such model, a gated one, a token that does not do, no network: each says what to do', async (t) => {
  const { behaviour, pull, url } = await hub(t);
  const refused = (pattern: RegExp) => (error: unknown) => error instanceof HubError && pattern.test(error.message);
  await assert.rejects(pull({ repo: 'no/such' }), refused(/no\/such: there is no such model at .* no revision main/));
  await assert.rejects(pull({ revision: 'v9' }), refused(/has no revision v9/));
  behaviour.token = 'hf_right';
  await assert.rejects(pull(), refused(/accept its terms at .*\/tiny\/model and set HF_TOKEN/));
  await assert.rejects(pull({ accessToken: 'hf_wrong' }), refused(/this account may not read the model/));
  assert.equal((await pull({ accessToken: 'hf_right' })).length, needed.length);
  const nowhere = pull({ hubUrl: url.replace(/\d+$/, '1') }); // a port that nothing listens on
  await assert.rejects(
    nowhere,
    (e) => e instanceof NetworkError && /cannot be reached .* Is this machine online/.test(e.message),
  );
});

/** Runs the command in a process of its own, without blocking the server in this one. */
function attune(args: readonly string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../src/main.ts'), ...args], {
    env: { ...process.env, HF_TOKEN: '', ...environment },
    cwd: parent,
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (text) => (output.stdout += text));
  child.stderr.on('data', (text) => (output.stderr += text));
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, ...output })),
  );
}

test('attune pull --json prints the folder and its files, and takes the token from HF_TOKEN', async (t) => {
  const { url, behaviour } = await hub(t);
  behaviour.token = 'hf_right';
  const { code, stdout } = await attune(['pull', 'tiny/model', '--hub', url, '--json'], { HF_TOKEN: 'hf_right' });
  assert.equal(code, 0);
  const { folder, files } = JSON.parse(stdout);
  assert.equal(folder, join('models', 'model'));
  assert.deepEqual(readdirSync(join(parent, folder)).sort(), needed);
  assert.deepEqual(files.map(({ path }: { path: string }) => path).sort(), needed);
});

test('attune pull ends with 2 where the user can mend it and with 1 where the network fails, without a stack', async (t) => {
  const { url } = await hub(t);
  const absent = await attune(['pull', 'no/such', '--hub', url]);
  assert.equal(absent.code, 2);
  assert.match(absent.stderr, /^HubError: no\/such: there is no such model/);
  const malformed = await attune(['pull', '../etc', '--hub', url]);
  assert.equal(malformed.code, 2);
  assert.match(malformed.stderr, /^UsageError: \.\.\/etc is not a model on the hub/);
  const offline = await attune(['pull', 'tiny/model', '--hub', url.replace(/\d+$/, '1')]);
  assert.equal(offline.code, 1);
  assert.match(offline.stderr, /^NetworkError: tiny\/model: .* cannot be reached/);
});
