import { join } from 'node:path';
import { readStepLines, type StepLine } from '../../src/run/lines.ts';
import { attune } from './attune.ts';
import { pairs, settingsFile, texts, tinyModel, writeLines } from './fixture.ts';
import { tinyRewardModel } from './rewardFixture.ts';

/** What `train ppo` needs, in a folder: paths. */
export interface RlFiles {
  readonly model: string;
  readonly reward: string;
  /** A reward model that is an adapter on `model`. */
  readonly adapter: string;
  readonly prompts: string;
  readonly heldOut: string;
  readonly texts: string;
}

/** Makes it: a policy and a reward model of 2 layers, a reward adapter, ten prompts, three held out, and ten texts. */
export async function rlFiles(root: string): Promise<RlFiles> {
  const model = await tinyModel(join(root, 'model'));
  const reward = await tinyRewardModel(join(root, 'reward'));
  const prompts = pairs(13).map(({ id, prompt }) => ({ id, prompt }));
  const data = writeLines(join(root, 'pairs.jsonl'), pairs(8));
  const settings = { model, data, use_lora: true, lora_r: 2, max_steps: 2, learning_rate: 0.05 };
  const trained = await attune('train', 'reward', settingsFile(root, 'adapter', settings));
  if (trained.code !== 0) throw new Error(trained.stderr);
  return {
    model,
    reward,
    adapter: join(root, 'adapter'),
    prompts: writeLines(join(root, 'prompts.jsonl'), prompts.slice(0, 10)),
    heldOut: writeLines(join(root, 'held-out.jsonl'), prompts.slice(10)),
    texts: writeLines(join(root, 'texts.jsonl'), texts(10, 'completions')),
  };
}

/** Settings of a small run: six iterations of four responses of up to six tokens. */
export const quickPpo = ({ model, reward, prompts }: RlFiles) => ({
  ...{ model, reward_model: reward, data: prompts },
  ...{ response_length: 6, per_device_train_batch_size: 2, gradient_accumulation_steps: 2 },
  ...{ max_steps: 6, save_steps: 2, learning_rate: 0.01, critic_learning_rate: 0.01 },
});

/** The lines of a file of a run without the times. */
export const linesOf = (run: string, name: 'metrics' | 'samples'): Omit<StepLine, 'time'>[] =>
  readStepLines(join(run, `${name}.jsonl`)).map(({ time: _, ...line }) => line);
