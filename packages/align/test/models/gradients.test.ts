import { test } from 'node:test';
import { AdamW, clipGradNorm, noGrad, Random, type Tensor, tensor, tidy, zeros } from '@attune/torch';
import type { EncodedPair, EncodedText } from '../../src/data/encode.ts';
import {
  bradleyTerry,
  implicitRewards,
  ipoLoss,
  type LossOptions,
  oddsRatioLoss,
  type PairLogps,
  type PairwiseLoss,
  preferenceLosses,
  sigmoidLoss,
} from '../../src/losses/index.ts';
import type { CausalLm } from '../../src/models/CausalLm.ts';
import { loadModel } from '../../src/models/load.ts';
import { asRewardModel, type RewardModel } from '../../src/models/rewardModel.ts';
import { dpo } from '../../src/trainers/dpo.ts';
import { type ScoredPairs, textLogps } from '../../src/trainers/logps.ts';
import { type ReferenceLogps, rememberedReference } from '../../src/trainers/reference.ts';
import { reward } from '../../src/trainers/reward.ts';
import { responseScores } from '../../src/trainers/scores.ts';
import { sft } from '../../src/trainers/sft.ts';
import { assertClose } from '../assertClose.ts';
import { noShared, readJson, shared } from '../shared.ts';
import { learning } from './plain.ts';

interface Gradients {
  readonly total_norm: number;
  readonly norms: Record<string, number>;
  readonly first4: Record<string, number[]>;
}

interface Pair {
  readonly chosen_ids: number[];
  readonly chosen_completion_start: number;
  readonly rejected_ids: number[];
  readonly rejected_completion_start: number;
  readonly policy_chosen_logp: number;
  readonly policy_rejected_logp: number;
  readonly reference_chosen_logp: number;
  readonly reference_rejected_logp: number;
  readonly losses: Record<string, number>;
}

interface Reference {
  readonly sft: { sequences: { ids: number[]; completion_start: number }[]; loss: number; grad: Gradients };
  readonly dpo: { beta: number; pairs: Pair[]; mean_sigmoid_loss: number; grad_of_mean_sigmoid_loss: Gradients };
  readonly dpo_adamw: { trajectory: { loss: number; grad_norm: number; reward_margins: number[] }[] };
  readonly reward_model: {
    rewards: [chosen: number, rejected: number][];
    loss: number;
    grad_w_first4: number[];
    grad_w_norm: number;
    grad: Gradients; // of everything but the head
  };
}

const models = {
  stories260K: 'stories260K/stories260K.bin',
  'tinystories-656k': 'tinystories-656k',
  'tiny-random-gpt2': 'tiny-random-gpt2',
};

/** The reference's loss names, and the losses and options they stand for: see its README. */
const losses: Record<string, [PairwiseLoss, Partial<LossOptions>]> = {
  sigmoid: [sigmoidLoss, {}],
  'sigmoid_label_smoothing_0.1': [sigmoidLoss, { labelSmoothing: 0.1 }],
  'robust_0.1': [preferenceLosses.robust.loss, { labelSmoothing: 0.1 }],
  hinge: [preferenceLosses.hinge.loss, {}],
  ipo_mean_logps: [preferenceLosses.ipo.loss, {}],
  ipo_sum_logps: [(p, r, l, options) => ipoLoss(p, r, l, { ...options, averaged: false }), {}],
  'exo_pair_ls_1e-3': [preferenceLosses.exo_pair.loss, { labelSmoothing: 1e-3 }],
  simpo_beta2_gamma1: [preferenceLosses.simpo.loss, { beta: 2, simpoGamma: 1 }],
  orpo_odds_ratio_term: [(policy, _reference, lengths) => oddsRatioLoss(policy, lengths), {}],
};

