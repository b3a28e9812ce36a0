import { ChatTemplateError, EncodingError, type Tokenizer } from '@attune/align';
import { DataError, type Problem, type Provenance } from '@attune/preferences';

/**
 * Encodes every record of a data file.
 *
 * @throws DataError with the lines of all that cannot be encoded
 */
export function encodeLines<Source, Example>(
  tokenizer: Tokenizer,
  file: string,
  { records, lines, unit }: { records: readonly Source[] } & Pick<Provenance, 'lines' | 'unit'>,
  encode: (record: Source) => Example,
): Example[] {
  const problems: Problem[] = [];
  const examples = records.flatMap((record, i) => {
    try {
      return [encode(record)];
    } catch (error) {
      const ofThisLine =
        error instanceof EncodingError || (error instanceof ChatTemplateError && tokenizer.hasChatTemplate);
      if (!ofThisLine) throw error;
      problems.push({ line: lines[i]!, message: error.message.replace(/\.$/, '') });
      return [];
    }
  });
  if (problems.length > 0) throw new DataError(file, problems, { unit });
  return examples;
}

/** What a record is called in the output: its own id, or the number of its line. */
export const idOf = (id: string | undefined, line: number): string => id ?? String(line);
