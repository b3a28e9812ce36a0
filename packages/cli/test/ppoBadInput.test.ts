import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { attune } from './train/attune.ts';
import { settingsFile, tinyModel, workshop, writeLines } from './train/fixture.ts';
import { quickPpo, type RlFiles, rlFiles } from './train/rlFixture.ts';

const root = workshop();
let files: RlFiles;
let count = 0;

before(async () => {
  files = await rlFiles(root);
});

/** What a run with one thing wrong says, without the names of temporary folders. It must have left nothing. */
async function refusal(settings: object, ...sets: string[]): Promise<string> {
  const folder = join(root, `attempt-${count++}`);
  const file = settingsFile(folder, 'run', { ...quickPpo(files), ...settings });
  const { code, stdout, stderr } = await attune('train', 'ppo', file, ...sets.flatMap((set) => ['--set', set]));
  assert.deepEqual([code, stdout], [2, ''], stderr);
  assert.deepEqual(readdirSync(folder), ['run.yaml'], 'something was written');
  assert.equal(stderr.match(/Error: /g)?.length, 1, stderr);
  assert.doesNotMatch(stderr, /\n {4}at /, 'a stack');
  return stderr.replaceAll(`${folder}/`, '').replaceAll(`${root}/`, '');
}

test('a reward model that is a language model, and a policy that is a reward model', async () => {
  assert.match(
    await refusal({ reward_model: files.model }),
    /FileError: model: is a language model: it has no score head\. attune train reward makes a reward model of it;/,
  );
  assert.match(
    await refusal({ model: files.reward }),
    /FileError: reward: is a reward model: it scores responses and has no words of its own\. Give a language model/,
  );
});

test('a prompt to evaluate on that is also learned from', async () => {
  assert.match(
    await refusal({ eval_data: files.prompts }),
    /SettingError: eval_data: (\d+) of its \1 prompts are in data too, the first as .+ here and .+ there\./,
  );
});

test('models that are not there', async () => {
  const absent = join(root, 'absent');
  for (const settings of [{ model: absent }, { reward_model: absent }]) {
    assert.match(await refusal(settings), /FileError: absent: there is no such file or folder\./);
  }
  const shared = { reward_model: absent, use_lora: true, share_trunk: true, critic_learning_rate: 1e-3 };
  assert.match(await refusal(shared), /FileError: absent: there is no such file or folder\./);
});

/** A copy of the reward model whose tokenizer.json is changed. */
function otherTokenizer(change: (vocab: Record<string, number>) => void): string {
  const folder = join(root, 'other');
  rmSync(folder, { recursive: true, force: true });
  cpSync(files.reward, folder, { recursive: true });
  const path = join(folder, 'tokenizer.json');
  const json = JSON.parse(readFileSync(path, 'utf8'));
  change(json.model.vocab);
  writeFileSync(path, JSON.stringify(json));
  return folder;
}

test('a reward model that gives other tokens the same ids, that lacks tokens, or has fewer places for them', async () => {
  const swapped = otherTokenizer((vocab) => {
    [vocab.a, vocab.b] = [vocab.b!, vocab.a!];
  });
  const said = await refusal({ reward_model: swapped });
  assert.match(
    said,
    /FileError: other: reads other tokens than the policy writes: "a" is token \d+ there and is \d+ here/,
  );
  assert.match(said, /Give a reward model that was trained from the same model, or one with the same tokenizer\.\n$/);

  const fewer = otherTokenizer((vocab) => void delete vocab.mat);
  assert.match(await refusal({ reward_model: fewer }), /"mat" is token \d+ there and is none here/);

  const wide = await tinyModel(join(root, 'wide'), { vocabSize: 300 });
  assert.match(
    await refusal({ model: wide }),
    /FileError: reward: the policy has 300 tokens and this reward model only 270\. Give a reward model that/,
  );
});

test('a reward model with tokens of its own beside the policy’s is no bad input', async () => {
  const more = otherTokenizer((vocab) => {
    vocab['<only-here>'] = 270;
  });
  const file = settingsFile(join(root, 'more'), 'run', { ...quickPpo(files), reward_model: more, max_steps: 1 });
  const { code, stderr } = await attune('train', 'ppo', file);
  assert.equal(code, 0, stderr);
});

