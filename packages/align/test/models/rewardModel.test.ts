import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { liveTensors, noGrad, Random, readSafetensorsHeader, tensor, tidy } from '@attune/torch';
import fc from 'fast-check';
import { loadAdapter, saveAdapter } from '../../src/models/adapters.ts';
import type { CausalLm } from '../../src/models/CausalLm.ts';
import { loadModel } from '../../src/models/load.ts';
import { asRewardModel, isRewardModel, type RewardModel } from '../../src/models/rewardModel.ts';
import { saveModel } from '../../src/models/save.ts';
import { adaptersOf, addLora, allLinear, mergeAdapters } from '../../src/nn/lora.ts';
import { pairScores, responseScores, responseValues } from '../../src/trainers/scores.ts';
import type { Responses } from '../../src/trainers/states.ts';
import { assertClose } from '../assertClose.ts';
import { readJson } from '../shared.ts';
import { scoreAlone } from './plain.ts';

const golden = join(import.meta.dirname, '../golden');
const folder = mkdtempSync(join(tmpdir(), 'attune-reward-model-'));
after(() => rmSync(folder, { recursive: true }));

interface Scored {
  readonly ids: number[];
  readonly score: number;
}

interface Expected {
  readonly base: string;
  readonly sequences: Scored[];
  readonly merged: Scored[];
}

const rewards = join(golden, 'reward');
const whole = readdirSync(rewards).filter((name) => !name.startsWith('peft'));
const adapters = readdirSync(rewards).filter((name) => name.startsWith('peft'));
const expectedOf = (name: string): Expected => readJson(join(rewards, name, 'expected.json'));

/** A reward model under its type. */
function loadReward(path: string): RewardModel {
  const model = loadModel(path);
  assert.ok(isRewardModel(model));
  return model;
}

/** A language model of the golden files with a new head. */
const headed = (name: string): RewardModel => asRewardModel(loadModel(join(golden, 'models', name)), new Random(3));

/** The names of the weights in a file of a folder. */
const namesIn = (at: string, file: string): string[] =>
  readSafetensorsHeader(join(at, `${file}.safetensors`))
    .entries.map(({ name }) => name)
    .sort();

const scoresOf = (model: RewardModel, groups: readonly Responses[]): number[] =>
  tidy(() => noGrad(() => responseScores(model, groups).toArray()));

// float32 on both sides, sums of some dozen terms of size 1 in another order; what the issue allows a score to move.
const close = { atol: 1e-5 };

for (const name of whole) {
  test(`${name}: a model that transformers made gives transformers' scores, wherever its prompt ends`, () => {
    const before = liveTensors();
    {
      using model = loadReward(join(rewards, name));
      for (const { ids, score } of expectedOf(name).sequences) {
        assertClose(scoreAlone(model, ids), score, close);
        for (let cut = 1; cut < ids.length; cut++) {
          const [own] = scoresOf(model, [{ prompt: ids.slice(0, cut), responses: [ids.slice(cut)] }]);
          assertClose(own!, score, { ...close, what: `${ids} cut at ${cut}` });
        }
      }
    }
    assert.equal(liveTensors(), before);
  });

  test(`${name}: saved and loaded again it has transformers' names and gives the same scores, to the last bit`, () => {
    const saved = join(folder, name);
    using model = loadReward(join(rewards, name));
    saveModel(model, saved);
    using again = loadReward(saved);
    const groups = expectedOf(name).sequences.map(({ ids }) => ({ prompt: [1], responses: [ids] }));
    assert.deepEqual(scoresOf(again, groups), scoresOf(model, groups));
    assert.deepEqual(namesIn(saved, 'model'), namesIn(join(rewards, name), 'model'));
  });
}

