/** Servers of models: only those that the owner names in ATTUNE_ENDPOINTS are ever asked, whatever a request says. */
import {
  chatAddress,
  chatModel,
  costOf,
  JudgeError,
  ReplyCache,
  type ReplySource,
  rememberingChat,
  type Spent,
  stoppedBy,
} from '@attune/preferences';
import type { ModelChoices, ServedModel } from '../../shared/jobs.ts';
import { repliesFile } from '../besideDatabase.ts';
import { Refusal } from '../refusal.ts';
import { modelsOf } from '../runs/places.ts';
import type { Studio } from '../studio.ts';

/** Addresses between spaces or commas. */
export const allowedEndpoints = ({ env = {} }: Studio): string[] =>
  (env.ATTUNE_ENDPOINTS ?? '').split(/[\s,]+/).filter(Boolean);

export const modelChoices = (studio: Studio, projectId: string): ModelChoices => ({
  endpoints: allowedEndpoints(studio),
  models: modelsOf(studio, projectId),
});

/** @throws Refusal 400 where the owner has not allowed the address, or its key is not there */
export function checkEndpoint(studio: Studio, { url, keyName }: ServedModel): void {
  if (!allowedEndpoints(studio).includes(url)) {
    const remedy = 'The owner allows addresses in the environment variable ATTUNE_ENDPOINTS of the studio.';
    throw new Refusal(400, 'endpoint_not_allowed', `${url} is not allowed here. ${remedy}`, 'body.url');
  }
  if (keyName !== null && !studio.env?.[keyName]) {
    const remedy = 'Set it where the studio is started.';
    throw new Refusal(400, 'no_key', `The environment variable ${keyName} is not set. ${remedy}`, 'body.keyName');
  }
  try {
    chatAddress(url);
  } catch (error) {
    throw new Refusal(400, 'no_endpoint', (error as Error).message, 'body.url');
  }
}

/** Calls at a time; a server that says it has too much to do is asked less. */
export const AT_A_TIME = 8;

/** A model on an allowed server, with a memory of all that it ever answered. Dispose it. */
export function openEndpoint(
  studio: Studio,
  { url, model, keyName }: ServedModel,
  { temperature, stop }: { temperature: number; stop: AbortSignal },
) {
  const key = keyName === null ? undefined : studio.env?.[keyName];
  const memory = new ReplyCache(repliesFile(studio.folder));
  const broken = new AbortController();
  const signal = AbortSignal.any([stop, broken.signal]);
  const settings = { temperature, concurrency: AT_A_TIME, signal };
  const { ask: askModel } = chatModel({ url, model, ...(key !== undefined && { key }) }, settings);
  const ask: typeof askModel = (request) =>
    askModel(request).catch((error: unknown) => {
      if (!(error instanceof JudgeError)) throw error;
      throw new JudgeError(error.message.replace('ATTUNE_JUDGE_KEY', keyName ?? 'whose name you give'));
    });
  const source: ReplySource = { address: chatAddress(url), model, temperature };
  return {
    /** @param draw tells answers to the same question from each other */
    chat: (draw?: number) =>
      rememberingChat(stoppedBy(ask, broken), memory, { ...source, ...(draw !== undefined && { seed: draw }) }),
    /** Aborts when it is to stop, and at the first error that somebody must mend. */
    signal,
    [Symbol.dispose]: () => memory[Symbol.dispose](),
  };
}

/** What tokens cost, where the price is known. */
export const billOf = ({ price }: ServedModel): { costOf?: (tokens: Spent) => number } =>
  price ? { costOf: (tokens) => costOf(tokens, price) } : {};
