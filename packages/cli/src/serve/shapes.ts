/** Answers in the forms of OpenAI's two interfaces. */
import type { SampledToken, Tokenizer, TokenLogp } from '@attune/align';

/** What the two interfaces call things, and how they tell of tokens. */
export interface Shape {
  readonly id: string;
  readonly object: string;
  readonly chunk: string;
  /** An answer that has ended. */
  whole(text: string): object;
  /** A piece of one that has not. */
  piece(text: string, isFirst: boolean): object;
  /** What stands for text where it has ended. */
  readonly last: object;
  /** The tokens of a piece, `at` characters into the answer. */
  logprobs(tokenizer: Tokenizer, tokens: readonly SampledToken[], at: number): object;
}

/** https://platform.openai.com/docs/api-reference/chat */
export const chatShape: Shape = {
  id: 'chatcmpl',
  object: 'chat.completion',
  chunk: 'chat.completion.chunk',
  whole: (text) => ({ message: { role: 'assistant', content: text, refusal: null } }),
  piece: (text, isFirst) => ({ delta: { ...(isFirst && { role: 'assistant' }), content: text } }),
  last: { delta: {} },
  logprobs(tokenizer, tokens) {
    const told = ({ id, logp }: TokenLogp) => ({ token: tokenizer.tokens([id])[0], logprob: logp, bytes: null });
    return {
      content: tokens.map(({ likeliest = [], ...token }) => ({ ...told(token), top_logprobs: likeliest.map(told) })),
      refusal: null,
    };
  },
};

/** https://platform.openai.com/docs/api-reference/completions */
export const completionShape: Shape = {
  id: 'cmpl',
  object: 'text_completion',
  chunk: 'text_completion',
  whole: (text) => ({ text }),
  piece: (text) => ({ text }),
  last: { text: '' },
  logprobs(tokenizer, tokens, at) {
    const texts = tokenizer.tokens(tokens.map(({ id }) => id));
    let offset = at;
    return {
      tokens: texts,
      token_logprobs: tokens.map(({ logp }) => logp),
      top_logprobs: tokens.map(({ likeliest = [] }) =>
        Object.fromEntries(likeliest.map(({ id, logp }) => [tokenizer.tokens([id])[0], logp])),
      ),
      text_offset: texts.map((text) => (offset += text.length) - text.length),
    };
  },
};

/** Tokens of the prompt, and of all answers, the ones that ended them included. */
export const usageOf = (prompt: number, answers: readonly number[]) => {
  const completion = answers.reduce((sum, n) => sum + n, 0);
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
};
