import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { bytesOf, liveTensors, noGrad, Random, type Tensor, tidy } from '@attune/torch';
import { loadAdapter, saveAdapter } from '../../src/models/adapters.ts';
import type { CausalLm } from '../../src/models/CausalLm.ts';
import { createModel } from '../../src/models/create.ts';
import { asRewardModel, type RewardModel } from '../../src/models/rewardModel.ts';
import { sharing } from '../../src/models/sharing.ts';
import { adaptersOf, addLora, allLinear } from '../../src/nn/lora.ts';
import { type PpoStep, ppo } from '../../src/trainers/ppo.ts';
import { rewardFrom, tokenReference, valuesOf } from '../../src/trainers/rollouts.ts';
import { assessment, criticOf, eightPrompts, rollouts, runOf } from '../trainers/rl.ts';
import { eightTexts, inParts, updating } from '../trainers/runs.ts';
import { type Family, scoreAlone, tinyConfigs, tinyModel, tokenLogpsOf } from './plain.ts';

const root = mkdtempSync(join(tmpdir(), 'attune-sharing-'));
after(() => rmSync(root, { recursive: true }));

/** Fills every adapter and score head with random numbers, so that they do something. */
function randomise(model: CausalLm, seed: number): void {
  const random = new Random(seed);
  const parts = adaptersOf(model).flatMap(([, { loraA, loraB }]) => [loraA, loraB]);
  noGrad(() => {
    for (const part of [...parts, ...(model.score ? [model.score.weight] : [])]) part.normal_({ std: 0.3, random });
  });
}

/** The folder of a reward model that is an adapter on the tiny model. */
function rewardAdapter(family: Family): string {
  const folder = join(root, family);
  using model = asRewardModel(tinyModel(family), new Random(1));
  addLora(model, { rank: 2, alpha: 4, targets: allLinear }, new Random(1));
  randomise(model, 3);
  saveAdapter(model, folder, { base: 'the tiny model' });
  return folder;
}

const folders = { llama: rewardAdapter('llama'), mistral: rewardAdapter('mistral'), gpt2: rewardAdapter('gpt2') };

/** Policy, reward model and critic: on one trunk, or each on its own. */
function roles(family: Family, isShared: boolean) {
  const policy = tinyModel(family);
  const scoring = (): RewardModel => {
    const trunk = isShared ? sharing(policy) : tinyModel(family);
    loadAdapter(trunk, folders[family]);
    return asRewardModel(trunk, new Random(0));
  };
  const [reward, critic] = [scoring(), scoring()];
  for (const parameter of reward.parameters()) parameter.setRequiresGrad(false);
  critic.score.weight.setRequiresGrad();
  addLora(policy, { rank: 2, alpha: 4, targets: allLinear }, new Random(8));
  return { policy, reward, critic, all: [policy, reward, critic] };
}

const trained = (model: CausalLm): number[] =>
  [...model.trainable().values()].flatMap((parameter) => parameter.toArray());

/** Two iterations with critic, SFT term and two epochs; and what everybody says before and after. */
async function run(family: Family, isShared: boolean) {
  const { policy, reward, critic, all } = roles(family, isShared);
  const [own, critics] = [updating(policy), updating(critic)];
  const spoken = { prompt: [1, 2, 3], responses: [[4, 5, 6], [7]] };
  const heard = () => [
    rewardFrom(reward)([spoken]),
    valuesOf(critic, [spoken]),
    tokenReference(policy, { adaptersOff: true })([spoken]),
    tokenReference(policy)([spoken]),
  ];
  const before = heard();
  const judges = { policy, reward: rewardFrom(reward), reference: tokenReference(policy, { adaptersOff: true }) };
  const steps: PpoStep[] = await Array.fromAsync(
    ppo(
      runOf(judges, own, {
        ...{ critic: criticOf(critic, critics), sft: { coef: 0.1, batch: () => eightTexts } },
        ...{ assessment: { ...assessment, missingEosPenalty: 0.5 }, rollouts: { ...rollouts, endIds: [4, 9] } },
        ...{ epochs: 2, miniBatches: 2, windows: [inParts(eightPrompts, 2), inParts(eightPrompts, 2)] },
      }),
    ),
  );
  const numbers = steps.map(({ experience: _, ...step }) => step);
  const weights = [trained(policy), trained(critic)];
  const result = { before, after: heard(), numbers, weights };
  for (const { optimizer } of [own, critics]) optimizer[Symbol.dispose]();
  for (const model of all) model[Symbol.dispose]();
  return result;
}

