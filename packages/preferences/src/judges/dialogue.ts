import { type Content, toText } from '../data/types.ts';

/** A prompt as a judge reads it: a single message as it stands, a conversation with who speaks above each turn. */
export const dialogue = (prompt: Content): string =>
  typeof prompt === 'string' || prompt.length === 1
    ? toText(prompt)
    : prompt.map(({ role, content }) => `[${role}]\n${content}`).join('\n\n');
