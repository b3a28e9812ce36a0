import type { ColumnMapping, ImportAnswers, ImportReport } from '../../../../shared/items.ts';
import { call } from '../../api.ts';

/** A file, and how it is to be read. */
export interface Importing {
  readonly file: File;
  readonly mapping?: ColumnMapping;
  readonly answers: ImportAnswers;
}

/** Reads a file on the server. With `dryRun` it says what would happen and changes nothing; else it leaves bad rows out. */
export function sendFile(
  projectId: string,
  { file, mapping, answers }: Importing,
  dryRun: boolean,
): Promise<ImportReport> {
  const query = new URLSearchParams({ dryRun: String(dryRun), onError: 'skip', answers });
  if (mapping) query.set('mapping', JSON.stringify(mapping));
  const form = new FormData();
  form.set('file', file);
  return call<ImportReport>('POST', `/projects/${projectId}/imports?${query}`, form);
}

/** Columns by the names that such files usually give them. */
export function guessMapping(columns: readonly string[]): Partial<ColumnMapping> {
  const find = (...names: string[]) => columns.find((column) => names.includes(column.toLowerCase()));
  return {
    prompt: find('prompt', 'instruction', 'question', 'query', 'input'),
    a: find('a', 'response_a', 'responsea', 'response1', 'output_1', 'answer_a', 'chosen'),
    b: find('b', 'response_b', 'responseb', 'response2', 'output_2', 'answer_b', 'rejected'),
    id: find('id', 'uid', 'question_id', 'prompt_id'),
    aSource: find('model_a', 'a_source', 'generator_1'),
    bSource: find('model_b', 'b_source', 'generator_2'),
    gold: find('gold', 'label', 'winner', 'answer'),
  };
}
