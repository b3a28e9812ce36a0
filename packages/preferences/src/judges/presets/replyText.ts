import type { ChatReply } from '../chat.ts';

/** What a judge said after it thought aloud. Nothing where it was cut off: what it would have gone on to say is not known. */
export const finalText = ({ text, whole }: ChatReply): string =>
  whole ? text.replace(/^\s*<think>.*?<\/think>/s, '') : '';

/** The first group of the pattern's last match: judges weigh verdicts before they give one. */
export const lastMatch = (reply: ChatReply, pattern: RegExp): string | undefined =>
  [...finalText(reply).matchAll(pattern)].at(-1)?.[1];
