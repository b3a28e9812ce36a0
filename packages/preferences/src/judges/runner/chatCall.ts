import type { ChatReply, Usage } from '../chat.ts';

/** Where a call goes, and how long it may take. */
export interface Endpoint {
  readonly address: string;
  readonly key: string | undefined;
  readonly timeoutMs: number;
}

/** What came of one call. */
export type Outcome = { readonly reply: ChatReply } | Failure;

/** Why there is no reply, as far as the server says. */
export interface Failure {
  readonly why: string;
  /** Another try may bring one. */
  readonly passing: boolean;
  /** The server has too much to do, or we have asked too much of it. */
  readonly busy?: boolean;
  /** No question at all will get a reply. */
  readonly hopeless?: boolean;
  /** Nobody listens at the address. */
  readonly absent?: boolean;
  /** What it says about a call that it does not take as it is. */
  readonly rejected?: string;
  readonly waitMs?: number;
}

/** One call of chat completions, once. */
export async function chatCall(endpoint: Endpoint, body: object): Promise<Outcome> {
  const { address, key, timeoutMs } = endpoint;
  let response: Response;
  let text: string;
  try {
    response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'manual', // texts and key go where they were meant to go, and nowhere else
    });
    text = await response.text();
  } catch (error) {
    if (isBlockedPort(error)) return { why: blockedPort, passing: false, hopeless: true };
    return { why: reason(error, timeoutMs), passing: true, absent: isAbsence(error) };
  }
  return response.ok ? replyIn(text) : failureOf(response, key ? text.replaceAll(key, '[key]') : text);
}

/** @param text what the server said, without the key: some servers repeat it */
function failureOf({ status, headers }: Response, text: string): Failure {
  if (status >= 300 && status < 400) {
    const why = `status ${status}: it sends callers on to ${headers.get('location')}. Give that address, if you trust it.`;
    return { why, passing: false, hopeless: true };
  }
  const why = `status ${status}${text && `: ${text.slice(0, 200)}`}`;
  const remedy = /insufficient_quota/.test(text) ? noMoney : remedies[status];
  if (remedy) return { why: `${why}. ${remedy}`, passing: false, hopeless: true };
  if (status === 400 || status === 422) return { why, passing: false, rejected: text.slice(0, 2000) };
  const waitMs = waitOf(headers.get('retry-after'));
  const busy = status === 429 || (status === 503 && waitMs !== undefined);
  return { why, passing: busy || status === 408 || status >= 500, busy, waitMs };
}

const noMoney = 'The account of this key has nothing left to spend.';
const remedies: Readonly<Record<number, string>> = {
  401: 'Give a key of that server, in the environment variable ATTUNE_JUDGE_KEY.',
  402: noMoney,
  403: 'See that its key may use this model.',
  404: 'Check its address and the name of the model.',
};

/** A body that is no JSON was broken on its way and may come whole the next time; JSON of another form will not. */
function replyIn(body: string): Outcome {
  const failure = { why: `a reply of another form: ${body.slice(0, 200)}`, passing: true };
  try {
    const { choices, usage } = JSON.parse(body);
    failure.passing = false;
    const { message, finish_reason, logprobs } = choices[0];
    if (typeof message.content !== 'string') return failure;
    return {
      reply: {
        text: message.content,
        whole: finish_reason !== 'length',
        cached: false,
        ...usageIn(usage),
        ...firstTokenIn(logprobs),
      },
    };
  } catch {
    return failure;
  }
}

function usageIn(usage: unknown): { usage?: Usage } {
  const { prompt_tokens: input, completion_tokens: output } = (usage ?? {}) as Record<string, unknown>;
  return typeof input === 'number' && typeof output === 'number' ? { usage: { input, output } } : {};
}

function firstTokenIn(logprobs: unknown): Pick<ChatReply, 'firstToken'> {
  const top = (logprobs as { content?: { top_logprobs?: unknown }[] } | null | undefined)?.content?.[0]?.top_logprobs;
  if (!Array.isArray(top)) return {};
  return { firstToken: Object.fromEntries(top.map(({ token, logprob }) => [token, logprob])) };
}

/** `Retry-After` in milliseconds: seconds or a date, by RFC 9110, 10.2.3. */
function waitOf(header: string | null): number | undefined {
  if (header === null) return undefined;
  const wait = /^\d+(\.\d+)?$/.test(header) ? 1000 * Number(header) : Date.parse(header) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

/** fetch() says only "fetch failed"; the reason is in the cause. */
const causeOf = (error: unknown): unknown =>
  error instanceof Error && error.cause instanceof Error ? error.cause : error;

function reason(error: unknown, timeoutMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer in ${timeoutMs / 1000} s`;
  const cause = causeOf(error);
  return cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : String(cause);
}

/** No such host, or no program that listens there. */
const isAbsence = (error: unknown): boolean =>
  ['ECONNREFUSED', 'ENOTFOUND'].includes(String((causeOf(error) as NodeJS.ErrnoException).code));

/** Ports of other protocols, at which fetch() asks nothing (the Fetch standard, "port blocking"). */
const isBlockedPort = (error: unknown): boolean => (causeOf(error) as Error).message === 'bad port';
const blockedPort =
  'its port belongs to another protocol, and nothing is asked there. Have the server listen at another.';
