/** Which samples belong to which group. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { DataError } from '../errors.ts';
import { readDefinition } from './definition.ts';
import type { FeatureRow } from './readFeatures.ts';

/** Group → positions of its samples, ascending. */
export type GroupIndex = ReadonlyMap<string, readonly number[]>;

const Index = z.record(z.string(), z.array(z.int().min(0)));

/**
 * A group index as published: one JSON object, group → list of positions from 0.
 *
 * @param samples how many there are
 * @throws DataError at the first position that no sample has, or that stands twice in a group
 */
export function readGroupIndex(file: string, samples: number): GroupIndex {
  const index = readIndex(file);
  for (const [group, positions] of Object.entries(index)) {
    const seen = new Set<number>();
    for (const position of positions) {
      if (position >= samples) {
        throw new DataError(
          file,
          `the group ${group} has the position ${position}; there are ${samples} samples, from 0.`,
        );
      }
      if (seen.has(position)) throw new DataError(file, `the group ${group} has the position ${position} twice.`);
      seen.add(position);
    }
  }
  return new Map(Object.entries(index).map(([group, positions]) => [group, positions.toSorted((a, b) => a - b)]));
}

function readIndex(file: string): z.infer<typeof Index> {
  try {
    const plain = Index.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    if (plain.success) return plain.data;
  } catch {
    // what is wrong is told below, with its line
  }
  return readDefinition(Index, file);
}

/** The groups that the rows of a file of features name. */
export function groupsOfRows(rows: readonly FeatureRow[]): GroupIndex {
  const index = new Map<string, number[]>();
  rows.forEach(({ groups }, position) => {
    for (const group of groups) index.set(group, [...(index.get(group) ?? []), position]);
  });
  return index;
}

/** Samples of two groups at once, which scenarios must not have. */
export const overlap = (a: readonly number[], b: readonly number[]): number => new Set(a).intersection(new Set(b)).size;
