import type { ChatReply } from '../../../src/judges/index.ts';

/** A reply that stands there as a whole. */
export const said = (text: string, more: Partial<ChatReply> = {}): ChatReply => ({
  text,
  whole: true,
  cached: false,
  ...more,
});
