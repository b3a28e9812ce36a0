import {
  type Kind,
  type Pair,
  pairsOfTie,
  type Records,
  readComparisons,
  readRecords,
  recogniseKind,
  type Text,
} from '@attune/preferences';
import type { CommandContext } from '../command.ts';

/** Where each record was read, as errors name it: `pairs.jsonl, line 5`. */
export type Places = WeakMap<object, string>;

type Context = Pick<CommandContext, 'say'>;
type Files = string | readonly string[];

/** Reads all pairs of the files, and says what kind of file each was and what it held. */
export const pairs = (context: Context, files: Files, places: Places): Promise<Pair[]> =>
  recordsOf('pairs', context, files, places);

/**
 * The ties among the comparisons of the files, each as two pairs of weight ½. Files that hold no comparisons, which keep
 * no responses of a tie, have none.
 */
export async function tiedPairs(context: Context, files: Files, places: Places): Promise<Pair[]> {
  const all: Pair[] = [];
  for (const file of [files].flat()) {
    if ((await recogniseKind(file)) !== 'comparisons') continue;
    const { comparisons, unit, lines } = await readComparisons(file);
    const tied = comparisons.map(pairsOfTie);
    context.say(`${file}: ${tied.flat().length / 2} ties, each a pair both ways round of weight ½`);
    for (const [i, pairs] of tied.entries())
      for (const pair of pairs) {
        places.set(pair, `${file}, ${unit} ${lines[i]}`);
        all.push(pair);
      }
  }
  return all;
}

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
