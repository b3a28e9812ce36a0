import type { Text } from '@attune/preferences';
import { readTexts } from '@attune/preferences';
import type { CommandContext } from '../command.ts';

/** Reads all texts of the files, and says what kind of file each was and how much it held. */
export async function texts(context: Pick<CommandContext, 'say'>, files: string | readonly string[]): Promise<Text[]> {
  const all: Text[] = [];
  for (const file of [files].flat()) {
    const { texts: read, format } = await readTexts(file);
    context.say(`${file}: ${read.length} texts (${format})`);
    for (const text of read) all.push(text);
  }
  return all;
}
