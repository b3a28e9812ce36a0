import { type Content, toText } from '../data/types.ts';
import { quoted } from '../judges/quoting.ts';

/**
 * What a language model is asked for a label (Li et al. 2024, arXiv:2402.11296, section 3.3): the query, both responses by
 * their letters, and the beginning of an answer that goes on with ` A` or ` B`. Without a chat template and without
 * further instructions, which would sway it; the wording is the project's own.
 */
export const letterQuestion = (prompt: Content, a: string, b: string): string =>
  `${quoted({ Query: toText(prompt), 'Response A': a, 'Response B': b })}\n\n` +
  'Which response answers the query better? The better one is Response';
