/** Threads for what would hold everybody up. */
import { Worker, type WorkerOptions } from 'node:worker_threads';

/** Bytes of memory that is kept with its thread. */
const MOST_KEPT = 128 << 20;

/**
 * Threads that run a file, each at one question at a time. One that has answered is kept for the next question, because
 * loading the file takes longer than most answers; while it is at work, others come up beside it.
 *
 * The file posts one answer to every message of its `parentPort`. What it throws ends its thread.
 */
export class Threads<Question, Answer> {
  readonly #file: URL;
  readonly #options: WorkerOptions;
  #idle: Worker | undefined;
  #alive = 0;

  constructor(file: URL, options: WorkerOptions = {}) {
    this.#file = file;
    this.#options = options;
  }

  /** Starts a thread where there is none, so that the first question does not wait for it. */
  expect(): void {
    if (this.#alive === 0) this.#idle = this.#start();
  }

  /**
   * @param signal ends the thread that is at the question
   * @throws what the thread threw, or the reason of the signal
   */
  async ask(question: Question, signal?: AbortSignal): Promise<Answer> {
    signal?.throwIfAborted();
    const thread = this.#idle ?? this.#start();
    this.#idle = undefined;
    thread.ref();
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const ended = () => reject(new Error(`The thread of ${this.#file.pathname} ended without an answer.`));
    const stopped = () => reject(signal!.reason);
    thread.on('message', resolve).on('error', reject).on('exit', ended);
    signal?.addEventListener('abort', stopped);
    try {
      thread.postMessage(question);
      const answer = await promise;
      thread.off('message', resolve).off('error', reject).off('exit', ended);
      await this.#keep(thread);
      return answer;
    } catch (error) {
      await thread.terminate();
      throw error;
    } finally {
      signal?.removeEventListener('abort', stopped);
    }
  }

  /** Of several that are done one is kept, unless its memory has grown large. */
  async #keep(thread: Worker): Promise<void> {
    const { total_heap_size: heap, external_memory: beside } = await thread.getHeapStatistics();
    if (this.#idle || heap + beside > MOST_KEPT) return void (await thread.terminate());
    thread.unref();
    this.#idle = thread;
  }

  #start(): Worker {
    const thread = new Worker(this.#file, this.#options);
    thread.unref();
    this.#alive++;
    return thread.once('exit', () => {
      this.#alive--;
      if (this.#idle === thread) this.#idle = undefined;
    });
  }
}
