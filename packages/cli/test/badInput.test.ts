import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { attune } from './train/attune.ts';
import { pairs, settingsFile, tinyModel, workshop, writeLines } from './train/fixture.ts';

const root = workshop();
const model = join(root, 'model');
const good = join(root, 'good.jsonl');
let count = 0;

before(async () => {
  await tinyModel(model);
  writeLines(good, pairs(8));
});

interface Attempt {
  readonly stage?: 'dpo' | 'sft' | 'pretrain';
  readonly settings?: object;
  readonly args?: readonly string[];
}

/** What a training with one thing wrong says, without the names of temporary folders. It must have left nothing. */
async function refusal({ stage = 'dpo', settings = {}, args = [] }: Attempt): Promise<string> {
  const folder = join(root, `attempt-${count++}`);
  const given = { model, data: good, max_steps: 2, ...settings };
  const file = settingsFile(folder, 'run', given);
  const { code, stdout, stderr } = await attune('train', stage, file, ...args);
  assert.deepEqual([code, stdout], [2, ''], stderr);
  assert.deepEqual(readdirSync(folder), ['run.yaml'], 'something was written');
  assert.equal(stderr.match(/Error: /g)?.length, 1, stderr);
  assert.doesNotMatch(stderr, /\n {4}at /, 'a stack');
  return stderr.replaceAll(`${folder}/`, '').replaceAll(`${root}/`, '');
}

/** A data file beside the good one: the first good line, then these. */
function dataFile(name: string, ...lines: readonly string[]): string {
  const [first] = readFileSync(good, 'utf8').split('\n');
  const path = join(root, name);
  writeFileSync(path, [first, ...lines, ''].join('\n'));
  return path;
}

/** A copy of the model in which something is changed. */
function modelBut(change: (folder: string) => void): string {
  const folder = join(root, 'changed');
  rmSync(folder, { recursive: true, force: true });
  cpSync(model, folder, { recursive: true });
  change(folder);
  return folder;
}

test('a data file that is empty, blank, absent or a folder', async () => {
  const file = (name: string, text: string) => {
    writeFileSync(join(root, name), text);
    return join(root, name);
  };
  const needs = 'Each line needs prompt, chosen and rejected.';
  const empty = await refusal({ settings: { data: file('empty.jsonl', '') } });
  assert.equal(empty, `DataError: empty.jsonl: the file is empty. ${needs}\n`);
  const blank = await refusal({ settings: { data: file('blank.jsonl', '\n\n') } });
  assert.equal(blank, `DataError: blank.jsonl: the file is empty. ${needs}\n`);
  const absent = await refusal({ settings: { data: join(root, 'absent.jsonl') } });
  assert.match(absent, /^DataError: absent\.jsonl: there is no such file\. Paths start from the folder that/);
  const folder = await refusal({ settings: { data: model } });
  assert.match(folder, /^DataError: .*: this is a folder; a file was expected\.\n$/);
  const second = await refusal({ settings: { eval_data: join(root, 'absent.jsonl') } });
  assert.match(second, /^good\.jsonl: 8 pairs \(pairs\)\nDataError: absent\.jsonl: there is no such file\./);
});

const brokenLines: [what: string, line: string, message: RegExp][] = [
  [
    'broken JSON',
    '{"prompt": "a", "chosen": ',
    /line 2: not valid JSON \(.+\)\. Each line needs prompt, chosen and rej/,
  ],
  ['a missing field', '{"prompt": "a", "chosen": "b"}', /line 2: "rejected" is missing\. Each line needs/],
  ['a wrong type', '{"prompt": "a", "chosen": 5, "rejected": "c"}', /line 2: "chosen" is 5; expected text or a list\./],
  [
    'a negative weight',
    '{"prompt": "a", "chosen": "b", "rejected": "c", "weight": -1}',
    /line 2: "weight" is -1; expected at least 0\./,
  ],
  [
    'a boundary that moves',
    '{"id": "m", "prompt": "the ca", "chosen": "t", "rejected": "r"}',
    /1 of 2 examples .*line 2 \(m\): The prompt's tokens are not .*part at token 1.*"the".*" cat".*moved_boundary to split/s,
  ],
];
for (const [what, line, message] of brokenLines) {
  test(`a data file with ${what}: file, line, field and remedy`, async () => {
    const said = await refusal({ settings: { data: dataFile('broken.jsonl', line) } });
    assert.match(said, /broken\.jsonl, line 2/);
    assert.match(said, message);
  });
}

test('thirty broken lines are one message that lists them', async () => {
  const lines = Array.from({ length: 30 }, () => '{"prompt": "a"}');
  const said = await refusal({ settings: { data: dataFile('many.jsonl', ...lines) } });
  assert.match(
    said,
    /^DataError: many\.jsonl: 30 lines cannot be used\..*\n {2}line 2: .*\n {2}line 3: .*and 6 more\n$/s,
  );
});

