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
 * Stops where a reward model would read another text than the policy wrote: a response goes from the one to the other as
 * token ids. Tokens that only the reward model knows do no harm.
 *
 * @param path the reward model
 */
export function refuseOtherTokens(path: string, reward: OpenedModel, policy: OpenedModel): void {
  const remedy = 'Give a reward model that was trained from the same model, or one with the same tokenizer.';
  if (reward.model.vocabSize < policy.model.vocabSize) {
    throw new FileError(
      path,
      `the policy has ${policy.model.vocabSize} tokens and this reward model only ${reward.model.vocabSize}. ${remedy}`,
    );
  }
  const known = reward.tokenizer.vocabulary;
  for (const [token, id] of policy.tokenizer.vocabulary) {
    if (known.get(token) === id) continue;
    const found = known.has(token) ? `is ${known.get(token)} here` : 'is none here';
    throw new FileError(
      path,
      `reads other tokens than the policy writes: ${JSON.stringify(token)} is token ${id} there and ${found}. ${remedy}`,
    );
  }
}
