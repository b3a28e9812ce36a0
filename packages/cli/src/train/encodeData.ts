import {
  type EncodeAllOptions,
  type Encoded,
  type EncodingReport,
  formatPreflight,
  type MovedBoundary,
  type OpenedModel,
  preflight,
  type Tokenizer,
  type Truncation,
} from '@attune/align';
import type { CommandContext } from '../command.ts';
import { SettingError } from '../errors.ts';
import { type MemorySettings, memorySizes } from './memory.ts';
import type { Places } from './records.ts';

/** The settings that decide how examples become tokens, and which are left out. */
interface EncodingSettings {
  readonly max_length: number;
  readonly truncation_mode: Truncation;
  readonly moved_boundary: MovedBoundary;
}

/**
 * Data to train on and data to evaluate on as tokens, by the settings.
 *
 * @param encode `encodePairs` and its like
 * @param places where each record was read, for errors
 * @throws SettingError where every example is too long
 */
export function encodeData<Source extends object, Example>(
  encode: (tokenizer: Tokenizer, sources: readonly Source[], options: EncodeAllOptions) => Encoded<Example>,
  tokenizer: Tokenizer,
  data: { readonly train: readonly Source[]; readonly heldOut: readonly Source[] },
  { settings, places }: { settings: EncodingSettings; places: Places },
): { train: Encoded<Example>; heldOut: Encoded<Example> } {
  const options = {
    maxLength: settings.max_length,
    truncation: settings.truncation_mode,
    movedBoundary: settings.moved_boundary,
    nameOf: (record: object) => places.get(record),
  };
  const [train, heldOut] = [encode(tokenizer, data.train, options), encode(tokenizer, data.heldOut, options)];
  refuseNothing('data', train.report, settings);
  if (data.heldOut.length > 0) refuseNothing('eval_data', heldOut.report, settings);
  return { train, heldOut };
}

/**
 * Stops where every example was too long.
 *
 * @param name what the examples are, in the words of the settings: "data", "eval_data"
 * @throws SettingError with the length that would do
 */
function refuseNothing(
  name: string,
  { total, kept, dropped }: EncodingReport,
  { max_length, truncation_mode }: EncodingSettings,
): void {
  if (kept > 0) return;
  const shortest = dropped.reduce((least, { tokens }) => Math.min(least, tokens), Infinity);
  const cut = truncation_mode === 'drop' ? ', or cut them with truncation_mode: keep_start or keep_end' : '';
  throw new SettingError(
    `${name}: none of its ${total} examples fits into max_length ${max_length}; the shortest has ${shortest} tokens. ` +
      `Raise max_length${cut}.`,
  );
}

/** What was left out or cut of examples that the preflight does not show; undefined where nothing was. */
export function leftOut(name: string, { total, dropped, truncated }: EncodingReport): string | undefined {
  if (dropped.length + truncated.length === 0) return undefined;
  return `${name}: ${dropped.length} of ${total} examples too long and left out, ${truncated.length} cut`;
}

/**
 * Says what is about to be learned from, token by token, and the memory that it will take; and what was left out of the
 * data to evaluate on.
 *
 * @param what the examples: "pairs", "texts"
 * @param length of an example, in tokens
 */
export function tellData<Example extends Parameters<typeof preflight>[1]['examples'][number]>(
  { say }: Pick<CommandContext, 'say'>,
  { model, tokenizer }: Pick<OpenedModel, 'model' | 'tokenizer'>,
  { train, heldOut }: { train: Encoded<Example>; heldOut: Encoded<Example> },
  { what, length, settings }: { what: string; length: (example: Example) => number; settings: MemorySettings },
): void {
  const memory = memorySizes(model, train.examples.map(length), settings);
  say(formatPreflight(preflight(tokenizer, train, { memory })));
  const shortened = leftOut(`Of the ${what} to evaluate on`, heldOut.report);
  if (shortened) say(shortened);
}
