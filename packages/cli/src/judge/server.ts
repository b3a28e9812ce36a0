import {
  Budget,
  type Chat,
  type ChatReply,
  type ChatRequest,
  CostError,
  type CostEstimate,
  chatAddress,
  chatModel,
  costOf,
  counted,
  estimateRequests,
  formatCost,
  JudgeError,
  onlyModel,
  type Price,
  ReplyCache,
  rememberingChat,
  type Spent,
  stoppedBy,
  type Usage,
} from '@attune/preferences';
import type { Command } from 'commander';
import { type CommandContext, number, wholeNumber } from '../command.ts';
import { UsageError } from '../errors.ts';
import { checkOutFile } from '../models/outFile.ts';
import { formatCount } from '../terminal/format.ts';
import { table } from '../terminal/table.ts';
import { type PriceOptions, priceOf } from './priceOptions.ts';

/** How a chat model behind a server is asked: the same for all that ask one. */
export interface ServerOptions extends PriceOptions {
  readonly cache?: string;
  readonly concurrency?: number;
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  readonly timeout?: number;
  readonly seed?: number;
  readonly maxCost?: number;
  readonly estimate?: true;
}

export const usualSeed = 42;
const LONGEST_TIMEOUT = 300; // fetch() itself waits no longer for a server to begin its answer
const usual = { concurrency: 8, timeout: LONGEST_TIMEOUT };

/** Adds these options to a command. */
export const withServer = (command: Command): Command =>
  command
    .option('--cache <file>', 'where replies are kept (default: beside --out)')
    .option(
      '--concurrency <n>',
      `calls at a time (default: ${usual.concurrency}, and what --requests-per-minute needs)`,
      wholeNumber(1),
    )
    .option('--requests-per-minute <n>', 'calls that may start in a minute', number(1e-3))
    .option('--tokens-per-minute <n>', 'tokens of calls that may start in a minute', number(1))
    .option(
      '--timeout <seconds>',
      `a call without an answer for so long is tried again (default: ${usual.timeout})`,
      number(0.001, LONGEST_TIMEOUT),
    )
    .option('--seed <n>', `sent to the server (default: ${usualSeed})`, wholeNumber(0))
    .option('--prices <file>', 'YAML, a line per model: "name: {input: 2.5, output: 10}", per million tokens')
    .option('--price-input <amount>', 'price of a million tokens asked', number(0))
    .option('--price-output <amount>', 'price of a million tokens answered', number(0))
    .option('--max-cost <amount>', 'do not begin what will cost more, and end where more is spent', number(0))
    .option('--estimate', 'only say what it would cost');

/** The model that was named, else the only one that the server has. */
export async function modelOf(
  { judge: url, judgeModel }: { readonly judge: string; readonly judgeModel?: string },
  say: (line: string) => void,
): Promise<string> {
  if (judgeModel !== undefined) return judgeModel;
  try {
    const model = await onlyModel({ url, key: process.env.ATTUNE_JUDGE_KEY });
    say(`The only model there is ${model}.`);
    return model;
  } catch (error) {
    if (!(error instanceof JudgeError)) throw error;
    throw new UsageError(`${error.message} Give its name with --judge-model.`, { cause: error });
  }
}

/** A server that is asked, with its memory and its bill. Dispose it. */
export interface JudgeServer extends Disposable {
  readonly chat: Chat;
  /** Aborts at Ctrl-C, and at the first error that a person must mend. */
  readonly signal: AbortSignal;
  readonly cacheFile: string;
  readonly concurrency: number;
  /** So far. */
  spent(): Spent;
  /** Of so many tokens, where a price is known. */
  costIn(tokens: Usage): { cost?: number };
}

/** The price to pay, if any is given. @throws UsageError for a limit without a price */
export function priceToPay(model: string, { maxCost, ...options }: ServerOptions): Price | undefined {
  const price = priceOf(model, options);
  if (maxCost !== undefined && !price) {
    throw new UsageError('--max-cost needs prices. Give --price-input and --price-output, or --prices FILE.');
  }
  return price;
}

/** Opens the cache, and a chat that asks the server for what is not in it. */
export function openServer(
  { url, model, out }: { readonly url: string; readonly model: string; readonly out: string },
  options: ServerOptions,
  context: Pick<CommandContext, 'signal' | 'say'>,
): JudgeServer {
  const price = priceToPay(model, options);
  const address = chatAddress(url);
  const { seed = usualSeed, timeout = usual.timeout, maxCost, requestsPerMinute, tokensPerMinute } = options;
  const concurrency = options.concurrency ?? usualConcurrency(requestsPerMinute);
  const cacheFile = options.cache ?? `${out}.replies.sqlite`;
  checkOutFile(cacheFile, '--cache');
  const cache = new ReplyCache(cacheFile);
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const budget = price && maxCost !== undefined ? new Budget(price, maxCost) : undefined;
  const { ask } = chatModel(
    { url, model, key: process.env.ATTUNE_JUDGE_KEY },
    {
      ...{ concurrency, requestsPerMinute, tokensPerMinute, timeoutMs: 1000 * timeout },
      ...{ temperature: 0, seed, signal, budget, say: context.say },
    },
  );
  const chat = rememberingChat(ask, cache, { address, model, temperature: 0, seed });
  return {
    ...counted({ ...chat, ask: stoppedBy(chat.ask, stop) }),
    signal,
    cacheFile,
    concurrency,
    costIn: (tokens) => (price ? { cost: costOf(tokens, price) } : {}),
    [Symbol.dispose]: () => cache[Symbol.dispose](),
  };
}

