/** Preference pairs whose labels are a reward model's. */
import { responseKey } from './keys.ts';
import type { Content, Pair, Prompt } from './types.ts';

/** A response and what a reward model gave it. */
export interface ScoredResponse {
  readonly response: Content;
  readonly score: number;
}

/** A prompt with several scored responses. */
export interface ScoredPrompt extends Prompt {
  readonly responses: readonly ScoredResponse[];
}

/** Pairs, and how many prompts gave none: every prompt is in exactly one of the three. */
export interface PairsFromScores {
  readonly pairs: Pair[];
  /** Prompts whose best and worst response are equal, in score or to the letter. */
  readonly equal: number;
  /** Prompts whose best response leads by `minGap` or less. */
  readonly close: number;
}

/**
 * The best against the worst of each prompt's responses, as ChatGLM-RLHF labels its pairs for DPO by its reward model
 * (Hou et al. 2024, arXiv:2404.00934). How many responses, which two of them and how far apart are the project's choices.
 * Only the order of one prompt's scores counts, so a constant added to all of them, such as a reference reward, changes
 * nothing. Of equal scores the first response is taken.
 */
export function pairsFromScores(prompts: Iterable<ScoredPrompt>, { minGap }: { minGap: number }): PairsFromScores {
  const pairs: Pair[] = [];
  let [equal, close] = [0, 0];
  for (const { id, prompt, responses } of prompts) {
    const best = responses.reduce((a, b) => (b.score > a.score ? b : a));
    const worst = responses.reduce((a, b) => (b.score < a.score ? b : a));
    const gap = best.score - worst.score;
    if (gap === 0 || responseKey(best.response) === responseKey(worst.response)) equal++;
    else if (gap <= minGap) close++;
    else pairs.push({ ...(id !== undefined && { id }), prompt, chosen: best.response, rejected: worst.response });
  }
  return { pairs, equal, close };
}
