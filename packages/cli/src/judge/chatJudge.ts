import { setTimeout as sleep } from 'node:timers/promises';
import { type Ask, AttuneError } from '@attune/preferences';

/** An endpoint that speaks OpenAI's chat completions, and the model there. */
export interface JudgeEndpoint {
  /** With or without `/v1/chat/completions` at its end. */
  readonly url: string;
  readonly model: string;
  /** Sent as bearer token where there is one. */
  readonly key?: string;
}

/** The judge's server refuses what is asked in a way that asking again will not change: the address, the key, the model. */
export class JudgeError extends AttuneError {
  readonly code = 'judge';
  override readonly badInput = true;
}

/** A call got no reply, also not when it was repeated. */
export class JudgeCallError extends AttuneError {
  readonly code = 'judge_call';
}

const TRIES = 5;
const FIRST_WAIT_MS = 500; // doubled after each try
const LONGEST_WAIT_MS = 60_000;
const TIMEOUT_MS = 120_000;

/**
 * Asks a chat model one question at a time, at temperature 0. What may pass by itself (status 429 and 5xx, broken
 * connections, no answer for two minutes) is tried five times, as late as `Retry-After` says, else after 0.5, 1, 2 and
 * 4 seconds.
 *
 * @throws JudgeError for an address, key or model that is refused (status 401, 403, 404)
 * @throws JudgeCallError when there is no reply to this question
 */
export function chatJudge({ url, model, key }: JudgeEndpoint): Ask {
  const address = chatAddress(url);
  return async (question) => {
    for (let tried = 1; ; tried++) {
      const outcome = await attempt(address, { model, key, question });
      if ('reply' in outcome) return outcome.reply;
      if (!outcome.passing || tried === TRIES) {
        throw new JudgeCallError(`${address}: ${outcome.why} (tried ${tried} ${tried === 1 ? 'time' : 'times'}).`);
      }
      await sleep(outcome.waitMs ?? FIRST_WAIT_MS * 2 ** (tried - 1));
    }
  };
}

/** The address of the chat completions under a server's address, wherever that ends. */
export function chatAddress(url: string): string {
  const address = URL.parse(url);
  if (!address || !/^https?:$/.test(address.protocol)) {
    throw new JudgeError(`--judge ${url} is no address. Expected one such as http://localhost:8000/v1.`);
  }
  const path = address.pathname.replace(/\/+$/, '');
  if (!path.endsWith('/chat/completions')) address.pathname = `${path || '/v1'}/chat/completions`;
  return address.href;
}

type Outcome = { readonly reply: string } | Failure;

/** Why there is no reply; `passing` when another try may bring one. */
interface Failure {
  readonly why: string;
  readonly passing: boolean;
  readonly waitMs?: number;
}

async function attempt(
  address: string,
  { model, key, question }: { model: string; key: string | undefined; question: string },
): Promise<Outcome> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: question }], temperature: 0 }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    text = await response.text();
  } catch (error) {
    return { why: reason(error), passing: true };
  }
  if (response.ok) return replyIn(text);
  const why = `status ${response.status}${text && `: ${text.slice(0, 200)}`}`;
  if ([401, 403, 404].includes(response.status))
    throw new JudgeError(`${address}: ${why}. ${remedies[response.status]}`);
  const passing = response.status === 429 || response.status >= 500;
  return { why, passing, waitMs: waitOf(response.headers.get('retry-after')) };
}

const remedies: Readonly<Record<number, string>> = {
  401: 'Set ATTUNE_JUDGE_KEY to a key of that server.',
  403: 'See that the key in ATTUNE_JUDGE_KEY may use this model.',
  404: 'Check --judge and --judge-model.',
};

function replyIn(body: string): Outcome {
  const failure = { why: `a reply of another form: ${body.slice(0, 200)}`, passing: false };
  try {
    const content = JSON.parse(body)?.choices?.[0]?.message?.content;
    return typeof content === 'string' ? { reply: content } : failure;
  } catch {
    return failure;
  }
}

/** `Retry-After` in milliseconds: seconds or a date, by RFC 9110, 10.2.3. Nobody is waited for longer than a minute. */
function waitOf(header: string | null): number | undefined {
  if (header === null) return undefined;
  const wait = /^\d+$/.test(header) ? 1000 * Number(header) : Date.parse(header) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.min(LONGEST_WAIT_MS, Math.max(0, wait));
}

/** fetch() says only "fetch failed"; the reason is in the cause. */
function reason(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer in ${TIMEOUT_MS / 1000} s`;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : String(cause);
}
