/** Whole transcripts: found in text, and split into the prompt they share and the responses they end with. */
import { isDeepStrictEqual } from 'node:util';
import { RowError } from './parse.ts';
import type { Content, Message } from './types.ts';

const TURN = /\n\n(Human|Assistant):/;

/** Whether text is written as HH-RLHF writes dialogues: turns that begin with "\n\nHuman:" or "\n\nAssistant:". */
export const isHhTranscript = (text: string): boolean =>
  text.startsWith('\n\nHuman:') || text.startsWith('\n\nAssistant:');

/**
 * The messages of an HH-RLHF dialogue (Bai et al. 2022, arXiv:2204.05862, as published). One space after the colon
 * belongs to the mark; everything else is content, so the text can be put together again.
 */
export function hhMessages(text: string): Message[] {
  const parts = text.split(TURN); // ['', 'Human', ' Hi.', 'Assistant', ' Hello.']
  const messages: Message[] = [];
  for (let i = 1; i < parts.length; i += 2) {
    const role = parts[i] === 'Human' ? 'user' : 'assistant';
    messages.push({ role, content: parts[i + 1]!.replace(/^ /, '') });
  }
  return messages;
}

/** Messages as {@link hhMessages} reads them; undefined where somebody else than user and assistant speaks. */
export function hhTranscript(messages: readonly Message[]): string | undefined {
  if (messages.some(({ role }) => role === 'system')) return undefined;
  const mark = (role: Message['role']) => (role === 'user' ? 'Human' : 'Assistant');
  return messages.map(({ role, content }) => `\n\n${mark(role)}: ${content}`).join('');
}

/** Two transcripts as the prompt they share and the responses they part in. */
export interface Split<T extends Content> {
  readonly prompt: T;
  readonly chosen: T;
  readonly rejected: T;
}

/**
 * Splits two transcripts after the messages they share. Each keeps at least its last message as response, so equal
 * transcripts and one that continues the other have responses too.
 */
export function splitMessages(chosen: Message[], rejected: Message[]): Split<Message[]> {
  const longest = Math.min(chosen.length, rejected.length) - 1;
  let shared = 0;
  while (shared < longest && isDeepStrictEqual(chosen[shared], rejected[shared])) shared++;
  if (shared === 0) throw new RowError('"chosen" and "rejected" do not begin with the same prompt', 'chosen');
  return { prompt: chosen.slice(0, shared), chosen: chosen.slice(shared), rejected: rejected.slice(shared) };
}

/**
 * Splits two texts without marks after the characters they share, as TRL's `extract_prompt` does: a shared last space
 * goes to the responses, because tokenizers join it to the word that follows. Equal texts have no prompt.
 */
export function splitTexts(chosen: string, rejected: string): Split<string> {
  let shared = 0;
  if (chosen !== rejected) while (shared < chosen.length && chosen[shared] === rejected[shared]) shared++;
  if (isHighSurrogate(chosen.charCodeAt(shared - 1))) shared--; // a character beyond U+FFFF is two units long
  if (chosen[shared - 1] === ' ') shared--;
  return { prompt: chosen.slice(0, shared), chosen: chosen.slice(shared), rejected: rejected.slice(shared) };
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
