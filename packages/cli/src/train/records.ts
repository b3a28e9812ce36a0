import { type Kind, type Pair, type Records, readRecords, type Text } from '@attune/preferences';
import type { CommandContext } from '../command.ts';

/** Where each record was read, as errors name it: `pairs.jsonl, line 5`. */
export type Places = WeakMap<object, string>;

type Context = Pick<CommandContext, 'say'>;
type Files = string | readonly string[];

/** Reads all pairs of the files, and says what kind of file each was and what it held. */
export const pairs = (context: Context, files: Files, places: Places): Promise<Pair[]> =>
  recordsOf('pairs', context, files, places);

/** Reads all texts of the files, likewise. */
export const texts = (context: Context, files: Files, places: Places): Promise<Text[]> =>
  recordsOf('texts', context, files, places);

async function recordsOf<K extends Kind>(
  kind: K,
  context: Context,
  files: Files,
  places: Places,
): Promise<Records[K][]> {
  const all: Records[K][] = [];
  for (const file of [files].flat()) {
    const { records, format, unit, lines, ties, skips } = await readRecords(kind, file);
    const undecided = ties + skips > 0 ? `; ${ties} ties and ${skips} comparisons that nobody decided give none` : '';
    context.say(`${file}: ${records.length} ${kind} (${format})${undecided}`);
    for (const [i, record] of records.entries()) {
      places.set(record, `${file}, ${unit} ${lines[i]}`);
      all.push(record);
    }
  }
  return all;
}
