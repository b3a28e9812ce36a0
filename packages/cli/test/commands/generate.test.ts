import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { loadModel, Tokenizer } from '@attune/align';
import { assertClose } from '../../../align/test/assertClose.ts';
import { tokenLogpsOf } from '../../../align/test/models/plain.ts';
import { noShared, readJson, shared } from '../../../align/test/shared.ts';
import { attune } from '../train/attune.ts';
import { tinyModel, workshop, writeLines } from '../train/fixture.ts';
import { readLines } from './lines.ts';

const root = workshop();
const model = join(root, 'model');
const prompts = [
  { prompt: 'the cat' },
  { id: 'long', prompt: 'the cat sat on the mat with another cat, and the other cat sat on the hat of the first' },
  { id: 'talk', prompt: [{ role: 'user', content: 'where is the cat?' }] },
  { prompt: 'on' },
];
before(() => tinyModel(model));

/** Runs `attune generate` on these prompts; gives the lines it wrote. */
async function generate(given: readonly object[], ...args: string[]) {
  const [file, out] = [writeLines(join(root, 'prompts.jsonl'), given), join(root, 'responses.jsonl')];
  rmSync(out, { force: true });
  const ended = await attune('generate', '--model', model, '--prompts', file, '--out', out, '--threads', '1', ...args);
  assert.equal(ended.code, 0, ended.stderr);
  return { ...ended, lines: readLines(out), text: readFileSync(out, 'utf8') };
}

test('generate writes a line for each response, in the order of the prompts, named by id or line', async () => {
  const { lines, stdout } = await generate(prompts, '--n', '2', '--max-new-tokens', '5', '--json');
  assert.deepEqual(
    lines.map(({ id, index }) => [id, index]),
    ['1', 'long', 'talk', '4'].flatMap((id) => [
      [id, 0],
      [id, 1],
    ]),
  );
  for (const line of lines) {
    assert.deepEqual(Object.keys(line), ['id', 'index', 'text', 'tokens', 'logprobs', 'finish']);
    assert.equal(line.tokens.length, line.logprobs.length);
    assert.ok(line.finish === 'stop' || line.tokens.length === 5);
  }
  const { responses, tokens, finish } = JSON.parse(stdout);
  assert.equal(responses, 8);
  assert.equal(
    tokens,
    lines.reduce((sum, line) => sum + line.tokens.length, 0),
  );
  assert.equal(finish.stop + finish.length, 8);
});

test('log-probabilities are those of the model itself, whatever the temperature and the filters', async () => {
  const { lines } = await generate([prompts[0]!], '--max-new-tokens', '12', '--temperature', '0.5', '--top-k', '9');
  using plain = loadModel(model);
  const tokenizer = await Tokenizer.load(model);
  const prompt = tokenizer.encode('the cat');
  const expected = tokenLogpsOf(plain, [...prompt, ...lines[0].tokens]).slice(prompt.length - 1);
  assertClose(lines[0].logprobs, expected, { atol: 1e-4 }); // float32 on both sides, with and without a cache
});

test('the seed decides what is sampled; the batch size does not', async () => {
  const settings = ['--n', '3', '--max-new-tokens', '8', '--temperature', '0.8'];
  const { text } = await generate(prompts, ...settings, '--seed', '7');
  const withoutRounding = (lines: string) => lines.replace(/"logprobs":\[[^\]]*\]/g, '');
  const small = await generate(prompts, ...settings, '--seed', '7', '--batch-size', '1');
  assert.equal(withoutRounding(small.text), withoutRounding(text));
  const other = await generate(prompts, ...settings, '--seed', '8');
  assert.notEqual(withoutRounding(other.text), withoutRounding(text));
});

test('a conversation is answered through the chat template, as its text would be', async () => {
  const [talk] = (await generate([prompts[2]!], '--temperature', '0', '--max-new-tokens', '10')).lines;
  const tokenizer = await Tokenizer.load(model);
  const rendered = tokenizer.applyChatTemplate([{ role: 'user', content: 'where is the cat?' }], {
    addGenerationPrompt: true,
  });
  const [plain] = (await generate([{ prompt: rendered }], '--temperature', '0', '--max-new-tokens', '10')).lines;
  assert.deepEqual([talk.tokens, talk.text], [plain.tokens, plain.text]);
});

test('a stop string ends a response and is left out of its text, not of its tokens', async () => {
  const settings = ['--temperature', '0', '--max-new-tokens', '40'];
  const [whole] = (await generate([prompts[0]!], ...settings)).lines;
  const stop = whole.text.slice(6, 9);
  const [cut] = (await generate([prompts[0]!], ...settings, '--stop', 'never there', '--stop', stop)).lines;
  assert.equal(cut.text, whole.text.slice(0, whole.text.indexOf(stop)));
  assert.equal(cut.finish, 'stop');
  assert.ok(cut.tokens.length < whole.tokens.length);
  assert.deepEqual(cut.tokens, whole.tokens.slice(0, cut.tokens.length));
});

test('--prompt prints the response that a file would have held, as a message where there is a chat template', async () => {
  const settings = ['--max-new-tokens', '20', '--seed', '3'];
  const [line] = (await generate([prompts[2]!], ...settings)).lines;
  const printable = line.text.replace(/[^\P{Cc}\n\t]/gu, '\uFFFD'); // no model steers the terminal
  const one = ['generate', '--model', model, '--prompt', 'where is the cat?', '--threads', '1', ...settings];
  const { code, stdout } = await attune(...one);
  assert.deepEqual([code, stdout], [0, `${printable}\n`]);
  const { responses } = JSON.parse((await attune(...one, '--json')).stdout);
  assert.deepEqual(responses[0].tokens, line.tokens);
});

