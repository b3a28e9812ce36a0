import type { CausalLm, Tokenizer } from '@attune/align';
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
