import { AdamW, type Random } from '@attune/torch';
import type { EncodedPair, EncodedText } from '../../src/data/encode.ts';
import type { CausalLm } from '../../src/models/CausalLm.ts';
import { adaptersOf, addLora, allLinear } from '../../src/nn/lora.ts';
import type { Refinement } from '../../src/trainers/spa.ts';
import type { Updating } from '../../src/trainers/Update.ts';
import { learning } from '../models/plain.ts';

// Small data and settings that the tests of the trainers share. Token ids are below 19, as the tiny models need.

const tokens = (seed: number, length: number) => Array.from({ length }, (_, i) => (seed * 7 + i * i * 3 + i) % 19);

/** Eight pairs of prompts and responses of very different lengths. */
export const eightPairs: readonly EncodedPair[] = [
  [1, 2, 9],
  [5, 1, 1],
  [2, 12, 3],
  [9, 4, 4],
  [1, 1, 2],
  [3, 7, 1],
  [4, 2, 6],
  [6, 3, 11],
].map(([prompt, chosen, rejected], i) => ({
  prompt: tokens(i, prompt!),
  chosen: tokens(i + 20, chosen!),
  rejected: tokens(i + 50, rejected!),
}));

/** Eight texts, of which more or fewer tokens are learned. */
export const eightTexts: readonly EncodedText[] = eightPairs.map(({ prompt, chosen }) => ({
  ids: [...prompt, ...chosen],
  mask: [...prompt.map(() => 0), ...chosen.map(() => 1)],
}));

/** `items` as micro-batches of `size`. */
export const inParts = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: items.length / size }, (_, i) => items.slice(i * size, (i + 1) * size));

/** Trains all weights at a fixed rate. The optimizer is the caller's. */
export function updating(model: CausalLm, { learningRate = 1e-2, maxGradNorm = 1 } = {}): Updating {
  if (adaptersOf(model).length === 0) learning(model);
  const optimizer = new AdamW([...model.trainable().values()], { weightDecay: 0.01 });
  return { optimizer, learningRate: () => learningRate, maxGradNorm };
}

/** Adapters with dropout on every layer. */
export function withLora<Model extends CausalLm>(model: Model, weights: Random, noise?: Random): Model {
  addLora(model, { rank: 2, alpha: 4, dropout: 0.3, targets: allLinear }, weights);
  for (const [, adapter] of adaptersOf(model)) adapter.noise = noise;
  return model;
}

export const allWeights = (model: CausalLm): number[] => model.parameters().flatMap((parameter) => parameter.toArray());

/** The paper's refinement, but with a window that fills at once: two of every four pairs are doubted. */
export const halfDoubted: Refinement = {
  alpha: 0.1,
  lambda: 0.5,
  startsAfter: 0,
  window: 4,
  noiseShare: 0.5,
  rule: 'exact',
};

/** Every pair is doubted. */
export const allDoubted: Refinement = { ...halfDoubted, window: 1, noiseShare: 1 };