for (const family of ['llama', 'mistral', 'gpt2'] as const) {
  test(`${family}: on one trunk four models say and learn what four models of their own do, to the last bit`, async () => {
    const apart = await run(family, false);
    const shared = await run(family, true);
    assert.deepEqual(shared, apart);
    assert.ok(apart.weights.every((weights) => weights.length > 0));
    assert.deepEqual(shared.after[0], shared.before[0], 'the reward model is frozen');
    assert.deepEqual(shared.after[2], shared.before[2], 'the reference is frozen');
    assert.notDeepEqual(shared.after[1], shared.before[1], 'the critic learned');
    assert.notDeepEqual(shared.after[3], shared.before[3], 'the policy learned');
  });
}

test('each of them is the plain model with its adapters, though the others stand on the same trunk', () => {
  const { policy, reward, critic, all } = roles('llama', true);
  using plain = tinyModel();
  using alone = tinyModel();
  loadAdapter(alone, folders.llama);
  const ids = [1, 2, 3, 4];
  assert.equal(scoreAlone(reward, ids), scoreAlone(alone as RewardModel, ids));
  randomise(critic, 5); // what one learns, the others do not see
  assert.equal(scoreAlone(reward, ids), scoreAlone(alone as RewardModel, ids));
  assert.deepEqual(tokenLogpsOf(policy, ids), tokenLogpsOf(plain, ids)); // new adapters change nothing yet
  for (const model of all) model[Symbol.dispose]();
});

const bytes = (tensors: readonly Tensor[]): number =>
  tensors.reduce((sum, { size, dtype }) => sum + size * bytesOf(dtype), 0);

/** Whether two tensors are one memory: a change of the one is seen in the other. */
function isOne(a: Tensor, b: Tensor): boolean {
  return tidy(() =>
    noGrad(() => {
      const before = b.toArray()[0]!;
      a.add_(1);
      const moved = b.toArray()[0] !== before;
      a.sub_(1);
      return moved;
    }),
  );
}

test('four models on one trunk take the memory of one and of their adapters, and give it back', () => {
  const live = liveTensors();
  const config = { ...tinyConfigs.llama, vocab_size: 499 };
  const policy = createModel(config, new Random(1), { dtype: 'float32', device: 'cpu' });
  const trunk = new Map(policy.namedParameters());
  const own = { rank: 2, alpha: 4, targets: allLinear };
  const twins = [1, 2].map((seed) => {
    const twin = asRewardModel(sharing(policy), new Random(seed));
    addLora(twin, own, new Random(seed));
    return twin;
  });
  addLora(policy, own, new Random(3));
  let [sum, shared] = [bytes(policy.parameters()), 0]; // the reference is the policy with its adapters off
  for (const twin of twins) {
    for (const [name, parameter] of twin.namedParameters()) {
      const isNew = /lora_|score/.test(name);
      assert.equal(trunk.has(name) && isOne(trunk.get(name)!, parameter), !isNew, name);
      if (isNew) sum += bytes([parameter]);
      else shared += bytes([parameter]);
    }
  }
  const one = bytes([...trunk.values()]);
  assert.ok(sum < 1.25 * one, `${sum} bytes for ${one} of one model`); // rank 2 beside 16 channels: 0.06 for each
  assert.ok(sum + shared > 2 * one);

  twins[0]![Symbol.dispose](); // each on its own
  assert.ok(tokenLogpsOf(policy, [1, 2, 3]).every(Number.isFinite));
  policy[Symbol.dispose]();
  assert.ok(Number.isFinite(scoreAlone(twins[1]!, [1, 2, 3])));
  twins[1]![Symbol.dispose]();
  assert.equal(liveTensors(), live);
});
