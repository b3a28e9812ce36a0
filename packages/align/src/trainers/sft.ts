import { noGrad, tidy } from '@attune/torch';
import { breathe } from '../breathe.ts';
import type { EncodedText } from '../data/encode.ts';
import type { CausalLm } from '../models/CausalLm.ts';
import { withoutDropout } from '../nn/lora.ts';
import { textLogps } from './logps.ts';
import { type Updating, update } from './Update.ts';

/** A training on texts. */
export interface SftRun extends Updating {
  readonly policy: CausalLm;
  /** Each a step: micro-batches whose gradients add up to one update. */
  readonly windows: Iterable<readonly (readonly EncodedText[])[]>;
}

/** What one update of the weights reports. */
export interface SftStep {
  readonly step: number;
  readonly loss: number; //          nats per learned token
  readonly gradNorm: number; //      before clipping
  readonly learningRate: number;
  readonly tokens: number; //        that went through the model
  readonly learnedTokens: number; // the loss's denominator
}

/**
 * Supervised fine-tuning, and pretraining, which is the same with every token learned. Yields after each update.
 *
 *   loss = −mean over the learned tokens of the whole step of log π(token | tokens before)
 *
 * The mean is over all micro-batches of a step together, so that 1 × 8, 8 × 1 and 2 × 4 give one gradient.
 */
export async function* sft(run: SftRun): AsyncGenerator<SftStep> {
  let step = run.stepsDone ?? 0;
  for (const window of run.windows) {
    step++;
    const learnedTokens = sum(window.flat().map(learned));
    let loss = 0;
    for (const batch of window) {
      loss += tidy(() => {
        const scored = textLogps(run.policy, batch);
        const part = scored.value.sum().neg().div(learnedTokens);
        part.backward();
        scored.backward();
        return part.item();
      });
      await breathe();
    }
    const gradNorm = update(run, step, loss);
    const tokens = sum(window.flat().map(({ ids }) => ids.length));
    yield { step, loss, gradNorm, learningRate: run.learningRate(step), tokens, learnedTokens };
  }
}

/** Mean negative log-likelihood of held-out texts, in nats per learned token, and how many tokens that is. */
export function evaluateTexts(
  policy: CausalLm,
  batches: Iterable<readonly EncodedText[]>,
): { loss: number; tokens: number } {
  let [total, tokens] = [0, 0];
  for (const batch of batches) {
    total -= tidy(() => noGrad(() => withoutDropout(policy, () => textLogps(policy, batch).value.sum().item())));
    tokens += sum(batch.map(learned));
  }
  return { loss: total / tokens, tokens };
}

const learned = ({ mask }: EncodedText): number => sum(mask);
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
