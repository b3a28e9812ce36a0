import type { CausalLm, EncodingReport, Tokenizer } from '@attune/align';
import { FileError } from '@attune/torch';
import { SettingError } from '../errors.ts';

/** The settings that decide which examples are left out. */
interface Limits {
  readonly max_length: number;
  readonly truncation_mode: 'drop' | 'keep_start' | 'keep_end';
}

/**
 * Stops where every example was too long.
 *
 * @param name what the examples are, in the words of the settings: "data", "eval_data"
 * @throws SettingError with the length that would do
 */
export function refuseNothing(name: string, { total, kept, dropped }: EncodingReport, limits: Limits): void {
  if (kept > 0) return;
  const { max_length, truncation_mode } = limits;
  const shortest = dropped.reduce((least, { tokens }) => Math.min(least, tokens), Infinity);
  const cut = truncation_mode === 'drop' ? ', or cut them with truncation_mode: keep_start or keep_end' : '';
  throw new SettingError(
    `${name}: none of its ${total} examples fits into max_length ${max_length}; the shortest has ${shortest} tokens. ` +
      `Raise max_length${cut}.`,
  );
}

/**
 * Stops where the data holds tokens that the model has no place for.
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

/** What was left out or cut of examples that the preflight does not show; undefined where nothing was. */
export function leftOut(name: string, { total, dropped, truncated }: EncodingReport): string | undefined {
  if (dropped.length + truncated.length === 0) return undefined;
  return `${name}: ${dropped.length} of ${total} examples too long and left out, ${truncated.length} cut`;
}