const llamaNames: [RegExp, string][] = [
  [/^tok_embeddings$/, 'model.embed_tokens.weight'],
  [/^norm$/, 'model.norm.weight'],
  [/\.attention_norm$/, '.input_layernorm.weight'],
  [/\.ffn_norm$/, '.post_attention_layernorm.weight'],
  [/\.w([qkvo])$/, '.self_attn.$1_proj.weight'],
  [/\.w1$/, '.mlp.gate_proj.weight'],
  [/\.w2$/, '.mlp.down_proj.weight'],
  [/\.w3$/, '.mlp.up_proj.weight'],
  [/^layers\./, 'model.layers.'],
];

const localName = (name: string) => llamaNames.reduce((n, [theirs, ours]) => n.replace(theirs, ours), name);

const encoded = (pair: Pair): EncodedPair => ({
  prompt: pair.chosen_ids.slice(0, pair.chosen_completion_start),
  chosen: pair.chosen_ids.slice(pair.chosen_completion_start),
  rejected: pair.rejected_ids.slice(pair.rejected_completion_start),
});

const referenceOf = (pairs: readonly Pair[]): ReferenceLogps =>
  pairs.map((pair) => [pair.reference_chosen_logp, pair.reference_rejected_logp]);

/** Whether both responses of each pair follow the same tokens, as our pairs do. */
const sharePrompts = (pairs: readonly Pair[]): boolean =>
  pairs.every(
    (p) =>
      p.chosen_ids.slice(0, p.chosen_completion_start).join() ===
      p.rejected_ids.slice(0, p.rejected_completion_start).join(),
  );

/** What pairLogps gives, from whole sequences, so that the two responses may follow different tokens. */
function scoredApart(model: CausalLm, pairs: readonly Pair[]): ScoredPairs {
  const texts = pairs.flatMap((p) => [
    text(p.chosen_ids, p.chosen_completion_start),
    text(p.rejected_ids, p.rejected_completion_start),
  ]);
  const counts = texts.map(({ mask }) => mask.reduce((a, b) => a + b, 0));
  const owners = tensor(
    counts.flatMap((count, i) => Array<number>(count).fill(i)),
    { dtype: 'int64' },
  );
  const { value, backward } = textLogps(model, texts);
  const apart = (x: Tensor) => ({ chosen: x.view([-1, 2]).select(1, 0), rejected: x.view([-1, 2]).select(1, 1) });
  return { logps: apart(zeros([texts.length]).indexAdd(0, owners, value)), lengths: apart(tensor(counts)), backward };
}

const text = (ids: number[], start: number): EncodedText => ({ ids, mask: ids.map((_, i) => (i < start ? 0 : 1)) });

const referenceTensors = (pairs: readonly Pair[]): PairLogps => ({
  chosen: tensor(pairs.map((p) => p.reference_chosen_logp)),
  rejected: tensor(pairs.map((p) => p.reference_rejected_logp)),
});

/** The reference's reward model: its head is w[i] = sin(i + 1)/√hidden. */
function sinusHead(model: CausalLm): RewardModel {
  const rewarding = asRewardModel(model, new Random(0));
  const { weight } = rewarding.score;
  const values = Array.from({ length: weight.size }, (_, i) => Math.sin(i + 1) / Math.sqrt(weight.size));
  tidy(() => noGrad(() => void weight.copy_(tensor([values]))));
  weight.setRequiresGrad();
  return rewarding;
}

function checkRewardGradients(model: RewardModel, { grad, grad_w_first4, grad_w_norm }: Reference['reward_model']) {
  tidy(() => {
    const own = model.score.weight.grad!.flatten();
    assertClose(own.norm().item(), grad_w_norm, { rtol: 1e-4, what: 'norm of the head' });
    assertClose(own.narrow(0, 0, 4).toArray(), grad_w_first4, { rtol: 1e-3, atol: 1e-5, what: 'head' });
  });
  model.score.weight.grad = undefined; // the total is that of the trunk
  checkGradients(model, grad);
}

