import { hash } from 'node:crypto';
import { type Content, type Pair, toMessages } from './types.ts';

/** Equal for prompts that say the same: text equals the one message a user would send; outer white space is ignored. */
export const promptKey = (prompt: Content): string => contentKey(prompt, 'user');

/** Equal for responses that are the same to the letter, as text or as a message. */
export const responseKey = (response: Content): string => digest(toMessages(response, 'assistant'));

/** Equal for pairs with the same prompt and the same responses in the same places. */
export const pairKey = ({ prompt, chosen, rejected }: Pick<Pair, 'prompt' | 'chosen' | 'rejected'>): string =>
  `${promptKey(prompt)} ${responseKey(chosen)} ${responseKey(rejected)}`;

const contentKey = (content: Content, role: 'user' | 'assistant'): string =>
  digest(toMessages(content, role).map((message) => ({ ...message, content: message.content.trim() })));

/** Short, so that the keys of a large data set fit into memory. */
const digest = (messages: readonly { role: string; content: string }[]): string =>
  hash('sha1', JSON.stringify(messages.map(({ role, content }) => [role, content])), 'base64');
