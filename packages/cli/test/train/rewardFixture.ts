import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asRewardModel, encodeResponse, isRewardModel, loadModel, openModel, saveModel } from '@attune/align';
import type { Content } from '@attune/preferences';
import { Random } from '@attune/torch';
import { scoreAlone } from '../../../align/test/models/plain.ts';
import { tinyModel } from './fixture.ts';

/** The tiny Llama with a score head of its own: a reward model folder. */
export async function tinyRewardModel(folder: string): Promise<string> {
  await tinyModel(folder);
  const model = loadModel(folder);
  using rewarding = asRewardModel(model, new Random(7));
  saveModel(rewarding, folder);
  writeFileSync(join(folder, 'generation_config.json'), '{}');
  return folder;
}

/** The score of one response by one plain pass over prompt and response: nothing packed, nothing shared. */
export async function plainScore(path: string, prompt: Content, response: Content): Promise<number> {
  using opened = await openModel(path, { dtype: 'float32', device: 'cpu' });
  if (!isRewardModel(opened.model)) throw new Error(`${path} has no score head`);
  const encoded = encodeResponse(opened.tokenizer, prompt, response, { movedBoundary: 'split' });
  return scoreAlone(opened.model, [...encoded.prompt, ...encoded.response]);
}
