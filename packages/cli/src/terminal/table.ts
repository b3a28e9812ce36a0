import { stripVTControlCharacters } from 'node:util';

/** Width on screen in columns: colour codes take none, East Asian wide characters and emoji take two. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of stripVTControlCharacters(text)) {
    if (/\p{Mark}|\u200d|\ufe0f/u.test(character)) continue;
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}

const isNumeric = (cell: string): boolean =>
  /^[−+\-±]?[\d.,]+(e[−+-]?\d+)?\s?[%a-zA-Zµ/]*$|^–?$/.test(stripVTControlCharacters(cell));

/**
 * A table of plain text: columns two spaces apart, numbers to the right, a rule under the head, no line ending in spaces.
 *
 * @param rows cells without line breaks; every row as long as `head`
 */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(textWidth(title), ...rows.map((row) => textWidth(row[i] ?? ''))));
  const right = head.map((_, i) => rows.length > 0 && rows.every((row) => isNumeric(row[i] ?? '')));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => {
        const gap = ' '.repeat(widths[i]! - textWidth(cell));
        return right[i] ? gap + cell : cell + gap;
      })
      .join('  ')
      .trimEnd();
  return [line(head), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}
