import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type OpenAI from 'openai';
import { attune } from '../train/attune.ts';
import { tinyModel, workshop } from '../train/fixture.ts';

const model = join(workshop(), 'model');
before(() => tinyModel(model));

test('serve says where it answers, asks for the key it was given, and ends well at Ctrl-C', async (t) => {
  const program = join(import.meta.dirname, '../../src/main.ts');
  const server = spawn(
    process.execPath,
    [program, 'serve', '--model', model, '--port', '0', '--threads', '1', '--json'],
    {
      env: { ...process.env, ATTUNE_SERVE_KEY: 'secret' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  t.after(() => server.kill('SIGKILL'));
  let printed = '';
  server.stderr.on('data', (text) => (printed += text));
  const [line] = await once(server.stdout, 'data');
  const { url, model: name } = JSON.parse(line);
  assert.equal(name, 'model');
  const ask = (key: string) =>
    fetch(`${url}/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ model: name, prompt: 'the cat', max_tokens: 3, temperature: 0 }),
    });
  const { choices, usage } = (await (await ask('secret')).json()) as OpenAI.Completion;
  assert.equal(typeof choices[0]!.text, 'string');
  assert.ok(usage!.completion_tokens <= 3);
  assert.equal((await ask('guess')).status, 401);
  server.kill('SIGINT');
  const [code] = await once(server, 'close');
  assert.equal(code, 0, printed);
  assert.ok(!printed.includes('secret'));
});

test('serve is not open to a network without a key, and says what is not there', async () => {
  const open = await attune('serve', '--model', model, '--host', '0.0.0.0', '--port', '0');
  assert.equal(open.code, 2);
  assert.match(open.stderr, /0\.0\.0\.0 is open to the network.*ATTUNE_SERVE_KEY/s);
  const missing = await attune('serve', '--model', join(model, 'absent'), '--port', '0');
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /there is no such file or folder/);
});
