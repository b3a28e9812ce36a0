import type { ChatRequest } from '../chat.ts';

/** What a call asks for beside its messages. */
interface Parameters {
  readonly model: string;
  readonly temperature: number;
  readonly seed: number | undefined;
}

/** How much of what we would like to ask for a server takes. */
interface Taken {
  readonly form: 'json_schema' | 'json_object' | 'none';
  readonly length: 'max_tokens' | 'max_completion_tokens';
  readonly seed: boolean;
  readonly temperature: boolean;
}

/** The body of a call, and what it was made for. */
export interface Asked {
  readonly body: Readonly<Record<string, unknown>>;
  readonly taken: Taken;
}

/**
 * What an OpenAI-compatible server does not take. They differ in the parameters they know; one that refuses a call and
 * names a parameter is asked without it from then on (a form for the reply first as any JSON, then not at all).
 */
export class Concessions {
  readonly #say: (line: string) => void;
  #taken: Taken = { form: 'json_schema', length: 'max_tokens', seed: true, temperature: true };

  constructor(say: (line: string) => void = () => {}) {
    this.#say = say;
  }

  asked({ model, temperature, seed }: Parameters, { messages, maxTokens, form, topLogprobs }: ChatRequest): Asked {
    const taken = this.#taken;
    const body: Record<string, unknown> = { model, messages };
    if (maxTokens !== undefined) body[taken.length] = maxTokens;
    if (taken.temperature) body.temperature = temperature;
    if (taken.seed && seed !== undefined) body.seed = seed;
    if (topLogprobs !== undefined) Object.assign(body, { logprobs: true, top_logprobs: topLogprobs });
    if (form && taken.form === 'json_object') body.response_format = { type: 'json_object' };
    if (form && taken.form === 'json_schema') {
      body.response_format = { type: 'json_schema', json_schema: { ...form, strict: true } };
    }
    return { body, taken };
  }

  /** Whether a refused call may be asked again, with less. */
  concede({ body, taken }: Asked, why: string): boolean {
    const less = lessThan(taken, body, why);
    if (!less) return false;
    if (this.#taken === taken) {
      this.#taken = { ...taken, ...less.taken }; // else another call that was under way has conceded it
      this.#say(`The judge's server ${less.told}.`);
    }
    return true;
  }
}

function lessThan(
  { form }: Taken,
  body: Asked['body'],
  why: string,
): { taken: Partial<Taken>; told: string } | undefined {
  if (body.response_format && /response_format|json_schema|json_object|schema|guided|grammar/i.test(why)) {
    return form === 'json_schema'
      ? { taken: { form: 'json_object' }, told: 'takes no JSON schema: asked for any JSON, and checked here' }
      : { taken: { form: 'none' }, told: 'takes no response_format: asked in words, and checked here' };
  }
  if ('max_tokens' in body && /max_completion_tokens/.test(why)) {
    return { taken: { length: 'max_completion_tokens' }, told: 'calls max_tokens max_completion_tokens' };
  }
  if ('seed' in body && /\bseed\b/.test(why)) {
    return { taken: { seed: false }, told: 'takes no seed: its replies may differ the next time' };
  }
  if ('temperature' in body && /\btemperature\b/.test(why)) {
    return { taken: { temperature: false }, told: 'takes no temperature: its replies may differ the next time' };
  }
  return undefined;
}
