/** A judge's letters from a chat model behind a server. */
import { asTheyCome } from '../judges/asTheyCome.ts';
import type { Chat, ChatRequest } from '../judges/chat.ts';
import type { LetterLogps } from './labels.ts';
import { letterQuestion } from './letterQuestion.ts';
import type { RawSample } from './samples.ts';

/** How many of the likeliest first tokens are looked at: as many as every server tells. */
const topLogprobs = 5;

/** The question for chat models, which do not go on with a text but answer it. */
const chatQuestion = (prompt: string, a: string, b: string): ChatRequest => ({
  messages: [
    { role: 'user', content: `${letterQuestion(prompt, a, b)} …\n\nBegin your answer with the letter, A or B.` },
  ],
  maxTokens: 3,
  topLogprobs,
});

/**
 * The log-probabilities of the letters among the likeliest first tokens, each letter with or without a space, bracket or
 * quotation mark before it. A letter that is not among them is given the least of those that are: it has no more.
 * Undefined where neither is, or where the server tells no log-probabilities.
 */
export function lettersAmong(firstToken: Readonly<Record<string, number>> | undefined): LetterLogps | undefined {
  const tokens = Object.entries(firstToken ?? {});
  const of = (letter: string): number | undefined => {
    const own = tokens.filter(([token]) => token.replace(/^[\s(["'*]+|[\s)\]"'*.:]+$/g, '') === letter);
    return own.length === 0 ? undefined : Math.log(own.reduce((sum, [, logp]) => sum + Math.exp(logp), 0));
  };
  const [a, b] = [of('A'), of('B')];
  if (a === undefined && b === undefined) return undefined;
  const least = Math.min(...tokens.map(([, logp]) => logp));
  return { a: a ?? least, b: b ?? least };
}

/** What a chat model answered to one sample. */
export interface ChatLetters {
  readonly place: number;
  readonly ab: LetterLogps | undefined;
  readonly ba: LetterLogps | undefined;
  /** Why an answer is missing. */
  readonly why?: string;
}

/** Asks a chat model about each sample, in both orders; yields the answers as they come. */
export function chatLetters(
  samples: readonly RawSample[],
  chat: Pick<Chat, 'ask'>,
  { concurrency }: { readonly concurrency: number },
): AsyncGenerator<ChatLetters> {
  return asTheyCome(samples, concurrency, async ({ prompt, response_a: a, response_b: b }, place) => {
    const ab = await answer(chat, chatQuestion(prompt, a, b));
    const ba = await answer(chat, chatQuestion(prompt, b, a));
    const why = ab.why ?? ba.why;
    return { place, ab: ab.letters, ba: ba.letters, ...(why !== undefined && { why }) };
  });
}

async function answer(
  chat: Pick<Chat, 'ask'>,
  request: ChatRequest,
): Promise<{ readonly letters?: LetterLogps; readonly why?: string }> {
  try {
    const { firstToken, text } = await chat.ask(request);
    const letters = lettersAmong(firstToken);
    if (letters) return { letters };
    return {
      why: firstToken ? `the answer begins with neither letter: ${text}` : 'the server tells no log-probabilities',
    };
  } catch (error) {
    if (error instanceof Error && 'badInput' in error && error.badInput) throw error;
    return { why: error instanceof Error ? error.message : String(error) };
  }
}
