import { PassThrough } from 'node:stream';
import type { SampledToken, Tokenizer } from '@attune/align';
import type { Response } from '../models/responses.ts';
import { GrowingText } from './GrowingText.ts';
import { asRefusal } from './refusal.ts';
import type { Asked } from './requests.ts';
import { type Shape, usageOf } from './shapes.ts';

/** What a stream tells, and of what. */
export interface Told {
  readonly tokenizer: Tokenizer;
  readonly asked: Asked;
  readonly shape: Shape;
  /** Stands in every event: id, time, model. */
  readonly about: object;
  /** The prompt's tokens. */
  readonly ids: readonly number[];
}

/** Answers as server-sent events, each piece as soon as it is certain. */
export class EventStream {
  readonly body = new PassThrough();
  readonly #told: Told;
  readonly #answers: readonly { readonly text: GrowingText; sent: number; isFirst: boolean }[];

  constructor(told: Told) {
    const { samples, stop } = told.asked.sampling;
    this.#told = told;
    this.#answers = Array.from({ length: samples }, () => {
      return { text: new GrowingText(told.tokenizer, told.ids, stop), sent: 0, isFirst: true };
    });
  }

  /** A token of one of the answers. */
  push(token: SampledToken): void {
    const fresh = this.#answers[token.index]!.text.push(token.id);
    if (fresh || this.#told.asked.logprobs !== undefined) this.#piece(token.index, fresh, [token]);
  }

  /** All answers, whole: what of them is not out yet, why they ended, and what they cost. */
  end(responses: readonly Response[]): void {
    const { asked, shape, ids } = this.#told;
    for (const [index, { text, finish }] of responses.entries()) {
      const rest = this.#answers[index]!.text.end(text);
      if (rest) this.#piece(index, rest, []);
      this.#send({ choices: [{ index, ...shape.last, finish_reason: finish, logprobs: null }] });
    }
    const spent = responses.map(({ tokens }) => tokens.length);
    if (asked.usage) this.#send({ choices: [], usage: usageOf(ids.length, spent) });
    this.body.end('data: [DONE]\n\n');
  }

  fail(error: unknown): void {
    this.body.end(`data: ${JSON.stringify(asRefusal(error).body)}\n\n`);
  }

  #piece(index: number, text: string, tokens: readonly SampledToken[]): void {
    const { asked, shape, tokenizer } = this.#told;
    const answer = this.#answers[index]!;
    const logprobs = asked.logprobs === undefined ? null : shape.logprobs(tokenizer, tokens, answer.sent);
    this.#send({ choices: [{ index, ...shape.piece(text, answer.isFirst), finish_reason: null, logprobs }] });
    answer.sent += text.length;
    answer.isFirst = false;
  }

  #send(what: object): void {
    this.body.write(`data: ${JSON.stringify({ ...this.#told.about, ...what })}\n\n`);
  }
}