test('examples that are all longer than the limit; some are left out and counted', async () => {
  const all = await refusal({ settings: { max_length: 5 } });
  assert.match(
    all,
    /SettingError: data: none of its 8 examples fits into max_length 5; the shortest has 14 tokens\. Raise max_length, or cut/,
  );
  const long = writeLines(join(root, 'long.jsonl'), [{ prompt: 'x'.repeat(99), chosen: 'a', rejected: 'b' }]);
  const held = await refusal({ settings: { eval_data: long, max_length: 80 } });
  assert.match(
    held,
    /SettingError: eval_data: none of its 1 examples fits into max_length 80; the shortest has 101 tokens/,
  );
  const cut = await refusal({ settings: { max_length: 1, truncation_mode: 'keep_start' } });
  assert.match(cut, /the shortest has 14 tokens\. Raise max_length\.\n$/);

  const some = { model, data: good, max_length: 40, max_steps: 1 };
  const { code, stderr } = await attune('train', 'dpo', settingsFile(join(root, 'some'), 'run', some));
  assert.equal(code, 0, stderr);
  assert.match(stderr, /5 of 8 examples kept, 3 too long and left out/);
});

test('shares of the data that leave nothing to train on, or nothing to evaluate on', async () => {
  const few = await refusal({ settings: { eval_share: 0.05 } });
  assert.match(few, /SettingError: eval_share: 0\.05 of 8 examples is none\. Choose a share that leaves some/);
  const most = await refusal({ settings: { eval_share: 0.95 } });
  assert.match(most, /SettingError: eval_share: 0\.95 of 8 examples is all of them\./);
});

test('safetensors cut off anywhere', async () => {
  const whole = readFileSync(join(model, 'model.safetensors'));
  for (const length of [0, 4, 8, 100, whole.length >> 1, whole.length - 1]) {
    const cut = modelBut((folder) => writeFileSync(join(folder, 'model.safetensors'), whole.subarray(0, length)));
    const said = await refusal({ settings: { model: cut } });
    assert.match(
      said,
      new RegExp(`FileError: changed/model\\.safetensors: .*\\b${length}\\b.* (Fetch|write) .*again\\.\\n$`),
    );
  }
});

const brokenModels: [what: string, change: (folder: string) => void, message: RegExp][] = [
  [
    'without config.json',
    (at) => rmSync(join(at, 'config.json')),
    /changed\/config\.json: there is no such file\. A model f/,
  ],
  [
    'with a broken config.json',
    (at) => writeFileSync(join(at, 'config.json'), '{'),
    /config\.json: is not JSON .* again\./,
  ],
  ['without weights', (at) => rmSync(join(at, 'model.safetensors')), /changed: has no model\.safetensors.*convert the/],
  [
    'without tokenizer',
    (at) => rmSync(join(at, 'tokenizer.json')),
    /changed: there is no tokenizer .* tokenizer\.json in/,
  ],
  [
    'with a broken tokenizer',
    (at) => writeFileSync(join(at, 'tokenizer.json'), '{'),
    /tokenizer\.json: this is not JSON/,
  ],
  [
    'without the chat template that messages need',
    (at) => rmSync(join(at, 'chat_template.jinja')),
    /1 of 8 examples .*good\.jsonl, line 5 \(pair-4\): .* has no chat template.*Give prompts and responses as plain/s,
  ],
];
for (const [what, change, message] of brokenModels) {
  test(`a model folder ${what}`, async () => {
    assert.match(await refusal({ settings: { model: modelBut(change) } }), message);
  });
}