for (const name of adapters) {
  test(`${name}: PEFT's SEQ_CLS adapter on a language model gives PEFT's scores, also merged`, () => {
    const { base, sequences, merged } = expectedOf(name);
    using model = loadModel(join(golden, base));
    loadAdapter(model, join(rewards, name));
    assert.ok(isRewardModel(model));
    for (const { ids, score } of sequences) assertClose(scoreAlone(model, ids), score, close);
    mergeAdapters(model);
    for (const { ids, score } of merged) assertClose(scoreAlone(model, ids), score, close);
  });

  test(`${name}: an adapter that is loaded and saved has PEFT's names and settings, and gives the same scores`, () => {
    const { base, sequences } = expectedOf(name);
    const saved = join(folder, name);
    using model = loadModel(join(golden, base));
    loadAdapter(model, join(rewards, name));
    saveAdapter(model, saved, { base });
    using again = loadModel(join(golden, base));
    loadAdapter(again, saved);
    for (const { ids } of sequences)
      assert.equal(scoreAlone(again as RewardModel, ids), scoreAlone(model as RewardModel, ids));
    assert.deepEqual(namesIn(saved, 'adapter_model'), namesIn(join(rewards, name), 'adapter_model'));
    const config = (at: string) => readJson(join(at, 'adapter_config.json'));
    assert.equal(config(saved).task_type, config(join(rewards, name)).task_type);
    assert.deepEqual(config(saved).modules_to_save, ['score']);
  });
}

const families = ['llama-gqa-tied', 'llama', 'mistral', 'qwen2', 'gpt2'];
const ids = (minLength: number) => fc.array(fc.integer({ min: 0, max: 96 }), { minLength, maxLength: 9 });
const group = fc.record({ prompt: ids(1), responses: fc.array(ids(1), { minLength: 1, maxLength: 3 }) });

for (const name of families) {
  test(`${name}: no batch, order, neighbour or shared prompt moves a score by more than 1e-5`, () => {
    using model = headed(name);
    fc.assert(
      fc.property(fc.array(group, { minLength: 1, maxLength: 4 }), (groups) => {
        const together = scoresOf(model, groups);
        const reversed = scoresOf(model, groups.toReversed().map(backwards)).reverse();
        const apart = groups.flatMap(({ prompt, responses }) => responses.map((response) => [...prompt, ...response]));
        const alone = apart.map((sequence) => scoreAlone(model, sequence));
        assertClose(together, alone, close);
        assertClose(reversed, alone, close);
      }),
      { numRuns: 12, seed: 20261122 },
    );
  });

  test(`${name}: made a reward model, saved whole and loaded, it gives the same scores; its head is the only one`, () => {
    const saved = join(folder, `whole-${name}`);
    using model = headed(name);
    saveModel(model, saved);
    using again = loadReward(saved);
    assert.deepEqual(scoresOf(again, some), scoresOf(model, some));
    assert.deepEqual(
      [...again.namedParameters()].map(([parameter]) => parameter).filter((parameter) => /head|score/.test(parameter)),
      ['score.weight'],
    );
    const config = readJson(join(saved, 'config.json'));
    assert.match(config.architectures[0], /^(Llama|Mistral|Qwen2|GPT2)ForSequenceClassification$/);
    assert.deepEqual([config.num_labels, config.pad_token_id], [1, null]);
  });

  test(`${name}: adapters with a head, saved and loaded onto the language model, give the same scores, also merged`, () => {
    const saved = join(folder, `lora-${name}`);
    using model = headed(name);
    addLora(model, { rank: 2, alpha: 4, targets: allLinear }, new Random(4));
    noGrad(() => {
      for (const [, { loraB }] of adaptersOf(model)) loraB.normal_({ std: 0.1, random: new Random(5) });
    });
    saveAdapter(model, saved, { base: name });
    using again: CausalLm = loadModel(join(golden, 'models', name));
    loadAdapter(again, saved);
    const learned = scoresOf(model, some);
    assert.deepEqual(scoresOf(again as RewardModel, some), learned);
    mergeAdapters(again);
    assertClose(scoresOf(again as RewardModel, some), learned, { atol: 1e-4 }); // W + BA in place of Wx + BAx
    const merged = join(folder, `merged-${name}`);
    saveModel(again, merged);
    using last = loadReward(merged);
    assert.deepEqual(scoresOf(last, some), scoresOf(again as RewardModel, some));
  });
}

const backwards = ({ prompt, responses }: Responses): Responses => ({ prompt, responses: responses.toReversed() });

const some: Responses[] = [
  {
    prompt: [1, 5, 6],
    responses: [
      [7, 8, 2],
      [9, 2],
    ],
  },
  { prompt: [1], responses: [[3, 4, 5, 6, 7, 8, 9, 10, 11, 12]] },
];

