/**
 * What Hou et al. 2024, ChatGLM-RLHF (arXiv:2404.00934) report, as far as public descriptions of the paper give its
 * numbers: for setting beside our own.
 */
import { sideBySideRow } from './sideBySide.ts';

/**
 * Table 4: people preferred PPO to SFT in 30 % of 400 comparisons; the abstract gives a net of 15 points. Losses and ties
 * (15 and 55 %), and with them the errors, follow from the two and are not printed there as such.
 */
export const reportedHumanEvaluation = {
  name: 'ChatGLM-RLHF: PPO against SFT, reported',
  row: sideBySideRow({ win: 120, tie: 220, loss: 60 }),
} as const;

/** Table 6: systems from the shortest responses to the longest. The lengths themselves were not to be had. */
export const reportedLengthOrder = ['SFT', 'PPO', 'DPO'] as const;
