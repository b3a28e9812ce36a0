/**
 * What does the reference reward do to the variance of rewards and advantages? The storyteller responds to prompts twice,
 * y and y_ref, and the reward model of recipes/rlhf/compare.ts scores both; the critic starts from the reward model, as
 * in training. Once the scores are taken as they are, and once half of the prompts are of a task whose scores stand 4
 * higher, as tasks do in Figure 3 of ChatGLM-RLHF (arXiv:2404.00934). Three seeds, 160 prompts each.
 *
 *   node recipes/rlhf/referenceReward.ts [OUT]
 *
 * Some minutes after compare.ts has left its reward model in OUT. docs/ppo.md has its table.
 */
import { join } from 'node:path';
import {
  encodePrompt,
  experience,
  isRewardModel,
  openModel,
  type Responses,
  type RlPrompt,
  rewardFrom,
  rollOut,
  tokenReference,
} from '@attune/align';
import { readPrompts, standardDeviation } from '@attune/preferences';
import { withHalf } from './tools.ts';

const out = process.argv[2] ?? 'runs/rlhf';
const [seeds, count, level] = [[1, 2, 3], 160, 4];
const kind = { dtype: 'float32', device: 'cpu' } as const;
using policy = await openModel('models/storyteller', kind);
using scorer = await openModel(join(out, 'reward'), kind);
if (!isRewardModel(scorer.model)) throw new Error(`${out}/reward is no reward model.`);
const critic = scorer.model;
const [score, reference] = [rewardFrom(critic), tokenReference(policy.model)];
const { prompts } = await readPrompts('models/storyteller/prompts.jsonl');
const assessment = {
  ...({ estimator: 'gae', klEstimator: 'k1', beta: 0.05, gamma: 1, lambda: 0.95 } as const),
  ...{ missingEosPenalty: 0, whitenRewards: false, whitenAdvantages: false },
};

for (const raised of [0, level]) {
  const levelOf = (ids: readonly number[]) => (places.get(ids.join())! % 2 === 0 ? raised : 0);
  const reward = (groups: readonly Responses[]) => {
    const levels = groups.flatMap(({ prompt, responses }) => responses.map(() => levelOf(prompt)));
    return score(groups).map((value, i) => value + levels[i]!);
  };
  const places = new Map<string, number>();
  const measured: Record<'raw' | 'less', { rewards: number; advantages: number }>[] = [];
  for (const seed of seeds) {
    const some = prompts.slice((seed - 1) * count, seed * count).map(({ id, prompt }, i): RlPrompt => {
      const ids = encodePrompt(policy.tokenizer, prompt);
      places.set(ids.join(), i);
      return { id: id!, ids, referenceScore: 0 };
    });
    const how = { samples: 1, maxNewTokens: 200, endIds: policy.tokenizer.eosIds, rows: 80 };
    const sampled = await rollOut(policy.model, some, { ...how, seed });
    const other = await rollOut(policy.model, some, { ...how, seed: seed + 100 });
    const judges = { reward, reference, critic };
    const baselines = await experience(judges, other, assessment, 16);
    const withReference = sampled.map((group, i) => ({
      ...group,
      prompt: { ...group.prompt, referenceScore: baselines[i]!.responses[0]!.score },
    }));
    const [raw, less] = [sampled, withReference].map((groups) => experience(judges, groups, assessment, 16));
    const variances = (of: (typeof baselines)[number]['responses'][number][]) => ({
      rewards: standardDeviation(of.map((response) => response.reward)) ** 2,
      advantages: standardDeviation(of.flatMap((response) => response.advantages)) ** 2,
    });
    const flat = async (groups: typeof raw) => (await groups!).flatMap(({ responses }) => responses);
    measured.push({ raw: variances(await flat(raw)), less: variances(await flat(less)) });
  }
  console.log(`\n${raised === 0 ? 'scores as they are' : `half of the prompts stand ${level} higher`}`);
  for (const [name, key] of [
    ['RM(x,y)', 'raw'],
    ['RM(x,y) − RM(x,y_ref)', 'less'],
  ] as const) {
    const column = (of: 'rewards' | 'advantages') =>
      withHalf(
        measured.map((each) => each[key][of]),
        2,
      );
    console.log(`  ${name.padEnd(24)} variance of rewards ${column('rewards')}, of advantages ${column('advantages')}`);
  }
}