test('where the end token also pads, a response that ends with it is read at its end token, however many it has', () => {
  using model = loadReward(join(rewards, 'llama-eos-is-pad'));
  assert.equal(model.config.pad_token_id, model.config.eos_token_id);
  const eos = 2;
  const response = [7, 8, 9];
  const ends = [0, 1, 2].map((count) => [...response, ...Array<number>(count).fill(eos)]);
  const scores = scoresOf(model, [{ prompt: [1, 5], responses: ends }]);
  assert.equal(new Set(scores.map((score) => score.toFixed(4))).size, 3); // each its own token
  assertClose(
    scores,
    ends.map((end) => scoreAlone(model, [1, 5, ...end])),
    close,
  );
});

test('pairScores are the scores of both responses, in the order of the pairs', () => {
  using model = headed('llama');
  const pairs = [
    { prompt: [1, 2], chosen: [3, 4], rejected: [5] },
    { prompt: [6], chosen: [7], rejected: [8, 9, 10] },
  ];
  const { chosen, rejected } = tidy(() =>
    noGrad(() => {
      const scores = pairScores(model, pairs);
      return { chosen: scores.chosen.toArray(), rejected: scores.rejected.toArray() };
    }),
  );
  const alone = (side: 'chosen' | 'rejected') =>
    pairs.map((pair) => scoreAlone(model, [...pair.prompt, ...pair[side]]));
  assertClose(chosen, alone('chosen'), close);
  assertClose(rejected, alone('rejected'), close);
});

test('responseValues: before each token, the score of what stands there so far', () => {
  using model = headed('gpt2');
  const groups = [{ prompt: [1, 5], responses: [[7, 8, 2], [9]] }];
  const values = tidy(() => noGrad(() => responseValues(model, groups).toArray()));
  const prefixes = [
    [1, 5],
    [1, 5, 7],
    [1, 5, 7, 8],
    [1, 5],
  ];
  assertClose(
    values,
    prefixes.map((prefix) => scoreAlone(model, prefix)),
    close,
  );
});

test('a new head is drawn by its seed alone, with variance 1/(hidden + 1); a reward model keeps the head it has', () => {
  using model = headed('llama');
  using same = headed('llama');
  const weights = model.score.weight.toArray();
  assert.deepEqual(same.score.weight.toArray(), weights);
  assert.equal(asRewardModel(model, new Random(99)), model);
  assert.deepEqual(model.score.weight.toArray(), weights);
  // 64 heads of 32: the mean square has a standard error of √(2/2048)/33.
  const squares = Array.from({ length: 64 }, (_, seed) => {
    using other = asRewardModel(loadModel(join(golden, 'models/llama')), new Random(seed));
    return other.score.weight.toArray().reduce((sum, w) => sum + w * w, 0);
  });
  const variance = squares.reduce((a, b) => a + b) / (64 * 32);
  assertClose(variance, 1 / 33, { atol: (4 * Math.sqrt(2 / 2048)) / 33 });
});

test('in bfloat16 the head still computes in float32: two responses do not tie by rounding', () => {
  using model = asRewardModel(
    loadModel(join(golden, 'models/llama'), { dtype: 'bfloat16', device: 'cpu' }),
    new Random(3),
  );
  const [score] = scoresOf(model, [{ prompt: [1, 5], responses: [[7, 8, 2]] }]);
  assert.notEqual(
    score,
    tidy(() => tensor([score!]).to('bfloat16').to('float32').toArray()[0]!),
  );
});

test('a head of several labels, and an adapter without the head it names, are refused with file and field', () => {
  const labels = join(folder, 'labels');
  cpSync(join(rewards, 'llama'), labels, { recursive: true });
  const config = readJson(join(labels, 'config.json'));
  writeFileSync(join(labels, 'config.json'), JSON.stringify({ ...config, id2label: { 0: 'bad', 1: 'good' } }));
  assert.throws(() => loadModel(labels), { code: 'file', message: /config\.json.*"id2label".*one label/ });

  using model = headed('gpt2');
  addLora(model, { rank: 2, alpha: 4, targets: ['c_attn'] }, new Random(4));
  const plain = join(folder, 'headless');
  using language = loadModel(join(golden, 'models/gpt2'));
  addLora(language, { rank: 2, alpha: 4, targets: ['c_attn'] }, new Random(4));
  saveAdapter(language, plain, { base: 'gpt2' });
  const adapter = readJson(join(plain, 'adapter_config.json'));
  writeFileSync(join(plain, 'adapter_config.json'), JSON.stringify({ ...adapter, modules_to_save: ['score'] }));
  using other = loadModel(join(golden, 'models/gpt2'));
  assert.throws(() => loadAdapter(other, plain), { code: 'file', message: /has no score\.weight/ });
});
