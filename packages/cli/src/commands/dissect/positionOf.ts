import type { Features } from '@attune/preferences';
import { UsageError } from '../../errors.ts';

/**
 * Where a sample stands: by its id, or as its position from 0.
 *
 * @param file that the features are from
 * @throws UsageError where it is neither
 */
export function positionOf(sample: string, file: string, { rows }: Features): number {
  const byId = rows.findIndex(({ id }) => id === sample);
  if (byId >= 0) return byId;
  if (/^\d+$/.test(sample) && Number(sample) < rows.length) return Number(sample);
  throw new UsageError(
    `--sample ${sample}: ${file} has no such id, and its positions go from 0 to ${rows.length - 1}.`,
  );
}