function checkGradients(model: CausalLm, expected: Gradients): void {
  const named = model.trainable();
  const norms = [...named.values()].map((p) => tidy(() => p.grad?.norm().item() ?? 0));
  assertClose(Math.hypot(...norms), expected.total_norm, { rtol: 1e-3, what: 'total norm' });
  for (const [name, norm] of Object.entries(expected.norms)) {
    tidy(() => {
      const grad = named.get(localName(name))!.grad as Tensor;
      assertClose(grad.norm().item(), norm, { rtol: 1e-3, what: `norm of ${name}` });
      // The first row of a matrix is the same in llama2.c's interleaved order of rows and in ours. Single entries may be differences of much larger terms: within 1e-3 of the matrix's norm spread over its entries.
      const atol = 1e-3 * (norm / Math.sqrt(grad.size));
      assertClose(grad.flatten().narrow(0, 0, 4).toArray(), expected.first4[name]!, { rtol: 1e-3, atol, what: name });
    });
  }
}

for (const [name, path] of Object.entries(models)) {
  const load = (): { model: CausalLm; reference: Reference } | undefined => {
    const [numbers, file] = [shared('reference', 'gradients', `${name}.json`), shared('models', ...path.split('/'))];
    return numbers && file ? { model: learning(loadModel(file)), reference: readJson(numbers) } : undefined;
  };
  /** An optimizer that changes nothing, so that the gradients of a trainer's step can be looked at. */
  const still = (model: CausalLm) => {
    const optimizer = new AdamW(model.parameters());
    optimizer.step = () => {};
    optimizer.zeroGrad = () => {};
    return { optimizer, learningRate: () => 0, maxGradNorm: Number.POSITIVE_INFINITY };
  };

  test(`${name}: the loss and the gradients of supervised fine-tuning are those of float64`, async (t) => {
    const loaded = load();
    if (!loaded) return t.skip(noShared);
    using model = loaded.model;
    const { sequences, loss, grad } = loaded.reference.sft;
    const texts = sequences.map(({ ids, completion_start }) => text(ids, completion_start));
    const updating = still(model);
    using _ = updating.optimizer;
    const [step] = await Array.fromAsync(sft({ policy: model, windows: [[texts]], ...updating }));
    assertClose(step!.loss, loss, { rtol: 1e-4 });
    assertClose(step!.gradNorm, grad.total_norm, { rtol: 1e-3 });
    checkGradients(model, grad);
  });

  test(`${name}: log-probabilities of pairs, nine losses and the gradients of DPO are those of float64`, (t) => {
    const loaded = load();
    if (!loaded) return t.skip(noShared);
    using model = loaded.model;
    const { beta, pairs, mean_sigmoid_loss, grad_of_mean_sigmoid_loss } = loaded.reference.dpo;
    tidy(() => {
      const { logps, lengths, backward } = scoredApart(model, pairs);
      const reference = referenceTensors(pairs);
      // The sums of float32 terms; the reference is given to ten digits.
      assertClose(
        logps.chosen.toArray(),
        pairs.map((p) => p.policy_chosen_logp),
        { rtol: 1e-5 },
      );
      assertClose(
        logps.rejected.toArray(),
        pairs.map((p) => p.policy_rejected_logp),
        { rtol: 1e-5 },
      );
      for (const [type, [loss, options]] of Object.entries(losses)) {
        const ours = loss(logps, reference, lengths, { beta, ...options }).toArray();
        assertClose(
          ours,
          pairs.map((p) => p.losses[type]!),
          { rtol: 1e-4, atol: 1e-7, what: type },
        );
      }
      const mean = sigmoidLoss(logps, reference, lengths, { beta }).mean();
      assertClose(mean.item(), mean_sigmoid_loss, { rtol: 1e-4 });
      mean.backward();
      backward();
      checkGradients(model, grad_of_mean_sigmoid_loss);
    });
  });

  test(`${name}: the DPO trainer, whose pairs share their prompts, has these gradients too`, async (t) => {
    const loaded = load();
    if (!loaded) return t.skip(noShared);
    using model = loaded.model;
    const { beta, pairs, mean_sigmoid_loss, grad_of_mean_sigmoid_loss } = loaded.reference.dpo;
    if (!sharePrompts(pairs))
      return t.skip('a token crosses the boundary of a prompt here, so it differs within the pair');
    const batch = pairs.map(encoded);
    const updating = still(model);
    using _ = updating.optimizer;
    const [step] = await Array.fromAsync(
      dpo({
        policy: model,
        reference: rememberedReference(batch, referenceOf(pairs)),
        objective: { types: ['sigmoid'], options: { beta } },
        windows: [[batch]],
        ...updating,
      }),
    );
    assertClose(step!.loss, mean_sigmoid_loss, { rtol: 1e-4 });
    checkGradients(model, grad_of_mean_sigmoid_loss);
  });

  test(`${name}: three AdamW steps of DPO follow those of float64`, (t) => {
    const loaded = load();
    if (!loaded) return t.skip(noShared);
    using model = loaded.model;
    const { dpo: given, dpo_adamw } = loaded.reference;
    using optimizer = new AdamW(model.parameters(), { weightDecay: 0.01 });
    for (const { loss: expected, grad_norm, reward_margins } of dpo_adamw.trajectory) {
      tidy(() => {
        const { logps, lengths, backward } = scoredApart(model, given.pairs);
        const reference = referenceTensors(given.pairs);
        const loss = sigmoidLoss(logps, reference, lengths, { beta: given.beta }).mean();
        loss.backward();
        backward();
        assertClose(loss.item(), expected, { rtol: 1e-4, what: 'loss' });
        assertClose(clipGradNorm(optimizer.parameters, Number.POSITIVE_INFINITY), grad_norm, { rtol: 1e-3 });
        // Margins are a tenth of differences of some 50 nats, each to 1e-5 of itself.
        const { margins } = implicitRewards(logps, reference, given.beta);
        assertClose(margins.toArray(), reward_margins, { rtol: 1e-3, atol: 1e-4, what: 'margins' });
      });
      optimizer.step({ learningRate: 1e-4 });
      optimizer.zeroGrad();
    }
  });

  test(`${name}: the rewards, the loss and the gradients of a reward model are those of float64`, (t) => {
    const loaded = load();
    if (!loaded) return t.skip(noShared);
    const { dpo, reward_model: expected } = loaded.reference;
    using model = sinusHead(loaded.model);
    tidy(() => {
      const apart = dpo.pairs.flatMap((p) => [
        { prompt: p.chosen_ids.slice(0, p.chosen_completion_start), responses: [encoded(p).chosen] },
        { prompt: p.rejected_ids.slice(0, p.rejected_completion_start), responses: [encoded(p).rejected] },
      ]);
      const scores = responseScores(model, apart).view([-1, 2]);
      assertClose(scores.flatten().toArray(), expected.rewards.flat(), { rtol: 1e-4, atol: 1e-5 });
      const loss = bradleyTerry({ chosen: scores.select(1, 0), rejected: scores.select(1, 1) }).mean();
      assertClose(loss.item(), expected.loss, { rtol: 1e-5 });
      loss.backward();
      checkRewardGradients(model, expected);
    });
  });

  test(`${name}: the reward trainer, whose pairs share their prompts, has these gradients too`, async (t) => {
    const loaded = load();
    if (!loaded) return t.skip(noShared);
    const { dpo, reward_model: expected } = loaded.reference;
    if (!sharePrompts(dpo.pairs))
      return t.skip('a token crosses the boundary of a prompt here, so it differs within the pair');
    using model = sinusHead(loaded.model);
    const updating = still(model);
    using _ = updating.optimizer;
    // In two micro-batches, whose gradients add up to those of the whole.
    const [first, ...others] = dpo.pairs.map(encoded);
    const [step] = await Array.fromAsync(reward({ model, objective: {}, windows: [[[first!], others]], ...updating }));
    assertClose(step!.loss, expected.loss, { rtol: 1e-5 });
    const margins = expected.rewards.map(([chosen, rejected]) => chosen - rejected);
    assertClose(step!.margin, margins.reduce((a, b) => a + b) / margins.length, { rtol: 1e-4, atol: 1e-5 });
    assertClose(step!.accuracy, margins.filter((margin) => margin > 0).length / margins.length);
    checkRewardGradients(model, expected);
  });
}
