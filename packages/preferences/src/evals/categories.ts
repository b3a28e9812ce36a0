import { z } from 'zod';
import { promptKey } from '../data/keys.ts';
import { readAs } from '../data/readAs.ts';
import { Content, toText } from '../data/types.ts';
import { InvalidValueError } from '../errors.ts';

/** What a comparison is counted under, if anything. */
export type CategoryOf = (comparison: { readonly id?: string; readonly prompt?: Content }) => string | undefined;

const Id = z.preprocess((id) => (typeof id === 'number' ? String(id) : id), z.string());
const Row = z.union([z.object({ category: z.string(), prompt: Content }), z.object({ category: z.string(), id: Id })]);

/**
 * Reads the categories of prompts, one `{"prompt", "category"}` per line, or of comparisons, `{"id", "category"}`. A line
 * with both goes by its prompt: ids of prompts and of comparisons are not the same.
 *
 * @throws DataError listing the lines that cannot be used; InvalidValueError for two categories of one prompt or id
 */
export async function readCategories(path: string): Promise<CategoryOf> {
  const { records } = await readAs(Row, path, 'Each line needs category, and prompt or id.');
  const byKey = new Map<string, string>();
  for (const row of records) {
    const key = 'prompt' in row ? promptKey(row.prompt) : idKey(row.id);
    const earlier = byKey.get(key) ?? row.category;
    if (earlier !== row.category) {
      const of = 'prompt' in row ? `the prompt ${JSON.stringify(toText(row.prompt).slice(0, 60))}` : row.id;
      throw new InvalidValueError(`${path}: the category of ${of}`, `${earlier}, as in an earlier line`, row.category);
    }
    byKey.set(key, row.category);
  }
  return ({ id, prompt }) =>
    (prompt && byKey.get(promptKey(prompt))) ?? (id === undefined ? undefined : byKey.get(idKey(id)));
}

/** Apart from the keys of prompts, which are hashes. */
const idKey = (id: string): string => `id ${id}`;
