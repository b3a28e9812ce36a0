import type { Tokenizer } from '@attune/align';

/** The text of an answer as it grows, of which nothing is handed out that a stop string may still take back. */
export class GrowingText {
  readonly #decode: { push(id: number): string };
  readonly #stop: readonly string[];
  #text = '';
  #sent = 0;

  constructor(tokenizer: Tokenizer, prompt: readonly number[], stop: readonly string[]) {
    this.#decode = tokenizer.decodeStream({ skipSpecialTokens: true });
    for (const id of prompt.slice(-CONTEXT)) this.#decode.push(id); // decoders treat the first token of a text differently
    this.#stop = stop;
  }

  /** Takes the next token, returns what became certain. */
  push(id: number): string {
    this.#text += this.#decode.push(id);
    const begun = Math.min(...this.#stop.map((stop) => beginOf(stop, this.#text)), this.#text.length);
    return this.#sendUpTo(this.#text.slice(0, begun));
  }

  /** What of the whole answer is not out yet. */
  end(text: string): string {
    return this.#sendUpTo(text);
  }

  #sendUpTo(text: string): string {
    const fresh = text.slice(this.#sent);
    this.#sent = Math.max(this.#sent, text.length);
    return fresh;
  }
}

const CONTEXT = 8;

/** Where a stop string is in a text, or may have begun at its end; its length where neither. */
function beginOf(stop: string, text: string): number {
  const whole = text.indexOf(stop);
  if (whole >= 0) return whole;
  for (let length = Math.min(stop.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(stop.slice(0, length))) return text.length - length;
  }
  return text.length;
}
