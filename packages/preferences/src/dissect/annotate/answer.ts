/** Asks until the answer can be used, or says why it cannot. */
import { faultOf } from '../../data/parse.ts';
import type { Chat, ChatReply, ChatRequest } from '../../judges/chat.ts';
import { fitReply } from '../../judges/fitReply.ts';
import { objectIn } from '../../judges/looseJson.ts';
import type { Question, StepName } from './steps.ts';

/** Why a step has no answer. */
export interface StepFailure {
  readonly step: StepName;
  readonly reason: string;
  /** What the annotator said last, where it said something. */
  readonly said?: string;
}

/** A step that has no answer. */
export class StepError extends Error {
  readonly failure: StepFailure;
  constructor(failure: StepFailure) {
    super(failure.reason);
    this.failure = failure;
  }
}

/** What was odd in answers: names that nobody asked for, names that were missing at first, and answers asked for again. */
export interface Remarks {
  unknown(step: StepName, name: string): void;
  missing(step: StepName, name: string): void;
  again(step: StepName): void;
}

const TRIES = 3;

/**
 * The answer to a question. One that cannot be used is asked for again with what is wrong with it, twice; then the whole
 * exchange is forgotten, so that the next run asks anew.
 *
 * @throws StepError where there is none
 */
export async function answer<T>(chat: Chat, { step, request, form }: Question<T>, remarks: Remarks): Promise<T> {
  const exchange: ChatRequest[] = [];
  for (let next = request; ; ) {
    exchange.push(next);
    const reply = await chat.ask(next);
    const read = readAnswer(reply, { step, request, form }, remarks);
    if ('value' in read) return read.value;
    if (exchange.length === TRIES) {
      for (const one of exchange) chat.forget(one);
      throw new StepError({ step, reason: read.fault, said: reply.text });
    }
    remarks.again(step);
    next = corrected(next, reply, read.fault);
  }
}

type Read<T> = { readonly value: T } | { readonly fault: string };

function readAnswer<T>({ text, whole }: ChatReply, { step, request, form }: Question<T>, remarks: Remarks): Read<T> {
  if (!form) return text.trim() === '' ? { fault: 'the reply is empty' } : { value: text as T };
  const object = objectIn(text);
  if (!object) return { fault: whole ? 'the reply is no JSON object' : 'the reply is cut off; it must be shorter' };
  const fitted = fitReply(object, request.form!.schema, (name) => remarks.unknown(step, name));
  const result = form.safeParse(fitted);
  if (result.success) return { value: result.data };
  for (const { path } of result.error.issues) {
    if (path.length === 1 && !(path[0]! in (fitted as object))) remarks.missing(step, String(path[0]));
  }
  const faults = result.error.issues.map((issue) => faultOf(issue, fitted).message);
  return { fault: faults.slice(0, LISTED).map(cut).join('; ') };
}

const LISTED = 8;
const LONGEST_FAULT = 200; // some name all of a long list of choices

const cut = (text: string): string => (text.length > LONGEST_FAULT ? `${text.slice(0, LONGEST_FAULT)}…` : text);

/** The exchange so far, with the reply and what is wrong with it: never a question that was asked before. */
function corrected(request: ChatRequest, { text }: ChatReply, fault: string): ChatRequest {
  const again = request.form
    ? `That cannot be used: ${fault}. Reply again, with the whole JSON object and nothing else.`
    : `That cannot be used: ${fault}. Reply again.`;
  const messages = [
    ...request.messages,
    { role: 'assistant', content: text || '(nothing)' },
    { role: 'user', content: again },
  ] as const;
  return { ...request, messages };
}
