import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { attune } from './attune.ts';
import { settingsFile, tinyModel, workshop, writeLines } from './fixture.ts';
import { tinyRewardModel } from './rewardFixture.ts';
import { linesIn, quickSpa, type SpaFiles, spaFiles } from './spaFixture.ts';

const root = workshop();
let files: SpaFiles;
let reward: string;
let count = 0;

before(async () => {
  files = await spaFiles(root);
  reward = await tinyRewardModel(join(root, 'reward'));
});

/** What a run with one thing wrong says, without the names of temporary folders. It must have left nothing. */
async function refusal(settings: object): Promise<string> {
  const folder = join(root, `attempt-${count++}`);
  const file = settingsFile(folder, 'run', { ...quickSpa(files), ...settings });
  const { code, stdout, stderr } = await attune('train', 'spa', file);
  assert.deepEqual([code, stdout], [2, ''], stderr);
  assert.deepEqual(readdirSync(folder), ['run.yaml'], 'something was written');
  assert.equal(stderr.match(/Error: /g)?.length, 1, stderr);
  assert.doesNotMatch(stderr, /\n {4}at /, 'a stack');
  return stderr.replaceAll(`${folder}/`, '').replaceAll(`${root}/`, '');
}

test('fewer prompts than the rounds need, with those of the seed and those that repeat taken out', async () => {
  const again = writeLines(join(root, 'again.jsonl'), [
    ...linesIn(files.prompts),
    ...linesIn(files.prompts).slice(0, 3),
    ...linesIn(files.data).slice(0, 2),
  ]);
  const said = await refusal({ prompts: again, prompts_per_round: [10, 5] });
  assert.match(said, /10 pairs are the seed; 19 prompts to respond to, 2 of them in the seed and 3 repeated: left out/);
  assert.match(
    said,
    /SettingError: prompts_per_round: 10 \+ 5 = 15 prompts are needed, each once, and 14 of 19 can be used/,
  );
  assert.match(
    await refusal({ prompts: undefined, seed_share: 0.5, prompts_per_round: [6] }),
    /SettingError: prompts_per_round: 6 prompts are needed, each once, and 5 of 5 can be used/,
  );
});

test('a seed of no pair, and a seed whose pairs are all too long', async () => {
  assert.match(
    await refusal({ seed_share: 0.04 }),
    /SettingError: seed_share: 0\.04 of 10 pairs is none\. Raise it, or/,
  );
  const short = { max_length: 3, truncation_mode: 'drop' };
  assert.match(await refusal(short), /SettingError: data: none of its 10 examples fits into max_length 3/);
});

test('responses that leave no room for a prompt', async () => {
  assert.match(
    await refusal({ response_length: 511 }),
    /SettingError: response_length: 511 of the model's 512 positions leave no room for a prompt\. Lower response_length\./,
  );
});

test('a prompt that ends with an answer, by its file and line', async () => {
  const answered = [
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'Hello' },
  ];
  const prompts = writeLines(join(root, 'answered.jsonl'), [...linesIn(files.prompts), { prompt: answered }]);
  assert.match(
    await refusal({ prompts, prompts_per_round: [15] }),
    /EncodingError: answered\.jsonl, line 15: The prompt ends with a message of the assistant\./,
  );
});

test('models that are not there, are of the wrong kind, or read other tokens', async () => {
  const absent = join(root, 'absent');
  const noSeed = { data: undefined, seed_epochs: undefined };
  assert.match(await refusal({ model: absent }), /FileError: absent: there is no such file or folder\./);
  assert.match(
    await refusal({ model: reward }),
    /FileError: reward: is a reward model: it scores responses and has no/,
  );
  assert.match(await refusal({ ...noSeed, initial_model: absent }), /FileError: absent: there is no such file/);
  assert.match(await refusal({ ...noSeed, initial_model: reward }), /FileError: reward: is a reward model/);
  const scored = { judge: 'reward_model' };
  assert.match(
    await refusal({ ...scored, judge_model: files.model }),
    /FileError: model: is a language model: it has no/,
  );
  const other = otherTokenizer(reward, 'other-reward');
  assert.match(
    await refusal({ ...scored, judge_model: other }),
    /FileError: other-reward: reads other tokens than the policy/,
  );
  const initial = otherTokenizer(await tinyModel(join(root, 'base')), 'other-base');
  assert.match(
    await refusal({ ...noSeed, initial_model: initial }),
    /FileError: other-base: reads other tokens than the policy/,
  );
});

/** A copy of a model in whose tokenizer two tokens have changed places. */
function otherTokenizer(model: string, name: string): string {
  const folder = join(root, name);
  cpSync(model, folder, { recursive: true });
  const path = join(folder, 'tokenizer.json');
  const json = JSON.parse(readFileSync(path, 'utf8'));
  const { vocab } = json.model;
  [vocab.a, vocab.b] = [vocab.b, vocab.a];
  writeFileSync(path, JSON.stringify(json));
  return folder;
}
