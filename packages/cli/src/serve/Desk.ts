import type { OpenedModel, SampledToken } from '@attune/align';
import { type Response, respond } from '../models/responses.ts';
import type { Asked } from './requests.ts';

/** A prompt to answer. */
export interface Question {
  readonly ids: readonly number[];
  readonly maxNewTokens: number;
  readonly sampling: Asked['sampling'];
  /** How many of the likeliest tokens are wanted in each place. */
  readonly likeliest: number;
  /** Hears of every token of its answers as it is chosen. */
  readonly onToken: (token: SampledToken) => void;
  /** Aborts when nobody waits for the answers any more. */
  readonly signal: AbortSignal;
}

interface Waiting extends Question {
  readonly resolve: (responses: Response[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Where questions wait for the model, which answers one batch at a time. Those that wait together and are sampled alike
 * are answered together: a batch costs hardly more than its longest answer. Who names a seed, and so wants the same
 * answer again, is answered alone, because a place in a batch decides what is drawn.
 */
export class Desk {
  readonly #opened: OpenedModel;
  readonly #rows: number;
  #waiting: Waiting[] = [];
  #works = false;

  /** @param rows answers under way at a time */
  constructor(opened: OpenedModel, rows: number) {
    this.#opened = opened;
    this.#rows = rows;
  }

  /** The answers to a question, as many as its `samples`. Rejects with the signal's reason where it aborts first. */
  ask(question: Question): Promise<Response[]> {
    const answered = new Promise<Response[]>((resolve, reject) => {
      this.#waiting.push({ ...question, resolve, reject });
    });
    if (!this.#works) void this.#work();
    return answered;
  }

  async #work(): Promise<void> {
    this.#works = true;
    await new Promise(setImmediate); // who asks at the same time is then here too
    for (let batch = this.#next(); batch.length > 0; batch = this.#next()) await this.#answer(batch);
    this.#works = false;
  }

  /** The questions whose turn it is, out of the line. */
  #next(): Waiting[] {
    for (const { signal, reject } of this.#waiting) if (signal.aborted) reject(signal.reason);
    this.#waiting = this.#waiting.filter(({ signal }) => !signal.aborted);
    const first = this.#waiting[0];
    if (!first) return [];
    const room = Math.max(1, Math.floor(this.#rows / first.sampling.samples));
    const alike = isAlone(first) ? [first] : this.#waiting.filter((other) => !isAlone(other) && areAlike(first, other));
    const batch = alike.slice(0, room);
    this.#waiting = this.#waiting.filter((one) => !batch.includes(one));
    return batch;
  }

  async #answer(batch: readonly Waiting[]): Promise<void> {
    const { sampling, maxNewTokens, likeliest } = batch[0]!;
    const answers = batch.map((): Response[] => []);
    const signal = whenAllAbort(batch.map((one) => one.signal));
    try {
      const prompts = batch.map(({ ids }, i) => ({ id: String(i), ids }));
      const options = {
        ...sampling,
        ...{ maxNewTokens, likeliest, signal, batchSize: batch.length * sampling.samples },
        seed: sampling.seed ?? Math.floor(Math.random() * 2 ** 31),
        onToken: (token: SampledToken) => batch[token.prompt]!.onToken(token),
      };
      for await (const { prompt, ...response } of respond(this.#opened, prompts, options)) {
        answers[prompt]![response.index] = response;
        if (Object.keys(answers[prompt]!).length === sampling.samples) batch[prompt]!.resolve(answers[prompt]!);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}

const isAlone = ({ sampling }: Question): boolean => sampling.seed !== undefined && sampling.temperature > 0;

const areAlike = (one: Question, other: Question): boolean => alike(one) === alike(other);

const alike = ({ sampling: { seed: _, ...sampling }, maxNewTokens, likeliest }: Question): string =>
  JSON.stringify([sampling, maxNewTokens, likeliest]);

/** A signal that aborts when all of these have. */
function whenAllAbort(signals: readonly AbortSignal[]): AbortSignal {
  const all = new AbortController();
  const check = () => {
    if (signals.every(({ aborted }) => aborted)) all.abort();
  };
  for (const signal of signals) signal.addEventListener('abort', check);
  return all.signal;
}
