const incomplete = '\uFFFD'; // what a decoder writes for bytes that are no character, or none yet

/**
 * Text from tokens as they come, for generation: what `push` and `end` return, joined, is what decoding all tokens at
 * once returns, and never is half a character handed out.
 *
 * A decoder may treat the first token of a text differently (SentencePiece drops its space), and a character's bytes may
 * be spread over several tokens. So each step decodes the newest tokens together with those before them, and withholds a
 * last character that is not whole.
 */
export class DecodeStream {
  readonly #decode: (ids: readonly number[]) => string;
  #context: number[] = []; // tokens whose text is out and ends with a whole character
  #newest: number[] = []; //  tokens after those
  #sent = ''; //              what of the newest tokens' text is out

  constructor(decode: (ids: readonly number[]) => string) {
    this.#decode = decode;
  }

  /** Takes the next token, returns the text that became certain: often its own, sometimes none. */
  push(id: number): string {
    this.#newest.push(id);
    const text = this.#textOfNewest();
    const whole = text.endsWith(incomplete) ? text.slice(0, -1) : text;
    const fresh = whole.slice(this.#sent.length);
    this.#sent = whole;
    if (whole === text && text !== '') this.#advance();
    return fresh;
  }

  /** The withheld rest: at most one character, U+FFFD where the text ends within one. */
  end(): string {
    const rest = this.#textOfNewest().slice(this.#sent.length);
    this.#advance();
    return rest;
  }

  #textOfNewest(): string {
    return this.#decode([...this.#context, ...this.#newest]).slice(this.#decode(this.#context).length);
  }

  #advance(): void {
    this.#context = this.#newest;
    this.#newest = [];
    this.#sent = '';
  }
}