const SLOW_CALL_MINUTES = 0.5;
const MOST_AT_A_TIME = 256;

/** So many that calls of half a minute still come as often as the limit allows. */
const usualConcurrency = (requestsPerMinute = 0): number =>
  Math.max(usual.concurrency, Math.min(MOST_AT_A_TIME, Math.ceil(SLOW_CALL_MINUTES * requestsPerMinute)));

/** Questions, and how they are asked and read. */
export interface Asking<Q> {
  readonly template: { request(question: Q): ChatRequest; read(reply: ChatReply, question: Q): unknown };
  readonly questions: Iterable<Q>;
}

/**
 * Says what is still to be asked and what it will cost, before anything is.
 *
 * @returns whether that was all that was wanted (`--estimate`)
 * @throws CostError where it is more than `--max-cost`
 */
export function isOnlyEstimate<Q>(
  { say, result }: CommandContext,
  { chat, costIn }: JudgeServer,
  asking: Asking<Q>,
  { estimate: only, maxCost, retryUnreadable }: ServerOptions & { readonly retryUnreadable?: true },
): boolean {
  const anew = new WeakSet<ChatRequest>(); // replies that cannot be read, and are to be asked for again
  const requests = requestsOf(asking, (request, question) => {
    const reply = retryUnreadable ? chat.recall(request) : undefined;
    if (!reply || asking.template.read(reply, question) !== undefined) return;
    anew.add(request);
    if (!only) chat.forget(request);
  });
  const recall: Chat['recall'] = (request) => (anew.has(request) ? undefined : chat.recall(request));
  const estimate = estimateRequests(requests, { recall });
  const told = toldEstimate(estimate, costIn(estimate));
  if (only) result({ questions: estimate.calls + estimate.cached, ...estimate, ...costIn(estimate) }, told);
  else {
    say(told);
    refuseCost(costIn(estimate), maxCost, 'less to judge');
  }
  return only === true;
}

/** One after the other, because there may be very many. */
function* requestsOf<Q>(
  { template, questions }: Asking<Q>,
  each: (request: ChatRequest, question: Q) => void,
): Generator<ChatRequest> {
  for (const question of questions) {
    const request = template.request(question);
    each(request, question);
    yield request;
  }
}

/** What is still to be asked, in words. */
export function toldEstimate(estimate: CostEstimate, { cost }: { cost?: number }): string {
  const { calls, cached, input, output } = estimate;
  const before = cached > 0 ? ` ${formatCount(cached)} answers are there already.` : '';
  const money = cost === undefined ? '' : `, for about ${formatCost(cost)}`;
  const tokens = `about ${formatCount(input)} tokens to ask and ${formatCount(output)} to answer`;
  return calls === 0
    ? `Nothing is left to ask.${before}`
    : `To ask: ${formatCount(calls)} calls, ${tokens}${money}.${before}`;
}

/** @param fewer what to ask less of */
export function refuseCost({ cost }: { cost?: number }, maxCost: number | undefined, fewer: string): void {
  if (cost === undefined || maxCost === undefined || cost <= maxCost) return;
  throw new CostError(
    `It would cost about ${formatCost(cost)}, and --max-cost is ${formatCost(maxCost)}. Give a higher one, or ${fewer}. ` +
      'Nothing was asked.',
  );
}

/** Beside the progress: what is spent, and how much has failed. */
export const noteOf = (failed: number, { cost }: { cost?: number }): string =>
  [cost === undefined ? '' : formatCost(cost), failed > 0 ? `${formatCount(failed)} failed` : '']
    .filter(Boolean)
    .join('  ');

/** What calls came to, for programs. */
export const billOf = ({ spent, costIn, cacheFile }: JudgeServer) => {
  const { cached: cachedReplies, failed: failedCalls, ...rest } = spent();
  return { cache: cacheFile, ...rest, cachedReplies, failedCalls, ...costIn(rest) };
};

/** What calls came to, for people. */
export const toldBill = ({ spent, costIn }: JudgeServer): string => {
  const sum = spent();
  return table([`${formatCount(sum.calls + sum.failed)} calls`, ''], spentRows(sum, costIn(sum)));
};

/** What calls came to, as rows of a table. */
export function spentRows(
  { calls, failed, cached, input, output, estimated }: Spent,
  { cost }: { cost?: number },
  askedAgain = 0,
): [string, string][] {
  const shown = (name: string, count: number, always = false): [string, string][] =>
    count > 0 || always ? [[name, formatCount(count)]] : [];
  return [
    ...shown('answered', calls, true),
    ...shown('failed', failed),
    ...shown('answers from earlier', cached),
    ...shown('asked again, because an answer could not be used', askedAgain),
    ...shown('tokens asked', input, true),
    ...shown('tokens answered', output, true),
    ...shown('calls whose tokens are estimated', estimated),
    ...(cost === undefined ? [] : [['cost', formatCost(cost)] as [string, string]]),
  ];
}
