/** Puts other people's texts into a question so that they stay material, whatever they say. */
import { hash } from 'node:crypto';

/** A line that is in none of the texts, and always the same for the same texts. */
export function fenceFor(texts: readonly string[]): string {
  for (let n = 0; ; n++) {
    const mark = hash('sha256', JSON.stringify([n, texts]), 'hex').slice(0, 10);
    if (!texts.some((text) => text.includes(mark))) return `=====${mark}`;
  }
}

/** A text between two marked lines with its name. */
export const marked = (fence: string, name: string, text: string): string =>
  `${fence} ${name}=====\n${text}\n${fence} end of ${name}=====`;

/** Texts, each {@link marked}. */
export function quoted(parts: Readonly<Record<string, string>>): string {
  const fence = fenceFor(Object.values(parts));
  return Object.entries(parts)
    .map(([name, text]) => marked(fence, name, text))
    .join('\n\n');
}