test('one trunk for models that stand on different ones, or whose weights are trained', async () => {
  const shared = { use_lora: true, share_trunk: true };
  assert.match(
    await refusal({ ...shared }),
    /SettingError: share_trunk: the reward model reward is a model of its own, and the policy is model\. Train it as an adapter/,
  );
  const other = await tinyModel(join(root, 'other-model'));
  assert.match(
    await refusal({ ...shared, model: other, reward_model: files.adapter }),
    /SettingError: share_trunk: the reward model adapter stands on model, and the policy is other-model\./,
  );
  assert.equal(
    await refusal({ reward_model: files.adapter }, 'share_trunk=true'),
    'SettingError: --set share_trunk=true: share_trunk needs use_lora: true; only a frozen trunk can be shared.\n',
  );
});

test('prompts files that are empty, without prompts, or with prompts that leave no room for a response', async () => {
  const file = (name: string, text: string) => {
    writeFileSync(join(root, name), text);
    return join(root, name);
  };
  assert.match(
    await refusal({ data: file('empty.jsonl', '') }),
    /^DataError: empty\.jsonl: the file is empty\. Each line needs prompt/,
  );
  assert.match(
    await refusal({ eval_data: file('texts-only.jsonl', '{"text": "x"}\n') }),
    /DataError: texts-only\.jsonl: /,
  );
  assert.match(
    await refusal({ sft_data: file('no-texts.jsonl', '') }),
    /DataError: no-texts\.jsonl: the file is empty\./,
  );
  const nothing = writeLines(join(root, 'nothing.jsonl'), [{ prompt: 'x' }, { prompt: '' }]);
  assert.match(await refusal({ data: nothing }), /nothing\.jsonl, line 2: .*prompt/s);
  const long = await refusal({ response_length: 510 });
  assert.match(
    long,
    /SettingError: data: none of its 10 prompts has at most 2 tokens \(the model's 512 positions less response_length 510\)\. Lower/,
  );
});

test('prompts that are too long are left out and counted', async () => {
  const data = writeLines(join(root, 'some.jsonl'), [
    { prompt: 'x'.repeat(507) },
    { prompt: 'the cat' },
    { prompt: 'a mat' },
  ]);
  const file = settingsFile(join(root, 'some'), 'run', { ...quickPpo(files), data, max_steps: 1, filter_share: 0 });
  const { code, stderr } = await attune('train', 'ppo', file);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /! 1 of 3 prompts have more than 506 tokens, which leaves no room for a response: left out/);
});

test('texts of the SFT term that the model has no place for', async () => {
  const small = await tinyModel(join(root, 'small'), { vocabSize: 265 });
  const data = writeLines(join(root, 'short.jsonl'), [{ prompt: 'a' }, { prompt: 'b' }]);
  const sft_data = writeLines(join(root, 'mat.jsonl'), [{ prompt: 'a', completion: ' mat' }]);
  assert.match(
    await refusal({ model: small, data, sft_data }),
    /FileError: small: the tokenizer is not this model's: it gives token 269 \("mat"\), and .* 265\. Put/,
  );
});

test('settings that do not fit together, or would have no effect', async () => {
  const cases: [object, RegExp][] = [
    [
      { num_generations: 3 },
      /num_generations must divide per_device_train_batch_size, the 2 responses that go through/,
    ],
    [{ advantage_estimator: 'rloo', critic_learning_rate: undefined }, /num_generations must be 2 or more for rloo/],
    [
      { advantage_estimator: 'grpo', num_generations: 2 },
      /critic_learning_rate has no effect with advantage_estimator: grpo/,
    ],
    [{ sft_coef: 0.2 }, /sft_coef has no effect without sft_data/],
    [{ kl_horizon: 10 }, /kl_horizon has no effect without kl_target/],
    [
      { reference_reward: false, reference_decoding: 'sampled' },
      /reference_decoding has no effect without reference_reward/,
    ],
    [{ filter_share: 0, filter_samples: 8 }, /filter_samples has no effect with filter_share: 0/],
    [{ filter_share: 1 }, /filter_share is 1; expected less than 1/],
    [{ reward_modell: 'x' }, /reward_modell is not a setting of ppo\. Did you mean reward_model\?/],
  ];
  for (const [settings, message] of cases) assert.match(await refusal(settings), message);
});
