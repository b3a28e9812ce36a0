import { type Pair, type Provenance, readPairs, readTexts, type Text } from '@attune/preferences';
import type { CommandContext } from '../command.ts';

/** Where each record was read, as errors name it: `pairs.jsonl, line 5`. */
export type Places = WeakMap<object, string>;

type Context = Pick<CommandContext, 'say'>;
type Files = string | readonly string[];

/** Reads all pairs of the files, and says what kind of file each was and what it held. */
export const pairs = (context: Context, files: Files, places: Places): Promise<Pair[]> =>
  recordsOf(context, files, places, async (file) => {
    const { pairs: records, ...provenance } = await readPairs(file);
    return { records, name: 'pairs', ...provenance };
  });

/** Reads all texts of the files, likewise. */
export const texts = (context: Context, files: Files, places: Places): Promise<Text[]> =>
  recordsOf(context, files, places, async (file) => {
    const { texts: records, ...provenance } = await readTexts(file);
    return { records, name: 'texts', ...provenance };
  });

async function recordsOf<Record extends object>(
  context: Context,
  files: Files,
  places: Places,
  read: (file: string) => Promise<Provenance & { readonly records: Record[]; readonly name: string }>,
): Promise<Record[]> {
  const all: Record[] = [];
  for (const file of [files].flat()) {
    const { records, name, format, unit, lines, ties, skips } = await read(file);
    const undecided = ties + skips > 0 ? `; ${ties} ties and ${skips} comparisons that nobody decided give none` : '';
    context.say(`${file}: ${records.length} ${name} (${format})${undecided}`);
    for (const [i, record] of records.entries()) {
      places.set(record, `${file}, ${unit} ${lines[i]}`);
      all.push(record);
    }
  }
  return all;
}