test('a model that is not there, and a tokenizer that gives tokens the model has no place for', async () => {
  const absent = await refusal({ settings: { model: join(root, 'absent') } });
  assert.match(
    absent,
    /FileError: absent: there is no such file or folder\. Give a model folder.*attune pull OWNER\/NAME/,
  );
  const small = await tinyModel(join(root, 'small'), { vocabSize: 265 });
  for (const stage of ['dpo', 'sft'] as const) {
    const data = writeLines(join(root, 'mat.jsonl'), [
      { prompt: 'a', completion: ' mat', chosen: ' mat', rejected: ' b' },
    ]);
    const said = await refusal({ stage, settings: { model: small, data } });
    assert.match(
      said,
      /FileError: small: the tokenizer is not this model's: it gives token 269 \("mat"\), and .* 265\. Put/,
    );
  }
  const [data, out] = [join(root, 'mat.jsonl'), join(root, 'mat-out.jsonl')];
  for (const [command, file] of [
    ['generate', '--prompts'],
    ['logps', '--data'],
  ] as const) {
    writeLines(data, [{ prompt: 'the mat', chosen: ' mat', rejected: ' b' }]);
    const ended = await attune(command, '--model', small, file, data, '--out', out);
    assert.equal(ended.code, 2);
    assert.match(ended.stderr, /FileError: .*small: the tokenizer is not this model's: it gives token 26\d /);
    assert.ok(!existsSync(out));
  }
});

test('settings that are unknown, wrong, absent, or would have no effect: file, line and the nearest right one', async () => {
  const unknown = await refusal({ settings: { learning_rat: 1 } });
  assert.equal(
    unknown,
    'SettingError: run.yaml:8: learning_rat is not a setting of dpo. Did you mean learning_rate?\n',
  );
  const text = await refusal({ settings: { beta: 'high' } });
  assert.match(text, /^SettingError: run\.yaml:8: beta is "high"; expected a number, found text\. β: higher keeps/);
  const negative = await refusal({ args: ['--set', 'beta=-1'] });
  assert.match(negative, /^SettingError: --set beta=-1: beta is -1; expected more than 0\./);
  const idle = await refusal({ args: ['--set', 'lora_r=4'] });
  assert.match(idle, /^SettingError: --set lora_r=4: lora_r has no effect without use_lora: true\.\n$/);
  const layer = await refusal({ settings: { use_lora: true, lora_target_modules: 'query' } });
  assert.match(layer, /LoraTargetError: LoRA target query names no linear layer of this model\. There are: q_proj, /);
  const pattern = await refusal({ settings: { use_lora: true, lora_target_modules: '(q_proj' } });
  assert.match(pattern, /SettingError: lora_target_modules: \(q_proj is neither the name of a layer nor a regular/);
  const weighed = await refusal({ settings: { loss_type: 'aot' } });
  assert.match(
    weighed,
    /SettingError: good\.jsonl, line 2: "weight" is 1\.5, but loss_type aot sorts .* Leave "weight" out/,
  );

  const { code, stderr } = await attune('train', 'dpo', 'absent.yaml');
  assert.equal(code, 2);
  assert.equal(stderr, 'SettingError: The settings file absent.yaml does not exist. Give the path of a YAML file.\n');
  const none = await attune('train', 'dpo');
  assert.deepEqual([none.code, none.stdout], [2, '']);
  assert.match(none.stderr, /Which settings\? Give a YAML file: attune train dpo CONFIG\.yaml/);
});

test('a run folder that is not empty is refused before anything is read, and stays as it is', async () => {
  const folder = join(root, 'notes');
  mkdirSync(folder);
  writeFileSync(join(folder, 'notes.txt'), 'x');
  const said = await refusal({ settings: { output_dir: folder, model: join(root, 'absent') } });
  assert.match(said, /RunError: .*notes is not empty\. Choose another folder with --set output_dir=…\.\n$/);
  assert.deepEqual(readdirSync(folder), ['notes.txt']);
  const file = await refusal({ settings: { output_dir: good } });
  assert.match(file, /RunError: good\.jsonl is a file\. Choose a folder for the run with --set output_dir=…\.\n$/);
});

test('--resume without a run', async () => {
  const said = await refusal({ args: ['--resume'] });
  assert.equal(
    said,
    'RunError: run holds no run to go on with: it has no config.yaml. Leave --resume out to start one.\n',
  );
});

test('texts: conversations cannot be pretrained on, and too little text fills no block', async () => {
  const pretrain = { model: undefined, tokenizer: model, hidden_size: 16, num_hidden_layers: 1, intermediate_size: 32 };
  const line = (object: object) => writeLines(join(root, 'text.jsonl'), [object]);
  const messages = [{ role: 'assistant', content: 'x' }];
  const talk = { ...pretrain, data: line({ messages }) };
  assert.match(
    await refusal({ stage: 'pretrain', settings: talk }),
    /SettingError: text\.jsonl, line 1: pretraining reads lines with "text", this one has messages\. Use attune train sft/,
  );
  const short = { ...pretrain, data: line({ text: 'the cat' }), block_size: 64 };
  assert.match(
    await refusal({ stage: 'pretrain', settings: short }),
    /SettingError: data: 3 tokens do not fill one block of block_size 64\. Give more text, or lower block_size\.\n$/,
  );
  const pairsAsTexts = await refusal({ stage: 'sft' });
  assert.match(
    pairsAsTexts,
    /DataError: good\.jsonl: no texts here; the fields are .*chosen.* needs text, or messages, or/,
  );
});

test('pairs that share an id are trained on: ids are for people, and data sets give one to each prompt', async () => {
  const same = writeLines(
    join(root, 'same.jsonl'),
    pairs(4).map((pair) => ({ ...pair, id: 'one' })),
  );
  const run = settingsFile(join(root, 'same'), 'run', { model, data: same, max_steps: 1 });
  const { code, stderr } = await attune('train', 'dpo', run);
  assert.equal(code, 0, stderr);
  assert.ok(existsSync(join(root, 'same/run/final')));
});
