import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { readAs } from '../data/readAs.ts';
import { DataError } from '../errors.ts';
import type { LetterAnswers, LetterLogps } from './labels.ts';

const Line = z.object({ response_a: z.number().max(1e-6), response_b: z.number().max(1e-6) });
const needs = 'Each line needs response_a and response_b, the log-probabilities of the letters A and B.';

/**
 * One file of first-token log-probabilities, a line per sample. Zero for both letters is a missing value.
 *
 * @throws DataError listing the lines that cannot be used
 */
export async function readLetterFile(file: string): Promise<(LetterLogps | undefined)[]> {
  const { records } = await readAs(Line, file, needs);
  return records.map(({ response_a: a, response_b: b }) => (a === 0 && b === 0 ? undefined : { a, b }));
}

/** What the files of a judge may be called, the responses as given first. */
const orders = [
  ['AB.jsonl', 'BA.jsonl'],
  ['direct_ask_preferences_AB.jsonl', 'direct_ask_preferences_BA.jsonl'],
] as const;

const filesIn = (folder: string): readonly [string, string] | undefined => {
  const pair = orders.find(([ab]) => existsSync(join(folder, ab)));
  return pair && [join(folder, pair[0]), join(folder, pair[1])];
};

/**
 * A judge's answers in both orders, from a folder with `AB.jsonl` and `BA.jsonl`.
 *
 * @throws DataError where the two have not as many lines, or not one for each of the `samples`
 */
export async function readLetterFolder(folder: string, samples?: number): Promise<LetterAnswers> {
  const files = filesIn(folder);
  if (!files) throw new DataError(folder, 'has no AB.jsonl: the log-probabilities with the responses in given order.');
  const [ab, ba] = [await readLetterFile(files[0]), await readLetterFile(files[1])];
  const expected = samples ?? ab.length;
  for (const [file, { length }] of [
    [files[0], ab],
    [files[1], ba],
  ] as const) {
    if (length === expected) continue;
    const why = samples === undefined ? `as many as ${basename(files[0])}` : 'one for each sample';
    throw new DataError(file, `has ${length} lines; expected ${expected}, ${why}. ${firstAmiss(length, expected)}`);
  }
  return { ab, ba };
}

/** What the first position is at which a list of another length than expected goes wrong. */
export const firstAmiss = (found: number, expected: number): string =>
  found < expected
    ? `Position ${found} (from 0) is the first without one.`
    : `Position ${expected} (from 0) is the first too many.`;

/** The folders of judges in a folder, by name; itself where it is one. */
export function letterFolders(folder: string): { judge: string; folder: string }[] {
  if (filesIn(folder)) return [{ judge: basename(folder), folder }];
  return readdirSync(folder)
    .sort()
    .map((judge) => ({ judge, folder: join(folder, judge) }))
    .filter((one) => statSync(one.folder).isDirectory() && filesIn(one.folder) !== undefined);
}
