/** Reads JSON that is nearly right, as models write it. Repairs the form, never the content. */

/** Thrown, and caught below, where there is no JSON even so. One for all, because stacks take time. */
const unreadable = new Error('no JSON');

/**
 * The last object in a text that is JSON but for its form: in a code fence or between sentences, with comments, single or
 * curly quotation marks, names without any, commas too many or too few, line breaks in texts, or Python's None and True.
 * An object that is cut off is none: what it would have gone on to say is not known.
 */
export function objectIn(text: string): Record<string, unknown> | undefined {
  const said = text.replace(/^\s*<think>.*?<\/think>/s, ''); // what some models think before they reply
  let found: Record<string, unknown> | undefined;
  for (let at = said.indexOf('{'); at >= 0; ) {
    const parser = new Parser(said, at);
    try {
      found = parser.object();
      at = said.indexOf('{', parser.at);
    } catch (error) {
      if (error !== unreadable) throw error;
      at = said.indexOf('{', at + 1);
      if (parser.at >= said.length) return undefined; // cut off, and so is all that is inside
    }
  }
  return found;
}

const DEEPEST = 64;
const closing: Readonly<Record<string, string>> = { '"': '"', "'": "'", '“': '”', '‘': '’', '„': '“', '`': '`' };
const literals: Readonly<Record<string, unknown>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  null: null,
  None: null,
};
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

class Parser {
  at: number;
  readonly #text: string;
  #depth = 0;

  constructor(text: string, at: number) {
    this.#text = text;
    this.at = at;
  }

  object(): Record<string, unknown> {
    const fields: [string, unknown][] = [];
    this.#list('{', '}', () => {
      const name = this.#name();
      this.#expect(':');
      fields.push([name, this.#value()]);
    });
    return Object.fromEntries(fields);
  }

  #value(): unknown {
    const next = this.#peek();
    if (next === '{') return this.object();
    if (next === '[') return this.#array();
    if (next in closing) return this.#string();
    const word = this.#match(/[^\s,:{}[\]"']+/y);
    if (Object.hasOwn(literals, word)) return literals[word];
    if (/^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(word)) return Number(word);
    throw unreadable;
  }

  #array(): unknown[] {
    const items: unknown[] = [];
    this.#list('[', ']', () => items.push(this.#value()));
    return items;
  }

  /** Entries between brackets, with commas between them, one too many or none. */
  #list(open: string, close: string, entry: () => void): void {
    if (++this.#depth > DEEPEST) throw unreadable;
    this.#expect(open);
    while (this.#peek() !== close) {
      entry();
      if (this.#peek() === ',') this.at++;
    }
    this.at++;
    this.#depth--;
  }

  #name(): string {
    return this.#peek() in closing ? this.#string() : this.#match(/[\p{L}_$][\p{L}\p{N}_$ -]*/uy).trim();
  }

  #string(): string {
    const end = closing[this.#text[this.at++]!]!;
    const plain = new RegExp(`[^\\\\${end}]*`, 'uy');
    let text = '';
    for (;;) {
      text += this.#match(plain);
      const character = this.#text[this.at++];
      if (character === undefined) throw unreadable;
      if (character === end) return text;
      text += this.#escaped();
    }
  }

  #escaped(): string {
    const mark = this.#text[this.at++] ?? '';
    if (mark !== 'u') return escapes[mark] ?? mark;
    return String.fromCharCode(Number.parseInt(this.#match(/[\da-fA-F]{4}/y), 16));
  }

  #expect(sign: string): void {
    if (this.#peek() !== sign) throw unreadable;
    this.at++;
  }

  /** The next visible character that is not in a comment. */
  #peek(): string {
    this.#match(/(?:\s|\/\/[^\n]*|\/\*.*?\*\/)*/sy);
    const next = this.#text[this.at];
    if (next === undefined) throw unreadable;
    return next;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw unreadable;
    this.at += found.length;
    return found;
  }
}
