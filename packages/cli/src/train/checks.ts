import type { EncodingReport } from '@attune/align';
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

/** What was left out or cut of examples that the preflight does not show; undefined where nothing was. */
export function leftOut(name: string, { total, dropped, truncated }: EncodingReport): string | undefined {
  if (dropped.length + truncated.length === 0) return undefined;
  return `${name}: ${dropped.length} of ${total} examples too long and left out, ${truncated.length} cut`;
}
