import type { ChatReply } from '../chat.ts';

const thought = '</think>';

/**
 * What a judge said after it thought aloud; some servers leave out where thinking began. Nothing of a reply that was cut
 * off, or never got beyond its thoughts: what it would have gone on to say is not known.
 */
export function finalText({ text, whole }: ChatReply): string {
  const end = text.lastIndexOf(thought);
  const isThinking = end < 0 && text.trimStart().startsWith('<think>');
  return !whole || isThinking ? '' : end < 0 ? text : text.slice(end + thought.length);
}

/** The first group of the pattern's last match: judges weigh verdicts before they give one. */
export const lastMatch = (reply: ChatReply, pattern: RegExp): string | undefined =>
  [...finalText(reply).matchAll(pattern)].at(-1)?.[1];
