import { AttuneError } from '../../errors.ts';
import { type Chat, type ChatReply, type ChatRequest, estimateInput, usageOf } from '../chat.ts';
import type { Ask } from '../promptQuality.ts';
import type { Budget } from './budget.ts';
import { chatCall, type Endpoint, type Outcome } from './chatCall.ts';
import { type Clock, systemClock } from './clock.ts';
import { Concessions } from './concessions.ts';
import { type Limits, Pace } from './pace.ts';

/** An endpoint that speaks OpenAI's chat completions, and the model there. */
export interface JudgeEndpoint {
  /** With or without `/v1/chat/completions` at its end. */
  readonly url: string;
  readonly model: string;
  /** Sent as bearer token where there is one. */
  readonly key?: string;
}

/** How a model is asked. */
export interface ChatSettings extends Limits {
  /** 0 where it is not given: the likeliest reply. */
  readonly temperature?: number;
  readonly seed?: number;
  /** A call without an answer for so long is given up and tried again. */
  readonly timeoutMs?: number;
  /** Its abort lets calls under way finish, and lets none begin. */
  readonly signal?: AbortSignal;
  /** What may be spent; once it is, nothing more is asked. */
  readonly budget?: Budget;
  /** Told once of each parameter that the server does not take, and that is left out from then on. */
  readonly say?: (line: string) => void;
  readonly clock?: Clock;
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
const BUSY_TRIES = 30; // to be told to wait is no fault of the question, and with many callers happens often
const FIRST_WAIT_MS = 500; // doubled after each try
const LONGEST_WAIT_MS = 60_000;
const TIMEOUT_MS = 120_000;

/**
 * A chat model on a server. What may pass by itself (status 408, 429 and 5xx, broken connections, no answer in time) is tried
 * five times, as late as `Retry-After` says, else after 0.5, 1, 2 and 4 seconds; a server that says it is busy (429, or
 * 503 with `Retry-After`) makes every call wait, and is asked up to thirty times. A server that does not know a parameter (a form for the reply,
 * the seed) is asked without it.
 *
 * @throws JudgeError for an address, key or model that is refused (status 401 to 404), an account without money, or an
 *   address where nobody has ever listened
 * @throws JudgeCallError when there is no reply to this question
 */
export function chatModel(endpoint: JudgeEndpoint, settings: ChatSettings = {}): Omit<Chat, 'recall' | 'forget'> {
  const { temperature = 0, seed, timeoutMs = TIMEOUT_MS, signal, budget, say, clock = systemClock } = settings;
  const at: Endpoint = { address: chatAddress(endpoint.url), key: endpoint.key, timeoutMs };
  const pace = new Pace(settings, { clock, signal });
  const concessions = new Concessions(say);
  let refusal: JudgeError | undefined; // of all questions, once for all
  let wasThere = false; // a server that was there may come back

  const ask = async (request: ChatRequest): Promise<ChatReply> => {
    const tokens = estimateInput(request) + (request.maxTokens ?? 0);
    for (let [tried, busy] = [0, 0]; ; ) {
      await pace.turn(tokens);
      const asked = concessions.asked({ model: endpoint.model, temperature, seed }, request);
      let outcome: Outcome | undefined;
      try {
        if (refusal) throw refusal;
        budget?.check();
        outcome = await chatCall(at, asked.body);
      } finally {
        pace.ended(outcome !== undefined && 'busy' in outcome && outcome.busy === true);
      }
      if ('reply' in outcome || !outcome.absent) wasThere = true;
      if ('reply' in outcome) {
        const usage = usageOf(request, outcome.reply);
        pace.settle(usage.input + usage.output - tokens);
        budget?.spend(usage);
        return outcome.reply;
      }
      if (outcome.rejected !== undefined && concessions.concede(asked, outcome.rejected)) continue;
      if (outcome.hopeless) throw (refusal = new JudgeError(`${shownAddress(at.address)}: ${outcome.why}`));
      const count = outcome.busy ? ++busy : ++tried;
      if (tried === TRIES && !wasThere) {
        const remedy = 'Nobody has answered there: see that the server runs, and that the address is right.';
        throw (refusal = new JudgeError(`${shownAddress(at.address)}: ${outcome.why}. ${remedy}`));
      }
      if (!outcome.passing || tried === TRIES || busy === BUSY_TRIES) {
        const times = tried + busy;
        throw new JudgeCallError(
          `${shownAddress(at.address)}: ${outcome.why} (tried ${times} ${times === 1 ? 'time' : 'times'}).`,
        );
      }
      const waitMs = Math.min(LONGEST_WAIT_MS, outcome.waitMs ?? FIRST_WAIT_MS * 2 ** (count - 1));
      if (outcome.busy) pace.pause(waitMs);
      else await clock.sleep(waitMs, signal);
    }
  };
  return { ask: (request) => pace.place(() => ask(request)) };
}

/** A chat model as a judge that is asked in plain text. */
export function chatJudge(endpoint: JudgeEndpoint, settings?: ChatSettings): Ask {
  const chat = chatModel(endpoint, settings);
  return async (content) => (await chat.ask({ messages: [{ role: 'user', content }] })).text;
}

/** The address of the chat completions under a server's address, wherever that ends. */
export function chatAddress(url: string): string {
  const address = URL.parse(url);
  if (!address || !/^https?:$/.test(address.protocol)) {
    throw new JudgeError(`${url} is no address of a judge. Expected one such as http://localhost:8000/v1.`);
  }
  if (address.username || address.password) {
    throw new JudgeError("The judge's address has a name or password in it. Give the key in ATTUNE_JUDGE_KEY instead.");
  }
  const path = address.pathname.replace(/\/+$/, '');
  if (!path.endsWith('/chat/completions')) address.pathname = `${path || '/v1'}/chat/completions`;
  return address.href;
}

/** An address without its query, which may hold a key. */
export function shownAddress(address: string): string {
  const { origin, pathname } = new URL(address);
  return origin + pathname;
}
