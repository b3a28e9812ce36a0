import { cat, noGrad, type Tensor, tensor, tidy } from '@attune/torch';
import { EncodingError, partingOf } from '../data/boundary.ts';
import type { CausalLm } from '../models/CausalLm.ts';
import { chunkRows, wide } from '../models/tokenLogps.ts';
import { withoutDropout } from '../nn/lora.ts';
import type { Tokenizer } from '../tokenizers/Tokenizer.ts';
import { type Responses, segmentsOf, statesAt } from '../trainers/states.ts';

/** Log-probabilities of the two letters as the first token of an answer, in nats. */
export interface LetterLogps {
  readonly a: number;
  readonly b: number;
}

/** The tokens that an answer A, and an answer B, may begin with. */
export interface LetterTokens {
  /** What comes before either letter, in tokenizers that do not have a letter with its space as one token. */
  readonly lead: readonly number[];
  readonly a: readonly number[];
  readonly b: readonly number[];
}

/** What may stand between a question and the letter: first what our questions are made for, then what models also write. */
export const letterForms = [' ', '', ' (', '('] as const;

/**
 * The tokens of the letters after a text that ends with a word. The first form is the usual one: ` A`, one token in
 * nearly every tokenizer. Of the others count those that come at the same place as one token, for both letters, so that
 * neither has a form that the other has not. ` ` as the only form gives the letters of Li et al. 2024 (arXiv:2402.11296).
 *
 * @throws EncodingError where the letters are not tokens
 */
export function letterTokens(tokenizer: Tokenizer, forms: readonly string[] = letterForms): LetterTokens {
  const [usual, ...others] = forms.map((form) => ({
    a: tokenizer.encodeContinuation(`${form}A`),
    b: tokenizer.encodeContinuation(`${form}B`),
  }));
  const lead = usual!.a.slice(0, partingOf(usual!.a, usual!.b));
  const isToken = ({ a, b }: { a: number[]; b: number[] }) =>
    [a, b].every((ids) => ids.length === lead.length + 1 && partingOf(ids, lead) === lead.length) &&
    a.at(-1) !== b.at(-1);
  if (!isToken(usual!)) {
    throw new EncodingError(
      `${JSON.stringify(`${forms[0]}A`)} and ${JSON.stringify(`${forms[0]}B`)} are ${usual!.a.length} and ` +
        `${usual!.b.length} tokens of this tokenizer and do not differ in their last alone, so a model that uses it ` +
        'cannot judge by letters.',
    );
  }
  const known = [usual!, ...others.filter(isToken)];
  const last = (letter: 'a' | 'b') => [...new Set(known.map((form) => form[letter].at(-1)!))];
  return { lead, a: last('a'), b: last('b') };
}

/** Tokens that go through the model at a time, where a single group of questions is not longer. */
const tokensAtATime = 4096;

/**
 * How likely the answers to questions begin with each letter, its tokens together:
 *
 *   log P(letter) = log Σ over its tokens of π(token | question)
 *
 * What the questions of a group begin with alike goes through the model once. Groups of similar length go together, the
 * longest first, so that what does not fit into memory fails at once. No gradient.
 *
 * @param groups [group][question][token]
 * @param onDone called with the number of groups that are done
 * @returns [group][question]
 */
export function letterLogps(
  model: CausalLm,
  groups: readonly (readonly (readonly number[])[])[],
  letters: LetterTokens,
  onDone?: (groups: number) => void,
): LetterLogps[][] {
  const shared = groups.map((questions) => sharedStart(questions.map((ids) => [...ids, ...letters.lead])));
  const length = (place: number) =>
    shared[place]!.responses.reduce((sum, ids) => sum + ids.length, shared[place]!.prompt.length);
  const order = [...groups.keys()].sort((a, b) => length(b) - length(a) || a - b);
  const answers: LetterLogps[][] = [];
  for (let done = 0; done < order.length; ) {
    const together = Math.max(1, Math.floor(tokensAtATime / length(order[done]!)));
    const places = order.slice(done, done + together);
    const batch = places.map((place) => shared[place]!);
    const logps = tidy(() => noGrad(() => withoutDropout(model, () => lettersAfter(model, batch, letters).toArray())));
    const flat = Array.from({ length: logps.length / 2 }, (_, i) => ({ a: logps[2 * i]!, b: logps[2 * i + 1]! }));
    for (const place of places) answers[place] = flat.splice(0, groups[place]!.length);
    done += places.length;
    onDone?.(done);
  }
  return answers;
}

/** Questions as what they begin with alike, and the rest of each: at least a token, whose state predicts the answer. */
function sharedStart(questions: readonly (readonly number[])[]): Responses {
  const [first, ...others] = questions as [readonly number[], ...(readonly number[])[]];
  const alike = others.reduce((least, ids) => Math.min(least, partingOf(first, ids)), first.length);
  const start = Math.min(alike, ...questions.map((ids) => ids.length - 1));
  return { prompt: first.slice(0, start), responses: questions.map((ids) => ids.slice(start)) };
}

/** [questions, 2], float32. */
function lettersAfter(model: CausalLm, groups: readonly Responses[], letters: LetterTokens): Tensor {
  const { segments, owners } = segmentsOf(groups);
  const states = statesAt(
    model,
    segments,
    owners.map(([, own]) => [own, segments[own]!.ids.length - 1]),
  );
  const parts = states.split(chunkRows(model.vocabSize));
  return cat(parts.map((part) => tidy(() => lettersIn(model.logits(part), letters)))); // one chunk's logits at a time
}

/** logits [n, vocab] → [n, 2], in float32. */
function lettersIn(logits: Tensor, { a, b }: LetterTokens): Tensor {
  const precise = wide(logits);
  const whole = precise.logsumexp(1, true); // [n, 1]
  const of = (ids: readonly number[]) =>
    precise
      .indexSelect(1, tensor(ids, { dtype: 'int64', device: precise.device }))
      .logsumexp(1, true)
      .sub(whole);
  return cat([of(a), of(b)], 1);
}
