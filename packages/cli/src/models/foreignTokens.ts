import type { CausalLm, OpenedModel, Tokenizer } from '@attune/align';
import { FileError } from '@attune/torch';

/**
 * Stops where a tokenizer gives tokens that the model has no place for.
 *
 * @param path the model
 */
export function refuseForeignTokens(
  path: string,
  { model, tokenizer }: { readonly model: CausalLm; readonly tokenizer: Tokenizer },
  sequences: Iterable<readonly number[]>,
): void {
  for (const ids of sequences) {
    const foreign = ids.find((id) => id >= model.vocabSize);
    if (foreign === undefined) continue;
    throw new FileError(
      path,
      `the tokenizer is not this model's: it gives token ${foreign} (${JSON.stringify(tokenizer.tokens([foreign])[0])}), ` +
        `and the model's vocab_size is ${model.vocabSize}. Put the tokenizer.json that belongs to the model there.`,
    );
  }
}

/**
 * Stops where another model would read another text than the policy wrote: a response goes from the one to the other as
 * token ids. Tokens that only the other model knows do no harm.
 *
 * @param path the other model
 * @param what it is called
 */
export function refuseOtherTokens(
  path: string,
  other: OpenedModel,
  policy: OpenedModel,
  what: 'reward model' | 'model' = 'reward model',
): void {
  const remedy = `Give a ${what} that was trained from the same model, or one with the same tokenizer.`;
  if (other.model.vocabSize < policy.model.vocabSize) {
    throw new FileError(
      path,
      `the policy has ${policy.model.vocabSize} tokens and this ${what} only ${other.model.vocabSize}. ${remedy}`,
    );
  }
  const known = other.tokenizer.vocabulary;
  for (const [token, id] of policy.tokenizer.vocabulary) {
    if (known.get(token) === id) continue;
    const found = known.has(token) ? `is ${known.get(token)} here` : 'is none here';
    throw new FileError(
      path,
      `reads other tokens than the policy writes: ${JSON.stringify(token)} is token ${id} there and ${found}. ${remedy}`,
    );
  }
}
