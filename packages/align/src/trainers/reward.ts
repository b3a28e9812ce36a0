import { noGrad, type Tensor, tensor, tidy } from '@attune/torch';
import { breathe } from '../breathe.ts';
import type { EncodedPair } from '../data/encode.ts';
import { bradleyTerry, type RankOptions } from '../losses/bradleyTerry.ts';
import type { RewardModel } from '../models/rewardModel.ts';
import { withoutDropout } from '../nn/lora.ts';
import { type PairScores, pairScores } from './scores.ts';
import { Tally } from './Tally.ts';
import { type Updating, update } from './Update.ts';

/** How pairs are ranked: the terms of the loss that all pairs share. */
export type RewardObjective = Pick<RankOptions, 'labelSmoothing' | 'eta' | 'centering'>;

/** A training of a reward model on preference pairs. */
export interface RewardRun extends Updating {
  readonly model: RewardModel;
  readonly objective: RewardObjective;
  /** Each a step: micro-batches whose gradients add up to one update. */
  readonly windows: Iterable<readonly (readonly EncodedPair[])[]>;
}

/** Means over pairs, but for the extremes. Rewards are in nats of log-odds. */
export interface RewardMetrics {
  readonly loss: number;
  readonly accuracy: number; // share of pairs whose chosen response scores higher; equal scores count half
  readonly margin: number; //   chosen − rejected
  readonly meanReward: number; // over both responses of all pairs
  readonly minReward: number;
  readonly maxReward: number;
}

/** What one update of the weights reports. */
export interface RewardStep extends RewardMetrics {
  readonly step: number;
  readonly pairs: number; //    the denominator of the means
  readonly gradNorm: number; // before clipping
  readonly learningRate: number;
  readonly tokens: number; //   of prompts (once) and responses that went through the model
}

/**
 * A reward model from preferences (Hou et al. 2024, arXiv:2404.00934):
 *
 *   L = −log σ(r_w − r_l) + η·(r_w² + r_l²),   r = w · h(last token)
 *
 * Yields after each update. The loss is the mean over all pairs of a step's micro-batches together.
 */
export async function* reward(run: RewardRun): AsyncGenerator<RewardStep> {
  let step = run.stepsDone ?? 0;
  for (const window of run.windows) {
    step++;
    const pairs = window.flat();
    const seen = new Seen();
    for (const batch of window) {
      tidy(() => {
        const scores = pairScores(run.model, batch);
        const losses = rankLosses(run.objective, batch, scores);
        losses.sum().div(pairs.length).backward();
        seen.add(losses, scores);
      });
      await breathe();
    }
    const metrics = seen.metrics();
    const gradNorm = update(run, step, metrics.loss);
    const tokens = pairs.reduce(
      (n, { prompt, chosen, rejected }) => n + prompt.length + chosen.length + rejected.length,
      0,
    );
    yield { step, ...metrics, pairs: pairs.length, gradNorm, learningRate: run.learningRate(step), tokens };
  }
}

/** The scores of a pair, as numbers. */
export interface PairScore {
  readonly chosen: number;
  readonly rejected: number;
}

/** The same numbers on held-out pairs, without learning from them, and the scores themselves in the order of the pairs. */
export function evaluateReward(
  { model, objective }: Pick<RewardRun, 'model' | 'objective'>,
  batches: Iterable<readonly EncodedPair[]>,
): RewardMetrics & { readonly scores: readonly PairScore[] } {
  const seen = new Seen();
  for (const batch of batches) {
    tidy(() =>
      noGrad(() => {
        const scores = withoutDropout(model, () => pairScores(model, batch));
        seen.add(rankLosses(objective, batch, scores), scores);
      }),
    );
  }
  return { ...seen.metrics(), scores: seen.scores };
}

/** [pairs], weighted by the pairs' own weights where the data has any. */
function rankLosses(objective: RewardObjective, batch: readonly EncodedPair[], scores: PairScores): Tensor {
  const column = (values: readonly number[]) => tensor(values, scores.chosen);
  const margin = batch.some((pair) => pair.margin) ? column(batch.map((pair) => pair.margin ?? 0)) : undefined;
  const losses = bradleyTerry(scores, { ...objective, ...(margin && { margin }) });
  if (batch.every((pair) => pair.weight === undefined)) return losses;
  return losses.mul(column(batch.map((pair) => pair.weight ?? 1)));
}

/** What was seen of some pairs. */
class Seen {
  readonly scores: PairScore[] = [];
  readonly #tally = new Tally<'loss' | 'accuracy' | 'margin' | 'meanReward'>();

  add(losses: Tensor, { chosen, rejected }: PairScores): void {
    this.#tally.add('loss', losses.sum().item(), losses.size);
    const lost = rejected.toArray();
    for (const [i, won] of chosen.toArray().entries()) {
      const pair = { chosen: won, rejected: lost[i]! };
      const margin = pair.chosen - pair.rejected;
      this.scores.push(pair);
      this.#tally.add('accuracy', margin > 0 ? 1 : margin === 0 ? 0.5 : 0, 1);
      this.#tally.add('margin', margin, 1);
      this.#tally.add('meanReward', pair.chosen + pair.rejected, 2);
    }
  }

  metrics(): RewardMetrics {
    const all = this.scores.flatMap(({ chosen, rejected }) => [chosen, rejected]);
    const extreme = (pick: (a: number, b: number) => number) => all.reduce((a, b) => pick(a, b));
    return { ...this.#tally.means(), minReward: extreme(Math.min), maxReward: extreme(Math.max) };
  }
}
