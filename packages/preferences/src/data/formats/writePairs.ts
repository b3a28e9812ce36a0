/** Pairs as rows of other formats. Each is undefined for a pair that has no place in the format. */
import { hhTranscript } from '../transcripts.ts';
import type { Message, Pair } from '../types.ts';
import { withoutUndefined } from './format.ts';

/** A pair whose prompt and responses are messages, or undefined. */
function inMessages(pair: Pair): (Pair & Record<'prompt' | 'chosen' | 'rejected', Message[]>) | undefined {
  const { prompt, chosen, rejected } = pair;
  if (typeof prompt === 'string' || typeof chosen === 'string' || typeof rejected === 'string') return undefined;
  return { ...pair, prompt, chosen, rejected };
}

/** Whole dialogues with their marks. */
export function toHhRlhf(pair: Pair): object | undefined {
  const { prompt, chosen, rejected, ...rest } = inMessages(pair) ?? {};
  if (!prompt) return undefined;
  const [better, worse] = [chosen!, rejected!].map((response) => hhTranscript([...prompt, ...response]));
  return better && worse ? withoutUndefined({ chosen: better, rejected: worse, ...rest }) : undefined;
}

/** Two completions, the better one with the higher score: by how much says nothing but which is better. */
export const toUltraFeedback = ({ prompt, chosen, rejected, ...rest }: Pair): object => ({
  instruction: prompt,
  completions: [
    { response: chosen, overall_score: 2 },
    { response: rejected, overall_score: 1 },
  ],
  ...rest,
});

/** Two conversations of which the first won. */
export function toArenaPair(pair: Pair): object | undefined {
  const { id, prompt, chosen, rejected, ...rest } = inMessages(pair) ?? {};
  if (!prompt) return undefined;
  return withoutUndefined({
    question_id: id,
    conversation_a: [...prompt, ...chosen!],
    conversation_b: [...prompt, ...rejected!],
    winner: 'model_a',
    ...rest,
  });
}
