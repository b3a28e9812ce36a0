import { type Content, toText } from '../../data/types.ts';
import { marked, quoted } from '../quoting.ts';

/** Whether it is a conversation, of which the last message is judged. */
export const hasTurns = (content: Content): boolean => typeof content !== 'string' && content.length > 1;

/**
 * What a judge reads, by name, each text between marked lines that none of the texts can forge. Of a conversation every
 * message stands for itself, because a text could also forge who speaks. What is not there is left out.
 */
export const material = (parts: Readonly<Record<string, Content | undefined>>): string => quoted(named(parts));

/** {@link material} for one place of a text, with a fence that was made of all that the text shows. */
export const materialWithin = (fence: string, name: string, content: Content): string =>
  Object.entries(named({ [name]: content }))
    .map(([part, text]) => marked(fence, part, text))
    .join('\n\n');

const named = (parts: Readonly<Record<string, Content | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(parts).flatMap(([name, content]) => {
      if (content === undefined) return [];
      if (typeof content === 'string' || content.length === 1) return [[name, toText(content)]];
      return content.map((message, i) => [`${name}, ${i + 1} (${message.role})`, message.content]);
    }),
  );
