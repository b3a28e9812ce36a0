import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noGrad, Random, tensor, tidy } from '@attune/torch';
import { pack } from '../../src/data/pack.ts';
import { preferenceLoss } from '../../src/losses/preferenceLoss.ts';
import { createModel } from '../../src/models/create.ts';
import { Packed } from '../../src/models/Packed.ts';
import { selectedLogps } from '../../src/models/tokenLogps.ts';
import { pairLogps } from '../../src/trainers/logps.ts';
import { Tally } from '../../src/trainers/Tally.ts';
import { assertClose } from '../assertClose.ts';
import { noShared, readJson, shared } from '../shared.ts';
import { tinyConfigs } from './plain.ts';

// Values that the tests of other projects assert. Every entry of the file is checked here, checked elsewhere, or skipped
// with the reason; one that is none of these fails.

const path = shared('reference', 'published.json');
// biome-ignore lint/suspicious/noExplicitAny: each entry has a form of its own
type Entry = any;

const checks: Record<string, (entry: Entry) => void> = {
  nll_confident({ expected }) {
    // Logits 999 at the right next token, then at a wrong one; the mean over the two tokens whose mask is 1.
    const ids = [0, 1, 2, 3];
    for (const [i, shift] of [1, 2].entries()) {
      const logits = ids.map((id) => Array.from({ length: 16 }, (_, v) => (v === (id + shift) % 16 ? 999 : 0)));
      const nll = tidy(() =>
        selectedLogps(tensor(logits.slice(1, 3)), tensor([2, 3], { dtype: 'int64' }))
          .mean()
          .neg()
          .item(),
      );
      assertClose(nll, expected[i], { atol: 1e-4 });
    }
  },

  dpo_equal_pair_plus_sft({ expected }) {
    // A head of zeros makes every logit 0: the preference loss is ln 2; with the cross-entropy at ½, summed, more.
    using model = createModel({ ...tinyConfigs.llama, vocab_size: 16 }, new Random(0), {
      dtype: 'float64',
      device: 'cpu',
    });
    noGrad(() => void model.head.zero_());
    tidy(() => {
      const { logps, lengths } = pairLogps(model, [{ prompt: [1, 2], chosen: [3, 4], rejected: [5, 6] }]);
      const same = { chosen: logps.chosen.clone(), rejected: logps.rejected.clone() };
      const options = { beta: 0.1, tokensPerPair: 1 }; // a sum over tokens, as there
      const preference = preferenceLoss({ types: ['sigmoid'] })(logps, same, lengths, options);
      const both = preferenceLoss({ types: ['sigmoid', 'sft'], weights: [1, 0.5] })(logps, same, lengths, options);
      assertClose(preference.item(), expected[0], { rtol: 1e-12 });
      assertClose(both.item(), expected[1], { rtol: 1e-12 });
    });
  },

  masked_variance({ x, mask, expected }) {
    const kept = (x as number[]).filter((_, t) => mask[t] === 1); // masks choose here; nothing is multiplied by 0
    assertClose(
      tidy(() => tensor(kept).var().item()),
      expected,
    );
  },

  preference_collator({ examples, expected }) {
    // No padding here: a row's prompt is one segment, its response another that continues it.
    const rows = ['chosen_ids', 'rejected_ids'].flatMap((side) => examples.map((e: Entry) => [e.prompt_ids, e[side]]));
    for (const [i, [prompt, response]] of rows.entries()) {
      const { ids, positions } = new Packed([{ ids: prompt }, { ids: response, after: 0 }]);
      const kept = expected.attention_mask[i].filter((m: number) => m === 1).length;
      assert.deepEqual(ids, expected.input_ids[i].slice(0, kept));
      assert.deepEqual(
        tidy(() => positions.toArray()),
        ids.map((_, t) => t),
      );
      assert.equal(expected.completion_mask[i].indexOf(1), prompt.length);
      assert.equal(expected.completion_mask[i].filter((m: number) => m === 1).length, response.length);
    }
  },

  packing({ wrapped }) {
    // Blocks of equal length; what fills none is counted and left out, where TRL gives a shorter last block.
    for (const { input_ids, length, expected } of wrapped) {
      const { blocks, leftOver } = pack(input_ids, length);
      assert.deepEqual(
        blocks,
        expected.filter((block: number[]) => block.length === length),
      );
      assert.equal(leftOver, expected.at(-1).length % length);
    }
  },

  loss_aggregation({ token_mean: { loss, mask, expected } }) {
    // The trainers' means are over everything that was counted, however it was batched: of tokens, the token mean.
    const tally = new Tally<'loss'>();
    for (const [i, row] of (loss as number[][]).entries()) {
      const kept = row.filter((_, t) => mask[i][t] === 1);
      tally.add(
        'loss',
        kept.reduce((a, b) => a + b, 0),
        kept.length,
      );
    }
    assertClose(tally.mean('loss'), expected, { rtol: 1e-12 });
  },
};

const elsewhere: Record<string, string> = {
  masked_mean: 'test/losses/publishedPpo.test.ts',
  ppo_policy_loss: 'test/losses/publishedPpo.test.ts',
  ppo_rewards_with_kl: 'test/losses/publishedPpo.test.ts',
  ppo_clip_three_tokens: 'test/losses/publishedPpo.test.ts',
  reinforce_three_tokens: 'test/losses/publishedPpo.test.ts',
  gae_returns: 'test/losses/publishedPpo.test.ts',
  gae_lambda_zero: 'test/losses/publishedPpo.test.ts',
  dpo_loss: 'test/losses/publishedValues.test.ts',
  rso_hinge_loss: 'test/losses/publishedValues.test.ts',
  cosine_schedule_with_warmup: "torch's test/schedules.test.ts",
  swiglu_mlp_residual: 'test/nn/layers.test.ts',
  annotator_agreement: "preferences' test/stats/agreement.test.ts",
  bradley_terry: "preferences' test/evals/leaderboard/published.test.ts",
};

const missing: Record<string, string> = {
  length_bias: 'a judge’s biases are effects of a regression here, not shares of pairs',
  list_bias: 'a judge’s biases are effects of a regression here, not shares of pairs',
  generalised_jsd: 'there is no distillation',
  top_entropy_mask: 'there is no entropy mask (GRPO)',
  rule_rewards: 'there are no rule-based rewards',
};

const entries: Record<string, Entry> = path
  ? readJson(path)
  : Object.fromEntries(Object.keys(checks).map((k) => [k, {}]));
for (const [name, entry] of Object.entries(entries)) {
  if (name === 'note') continue;
  test(`published values: ${name}`, (t) => {
    if (!path) return t.skip(noShared);
    if (checks[name]) return checks[name](entry);
    if (elsewhere[name]) return t.diagnostic(`checked in ${elsewhere[name]}`);
    assert.ok(missing[name], `${name} is an entry that nothing is known of`);
    return t.skip(missing[name]);
  });
}