test('where nobody says how long, responses are as long as fits behind the longest prompt', async () => {
  const long = 'the cat sat. '.repeat(50);
  const left = 512 - (await Tokenizer.load(model)).encode(long).length; // the tiny model has 512 positions
  assert.ok(left > 0 && left < 256);
  const { lines } = await generate([{ prompt: long }, prompts[0]!], '--temperature', '0');
  assert.deepEqual(
    lines.map(({ tokens, finish }) => [tokens.length, finish]), // greedy, it never comes to an end
    [
      [left, 'length'],
      [left, 'length'],
    ],
  );
});

test('what cannot be done is said in a line with file, place and remedy, ends with 2 and writes nothing', async () => {
  const file = (name: string, text: string) => {
    writeFileSync(join(root, name), text);
    return join(root, name);
  };
  const good = file('good.jsonl', '{"prompt":"the cat"}\n');
  const torn = join(root, 'torn');
  cpSync(model, torn, { recursive: true });
  truncateSync(join(torn, 'model.safetensors'), 5000);
  const template = join(root, 'no-template');
  cpSync(model, template, { recursive: true });
  rmSync(join(template, 'chat_template.jinja'));
  const long = file('long.jsonl', `{"prompt":"a"}\n{"prompt":"${'the cat '.repeat(300)}"}\n`);
  const out = join(root, 'out', 'responses.jsonl');
  mkdirSync(join(root, 'out'));
  const cases: [args: string[], message: RegExp][] = [
    [['--model', join(root, 'nowhere'), '--prompts', good], /nowhere: there is no such file or folder\..*attune pull/],
    [['--model', torn, '--prompts', good], /torn\/model\.safetensors: tensor .* cut off\. Fetch/],
    [['--model', model, '--prompts', file('empty.jsonl', '')], /empty\.jsonl: the file is empty/],
    [
      ['--model', model, '--prompts', file('bad.jsonl', '{"prompt":"a"}\n{"promt":"b"}\n')],
      /bad\.jsonl, line 2: "prompt" is/,
    ],
    [
      ['--model', model, '--prompts', file('torn.jsonl', '{"prompt":"a"}\n{"prom')],
      /torn\.jsonl, line 2: not valid JSON/,
    ],
    [
      ['--model', model, '--prompts', long],
      /long\.jsonl, line 2: the prompt has \d+ tokens and the model 512 positions/,
    ],
    [
      ['--model', model, '--prompts', good, '--max-new-tokens', '600'],
      /good\.jsonl, line 1: .*max-new-tokens to 5\d\d at/,
    ],
    [['--model', template, '--prompts', file('talk.jsonl', `${JSON.stringify(prompts[2])}\n`)], /has no chat template/],
    [['--model', model, '--prompts', good, '--temprature', '1'], /unknown option '--temprature'.*--temperature/s],
    [['--model', model, '--prompts', good, '--top-p', '1.5'], /Expected a number from 0 to 1/],
    [['--model', model], /Give --prompts FILE and --out FILE/],
    [['--model', model, '--prompt', 'a', '--prompts', good], /leave --prompts and --out out/],
  ];
  for (const [args, message] of cases) {
    const ended = await attune('generate', '--out', out, ...args);
    assert.match(ended.stderr, message);
    assert.deepEqual([ended.code, ended.stdout], [2, ''], args.join(' '));
  }
  const { code, stderr } = await attune(
    'generate',
    '--model',
    model,
    '--prompts',
    good,
    '--out',
    join(root, 'no', 'x'),
  );
  assert.match(stderr, /there is no folder .*no\. Make it first/);
  assert.equal(code, 2);
  assert.deepEqual(readdirSync(join(root, 'out')), []);
});

test('Ctrl-C leaves nothing of an output behind', async () => {
  const folder = join(root, 'interrupted');
  mkdirSync(folder);
  const file = writeLines(
    join(root, 'many.jsonl'),
    Array.from({ length: 50 }, () => ({ prompt: 'the cat' })),
  );
  const args = ['generate', '--model', model, '--prompts', file, '--out', join(folder, 'out.jsonl'), '--n', '50'];
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../src/main.ts'), ...args]);
  child.stderr.once('data', () => child.kill('SIGINT')); // the first progress: sampling has begun
  const [code, signal] = await once(child, 'close');
  assert.ok(signal === 'SIGINT' || code !== 0);
  assert.deepEqual(readdirSync(folder), []);
});

test('greedy responses of a real story model are those of an independent forward pass', async (t) => {
  const folder = shared('models', 'tinystories-656k');
  if (!folder) return t.skip(noShared);
  const { greedy } = readJson(join(folder, 'expected.json'));
  const file = writeLines(
    join(root, 'stories.jsonl'),
    greedy.map(({ prompt }: { prompt: string }) => ({ prompt })),
  );
  const out = join(root, 'stories.out.jsonl');
  const { code, stderr } = await attune(
    ...['generate', '--model', folder, '--prompts', file, '--out', out, '--threads', '1'],
    ...['--temperature', '0', '--max-new-tokens', String(greedy[0].new_ids.length)],
  );
  assert.equal(code, 0, stderr);
  for (const [i, { tokens, logprobs }] of readLines(out).entries()) {
    assert.deepEqual(tokens, greedy[i].new_ids);
    assertClose(logprobs, greedy[i].new_logprobs, { atol: 1e-4 }); // the file has six digits, we compute in float32
  }
});
