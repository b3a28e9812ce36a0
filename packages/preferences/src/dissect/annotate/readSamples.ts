import { readRecords } from '../../data/read.ts';
import type { ReadAs } from '../../data/readAs.ts';
import { openRows } from '../../data/rows.ts';
import type { Comparison } from '../../data/types.ts';
import { dialogue } from '../../judges/dialogue.ts';
import { type RawSample, readRawSamples } from '../samples.ts';

/**
 * Samples to annotate: rows with `prompt`, `response_a` and `response_b`, or comparisons in any form that is known.
 *
 * @throws DataError for a file that cannot be used, or listing the lines at fault
 */
export async function readSamples(file: string): Promise<Pick<ReadAs<RawSample>, 'records' | 'lines' | 'unit'>> {
  if (await hasResponses(file)) return readRawSamples(file);
  const { records, lines, unit } = await readRecords('comparisons', file);
  return { records: records.map(sampleOf), lines: [...lines], unit };
}

/** Whether a file is of rows with `response_a` and `response_b`. */
export async function hasResponses(file: string): Promise<boolean> {
  for await (const { row } of (await openRows(file)).rows) {
    if (row) return 'response_a' in row || 'response_b' in row;
  }
  return true; // an empty file: its reader says so
}

function sampleOf({ id, prompt, responses: [a, b], choice }: Comparison): RawSample {
  return {
    id,
    prompt: dialogue(prompt),
    response_a: a.text,
    response_b: b.text,
    ...(a.source !== undefined && { model_a: a.source }),
    ...(b.source !== undefined && { model_b: b.source }),
    ...(choice === 'a' && { winner: 'model_a' as const }),
    ...(choice === 'b' && { winner: 'model_b' as const }),
  };
}
