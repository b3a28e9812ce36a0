/** What callers may ask: OpenAI's chat completions and completions. What would be passed over in silence is refused. */
import type { Message } from '@attune/preferences';
import { z } from 'zod';

const stops = z.union([z.string().min(1), z.array(z.string().min(1)).max(16)]);

const note = z.unknown().optional();

/** Of both kinds of request. Where OpenAI has no name for a setting, it is vLLM's. */
const sampling = {
  model: z.string().nullish(),
  max_tokens: z.int().min(1).nullish(),
  n: z.int().min(1).max(128).nullish(),
  temperature: z.number().min(0).max(100).nullish(),
  top_p: z.number().gt(0).max(1).nullish(),
  top_k: z.int().min(1).nullish(),
  min_p: z.number().gt(0).max(1).nullish(),
  repetition_penalty: z.number().min(0.01).nullish(),
  stop: stops.nullish(),
  seed: z.int().nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.strictObject({ include_usage: z.boolean().nullish() }).nullish(),
  // Clients send these with the value that changes nothing.
  presence_penalty: z.literal(0).nullish(),
  frequency_penalty: z.literal(0).nullish(),
  logit_bias: z.strictObject({}).nullish(),
  // Notes of the caller's own: no answer depends on them.
  ...{ user: note, metadata: note, store: note },
};

const textPart = z.strictObject({ type: z.literal('text'), text: z.string() });
const content = z.union([z.string(), z.array(textPart).min(1)]);
const message = z.strictObject({ role: z.enum(['system', 'developer', 'user', 'assistant']), content });

const chat = z.strictObject({
  ...sampling,
  messages: z.array(message).min(1),
  max_completion_tokens: z.int().min(1).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  response_format: z.strictObject({ type: z.literal('text') }).nullish(),
});

const completion = z.strictObject({
  ...sampling,
  prompt: z.union([z.string(), z.array(z.int().min(0)).min(1), z.tuple([z.string()])]),
  logprobs: z.int().min(0).max(20).nullish(),
  echo: z.literal(false).nullish(),
  best_of: z.literal(1).nullish(),
});

type Sampling = z.infer<z.ZodObject<typeof sampling>>;

/** A request that has been read. */
export interface Asked {
  /** A conversation, a text, or token ids. */
  readonly prompt: string | Message[] | readonly number[];
  readonly model: string | undefined;
  readonly maxNewTokens: number | undefined;
  readonly sampling: {
    readonly samples: number;
    readonly temperature: number;
    readonly stop: readonly string[];
    readonly topP?: number;
    readonly topK?: number;
    readonly minP?: number;
    readonly repetitionPenalty?: number;
    readonly seed?: number;
  };
  /** How many of the likeliest tokens are told in each place; undefined where no log-probabilities are wanted. */
  readonly logprobs: number | undefined;
  readonly stream: boolean;
  /** Whether a stream ends with what it cost. */
  readonly usage: boolean;
}

/** @throws z.ZodError */
export function chatAsked(body: unknown): Asked {
  const asked = chat.parse(body);
  const { logprobs, top_logprobs, max_completion_tokens, max_tokens } = asked;
  return {
    ...common(asked, max_completion_tokens ?? max_tokens),
    prompt: messagesOf(asked.messages),
    logprobs: logprobs ? (top_logprobs ?? 0) : undefined,
  };
}

/** @throws z.ZodError */
export function completionAsked(body: unknown): Asked {
  const asked = completion.parse(body);
  const { prompt } = asked;
  return {
    ...common(asked, asked.max_tokens),
    prompt: typeof prompt === 'string' ? prompt : typeof prompt[0] === 'string' ? prompt[0] : (prompt as number[]),
    logprobs: asked.logprobs ?? undefined,
  };
}

function common(asked: Sampling, maxNewTokens: number | null | undefined): Omit<Asked, 'prompt' | 'logprobs'> {
  const { n, temperature, stop, top_p, top_k, min_p, repetition_penalty, seed } = asked;
  return {
    model: asked.model ?? undefined,
    maxNewTokens: maxNewTokens ?? undefined,
    sampling: {
      samples: n ?? 1,
      temperature: temperature ?? 1,
      stop: typeof stop === 'string' ? [stop] : (stop ?? []),
      ...given({ topP: top_p, topK: top_k, minP: min_p, repetitionPenalty: repetition_penalty, seed }),
    },
    stream: asked.stream ?? false,
    usage: asked.stream_options?.include_usage ?? false,
  };
}

/** What is neither undefined nor null. */
const given = <K extends string>(values: Record<K, number | null | undefined>): { [key in K]?: number } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value != null)) as { [key in K]?: number };

function messagesOf(messages: z.infer<typeof message>[]): Message[] {
  return messages.map(({ role, content: said }) => ({
    role: role === 'developer' ? 'system' : role, // its newer name
    content: typeof said === 'string' ? said : said.map(({ text }) => text).join(''),
  }));
}
