/** Comparisons as rows of other formats. Each is undefined for a comparison that has no place in the format. */
import type { Comparison } from '../types.ts';
import type { Carried } from './comparisons.ts';
import { singleText, withoutUndefined } from './format.ts';

/** What the format has no field for. Ids of responses that a reader would give them anyway are left out. */
function carried(comparison: Comparison): Carried {
  const { id, strength, bothBad, criteria, shownFirst, seconds, propensity, at, note } = comparison;
  const [a, b] = comparison.responses;
  const isUsual = a.id === `${id}-a` && b.id === `${id}-b`;
  const responseIds: [string, string] | undefined = isUsual ? undefined : [a.id, b.id];
  return { id, responseIds, strength, bothBad, criteria, shownFirst, seconds, propensity, at, note };
}

/** A verdict without doubt: 1, 2, or 1.5 for a tie; none where nobody decided. */
export function toAlpacaEval(comparison: Comparison): object | undefined {
  const instruction = singleText(comparison.prompt);
  if (instruction === undefined) return undefined;
  const [a, b] = comparison.responses;
  return withoutUndefined({
    instruction,
    output_1: a.text,
    output_2: b.text,
    generator_1: a.source,
    generator_2: b.source,
    annotator: comparison.judge,
    preference: { a: 1, b: 2, tie: 1.5, skip: undefined }[comparison.choice],
    ...carried(comparison),
  });
}

const winner = { a: 'model_a', b: 'model_b', tie: 'tie', skip: undefined } as const;

/** Two conversations that differ in their last message. */
export function toArena(comparison: Comparison): object | undefined {
  if (comparison.choice === 'skip') return undefined;
  const [a, b] = comparison.responses;
  const conversation = (content: string) => [...comparison.prompt, { role: 'assistant', content }];
  const { id, ...rest } = carried(comparison);
  return withoutUndefined({
    question_id: id,
    model_a: a.source,
    model_b: b.source,
    conversation_a: conversation(a.text),
    conversation_b: conversation(b.text),
    winner: winner[comparison.choice],
    judge: comparison.judge,
    ...rest,
  });
}

/** A single question and its two answers. */
export function toDissection(comparison: Comparison): object | undefined {
  const prompt = singleText(comparison.prompt);
  if (prompt === undefined || comparison.choice === 'skip') return undefined;
  const [a, b] = comparison.responses;
  return withoutUndefined({
    prompt,
    response_a: a.text,
    response_b: b.text,
    model_a: a.source,
    model_b: b.source,
    winner: winner[comparison.choice],
    judge: comparison.judge,
    ...carried(comparison),
  });
}
