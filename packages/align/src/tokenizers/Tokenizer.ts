import type { Message } from '@attune/preferences';
import { FileError } from '@attune/torch';
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { bytesOfToken } from './byteLevel.ts';
import { ChatTemplate, ChatTemplateError } from './chatTemplate.ts';
import { asContinuation } from './continuation.ts';
import { DecodeStream } from './DecodeStream.ts';
import { readTokenizerFiles, type TokenizerFiles } from './files.ts';
import { type SpecialTokens, specialTokens } from './specialTokens.ts';

/** What is used of the tokenizer package, whose own declarations TypeScript cannot resolve under `nodenext`. */
interface Engine {
  encode(text: string, options: { add_special_tokens: boolean }): { ids: (number | undefined)[]; tokens: string[] };
  decode(ids: number[], options: { clean_up_tokenization_spaces: boolean }): string;
  token_to_id(token: string): number | undefined;
  id_to_token(id: number): string | undefined;
  get_vocab(): Map<string, number>;
}

/** What a tokenizer does not have from the model's files. */
export interface TokenizerOptions {
  /** The date that chat templates print where they print one (Llama 3.1 does). Today, if not given. */
  readonly today?: Date;
}

/** Text to token ids and back, with the model's own files: what its `transformers` tokenizer gives, id for id. */
export class Tokenizer {
  /** All ids are below this. A model's own vocabulary may be larger: padded to a round number. */
  readonly vocabSize: number;
  readonly bosId: number | undefined;
  /** What ends a text or a turn. The first is the tokenizer's own, the one to write; all of them stop generation. */
  readonly eosIds: readonly number[];
  readonly padId: number | undefined;
  /** What `encode` puts before a text: the begin token, for tokenizers that do so, or nothing. */
  readonly startIds: readonly number[];
  readonly #files: TokenizerFiles;
  readonly #engine: Engine;
  readonly #special: SpecialTokens;
  readonly #today: Date;
  #continuation: Engine | undefined;
  #template: ChatTemplate | undefined;

  /** Reads `tokenizer.json` and, where they are, its companions from a model folder. FileError says what is wrong. */
  static async load(folder: string, options: TokenizerOptions = {}): Promise<Tokenizer> {
    return new Tokenizer(await readTokenizerFiles(folder), options);
  }

  constructor(files: TokenizerFiles, { today = new Date() }: TokenizerOptions = {}) {
    this.#files = files;
    this.#today = today;
    this.#engine = engineOf(files, files.tokenizerJson);
    this.#special = specialTokens(files, (token) => this.#engine.token_to_id(token));
    this.vocabSize = this.#engine
      .get_vocab()
      .values()
      .reduce((most, id) => Math.max(most, id + 1), 0);
    this.bosId = this.#special.bosId;
    this.eosIds = this.#special.eosIds;
    this.padId = this.#special.padId;
    const start = this.encode('')[0];
    this.startIds = start !== undefined && start === this.bosId ? [start] : [];
  }

  /** Token ids of a text, with the begin and end tokens that the tokenizer's files say belong to one. */
  encode(text: string, { addSpecialTokens = true }: { addSpecialTokens?: boolean } = {}): number[] {
    return this.#encodeWith(this.#engine, text, addSpecialTokens);
  }

  /** Token ids of a text that continues another: nothing is put before it, no begin token and no space. */
  encodeContinuation(text: string): number[] {
    this.#continuation ??= engineOf(this.#files, asContinuation(this.#files.tokenizerJson));
    return this.#encodeWith(this.#continuation, text, false);
  }

  /**
   * The text of these tokens, exactly: `clean_up_tokenization_spaces`, which takes spaces before punctuation out, is not
   * applied. Ids that the tokenizer does not know (a model's padded vocabulary) have no text.
   */
  decode(ids: readonly number[], { skipSpecialTokens = false }: { skipSpecialTokens?: boolean } = {}): string {
    const known = ids.filter((id) => this.#engine.id_to_token(id) !== undefined);
    const shown = skipSpecialTokens ? known.filter((id) => !this.#special.all.has(id)) : known;
    return shown.length ? this.#engine.decode(shown, { clean_up_tokenization_spaces: false }) : '';
  }

  /** Decodes token by token, for text that is being generated. */
  decodeStream(options: { skipSpecialTokens?: boolean } = {}): DecodeStream {
    return new DecodeStream((ids) => this.decode(ids, options));
  }

  /** Each token as a person can read it: its text with its spaces, its bytes (`<0xE2>`) where it is part of a character. */
  tokens(ids: readonly number[]): string[] {
    const anchor = this.encode('a', { addSpecialTokens: false }).slice(-1);
    const before = this.decode(anchor).length; // decoders treat a first token differently, so none stands first
    return ids.map((id) => {
      const token = this.#engine.id_to_token(id);
      if (token === undefined) return `<unknown ${id}>`;
      if (this.#special.all.has(id)) return token;
      const text = this.decode([...anchor, id]).slice(before);
      return text.includes('\uFFFD') ? hexOf(bytesOfToken(token)) || token : text;
    });
  }

  /** The id of a token given as text, such as `<|im_end|>`. */
  idOf(token: string): number | undefined {
    return this.#engine.token_to_id(token);
  }

  /** Every token, as its files write it, with its id: what two tokenizers must agree on where one reads the other's ids. */
  get vocabulary(): ReadonlyMap<string, number> {
    return this.#engine.get_vocab();
  }

  get hasChatTemplate(): boolean {
    return this.#files.chatTemplate !== undefined;
  }

  /**
   * The text of a conversation as the model was trained to read it; encode it without special tokens, it has its own.
   * `addGenerationPrompt` opens the assistant's next turn. ChatTemplateError if there is no template or it refuses.
   */
  applyChatTemplate(messages: readonly Message[], { addGenerationPrompt = false } = {}): string {
    const { chatTemplate, source } = this.#files;
    if (chatTemplate === undefined) {
      throw new ChatTemplateError(
        `${source} has no chat template, so messages cannot be turned into text. ` +
          'Give prompts and responses as plain strings, or put the chat_template.jinja of its model family there.',
      );
    }
    this.#template ??= new ChatTemplate(chatTemplate, `The chat template of ${source}`);
    const conversation = { messages, add_generation_prompt: addGenerationPrompt, tools: null, documents: null };
    return this.#template.render({ ...conversation, ...this.#special.texts }, this.#today);
  }

  #encodeWith(engine: Engine, text: string, addSpecialTokens: boolean): number[] {
    const { ids, tokens } = engine.encode(text, { add_special_tokens: addSpecialTokens });
    const missing = ids.indexOf(undefined);
    if (missing < 0) return ids as number[];
    throw new FileError(
      this.#files.source,
      `tokenizer.json makes the token ${JSON.stringify(tokens[missing])} but has no id for it. Fetch the file again.`,
    );
  }
}

function engineOf(files: TokenizerFiles, tokenizerJson: TokenizerFiles['tokenizerJson']): Engine {
  try {
    return new HuggingFaceTokenizer({ added_tokens: [], ...tokenizerJson }, files.tokenizerConfig ?? {});
  } catch (cause) {
    throw new FileError(
      files.source,
      `tokenizer.json is not a tokenizer that can be used (${(cause as Error).message}). ` +
        "Expected the file that transformers' save_pretrained writes for a fast tokenizer.",
    );
  }
}

const hexOf = (bytes: Uint8Array | undefined): string =>
  Array.from(bytes ?? [], (byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`).join('');
