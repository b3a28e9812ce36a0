import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pairs, tinyModel, writeLines } from './fixture.ts';

/** What `train spa` needs, in a folder: paths. */
export interface SpaFiles {
  readonly model: string;
  /** Ten labelled pairs. */
  readonly data: string;
  /** Fourteen other prompts. */
  readonly prompts: string;
}

/** Makes it: a policy of 2 layers, ten labelled pairs, and prompts. */
export async function spaFiles(root: string): Promise<SpaFiles> {
  const all = pairs(24, { weights: false });
  return {
    model: await tinyModel(join(root, 'model')),
    data: writeLines(join(root, 'pairs.jsonl'), all.slice(0, 10)),
    prompts: writeLines(
      join(root, 'prompts.jsonl'),
      all.slice(10).map(({ id, prompt }) => ({ id, prompt })),
    ),
  };
}

/** Settings of a small run: three steps on the seed, then rounds of eight and six prompts, four pairs a step at most. */
export const quickSpa = ({ model, data, prompts }: SpaFiles) => ({
  ...{ model, data, prompts, prompts_per_round: [8, 6] },
  ...{ response_length: 6, local_rollout_forward_batch_size: 8 },
  ...{ seed_epochs: 1, per_device_train_batch_size: 2, gradient_accumulation_steps: 2 },
  ...{ learning_rate: 0.01, warmup_steps: 0, num_train_epochs: 2, save_steps: 1 },
  ...{ noise_window: 4, noise_share: 0.5, refine_after: 0.25 },
});

/** The objects of a JSONL file of a run. */
export const linesIn = (...path: string[]): Record<string, unknown>[] =>
  readFileSync(join(...path), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
