import { createHash } from 'node:crypto';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { AttuneError } from '../../errors.ts';
import type { Chat, ChatReply, ChatRequest } from '../chat.ts';

/** A file that cannot be used as a cache of replies. It is left as it was. */
export class ReplyCacheError extends AttuneError {
  readonly code = 'reply_cache';
  override readonly badInput = true;
}

/** What a reply depends on beside the request. No key: a reply is the same whoever pays for it. */
export interface ReplySource {
  /** The address that was asked. */
  readonly address: string;
  readonly model: string;
  readonly temperature: number;
  readonly seed?: number;
}

const APPLICATION = 0x41747275; // "Attu": SQLite's mark of whose file this is
const FORM = 2; // of the key and the table: the file's user_version

/**
 * Replies by the SHA-256 of what was asked: of whom, with what parameters, in what words. One SQLite file, each reply
 * on the disk (WAL, `synchronous=FULL`) before it is used, so that what was paid for is kept whenever the work stops.
 */
export class ReplyCache implements Disposable {
  readonly #database: DatabaseSync;
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #delete: StatementSync;

  /** @throws ReplyCacheError where the file is something else, or a cache of another version */
  constructor(file: string) {
    this.#database = opened(file);
    this.#get = this.#database.prepare('SELECT text, whole, input, output, at, first_token FROM replies WHERE key = ?');
    this.#put = this.#database.prepare('INSERT OR REPLACE INTO replies VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    this.#delete = this.#database.prepare('DELETE FROM replies WHERE key = ?');
  }

  get(key: string): ChatReply | undefined {
    const row = this.#get.get(key) as Kept | undefined;
    return row && replyOf(row);
  }

  put(key: string, model: string, { text, whole, usage, firstToken, at }: KeptReply): void {
    const first = firstToken ? JSON.stringify(firstToken) : null;
    this.#put.run(key, model, text, Number(whole), usage?.input ?? null, usage?.output ?? null, at, first);
  }

  delete(key: string): void {
    this.#delete.run(key);
  }

  /** All that is kept, to be put into another cache. */
  *entries(): Generator<ReplyEntry> {
    for (const row of this.#database.prepare('SELECT * FROM replies').iterate()) {
      const { key, model } = row as { key: string; model: string };
      yield { key, model, reply: replyOf(row as unknown as Kept) };
    }
  }

  /** Takes in many at once: all or none. */
  putAll(entries: Iterable<ReplyEntry>): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const { key, model, reply } of entries) this.put(key, model, reply);
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

/** A reply with the time at which it was given. */
type KeptReply = ChatReply & { readonly at: string };

/** A kept reply under its key. */
export interface ReplyEntry {
  readonly key: string;
  readonly model: string;
  readonly reply: KeptReply;
}

function replyOf({ text, whole, input, output, at, first_token: first }: Kept): KeptReply {
  const usage = input != null && output != null ? { usage: { input, output } } : {};
  return { text, whole: whole === 1, cached: true, at, ...usage, ...(first && { firstToken: JSON.parse(first) }) };
}

/** A reply as the table has it. */
interface Kept {
  readonly text: string;
  readonly whole: number;
  readonly input: number | null;
  readonly output: number | null;
  readonly at: string;
  readonly first_token: string | null;
}

function opened(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 10_000 }); // another process may be writing
  try {
    const fresh = isFresh(database, file);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    if (fresh) {
      database.exec(
        `BEGIN IMMEDIATE;
         CREATE TABLE IF NOT EXISTS replies (
           key TEXT PRIMARY KEY, model TEXT NOT NULL, text TEXT NOT NULL, whole INTEGER NOT NULL,
           input INTEGER, output INTEGER, at TEXT NOT NULL, first_token TEXT
         ) WITHOUT ROWID;
         PRAGMA application_id = ${APPLICATION};
         PRAGMA user_version = ${FORM};
         COMMIT`,
      );
    }
    return database;
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === notADatabase) throw new ReplyCacheError(otherFile(file));
    throw error;
  }
}

/** Whether nothing is in the file yet. Read only: a file that is not ours is not touched. */
function isFresh(database: DatabaseSync, file: string): boolean {
  const count = (question: string) => Number(Object.values(database.prepare(question).get()!)[0]);
  const mark = count('PRAGMA application_id');
  if (mark === 0 && count('SELECT count(*) FROM sqlite_master') === 0) return true;
  if (mark !== APPLICATION) throw new ReplyCacheError(otherFile(file));
  const form = count('PRAGMA user_version');
  if (form !== FORM) throw new ReplyCacheError(otherForm(file, form));
  return false;
}

const notADatabase = 26; // SQLITE_NOTADB
const otherFile = (file: string) => `${file} is no cache of replies. Give the name of a new file, or of such a cache.`;

/** Keys are hashes with their form in them, so replies of an older form cannot be found again by what is asked now. */
const otherForm = (file: string, form: number) =>
  form > FORM
    ? `${file} was written by a newer version (form ${form}; this one knows ${FORM}). Use that version, or the name of a new file.`
    : `${file} was written by an older version (form ${form}; this is ${FORM}), and its replies do not fit what is asked ` +
      'now. Give the name of a new file, or go on with the older version.';

/** The key of a reply: equal for equal questions to the same model, and for no others. */
export function replyKey(source: ReplySource, { messages, maxTokens, form, topLogprobs }: ChatRequest): string {
  const { address, model, temperature, seed } = source;
  const asked = messages.map(({ role, content }) => [role, content]);
  const whole = [
    FORM,
    address,
    model,
    temperature,
    seed ?? null,
    asked,
    maxTokens ?? null,
    form ?? null,
    topLogprobs ?? null,
  ];
  return createHash('sha256').update(JSON.stringify(whole)).digest('hex');
}

/** Whoever cannot keep what was paid for must not go on paying: that is for a person to mend. */
function keep(cache: ReplyCache, key: string, model: string, reply: KeptReply): void {
  try {
    cache.put(key, model, reply);
  } catch (cause) {
    throw new ReplyCacheError(`A reply could not be kept: ${(cause as Error).message}. Nothing more is asked.`, {
      cause,
    });
  }
}

/**
 * A chat model that remembers. Equal questions at the same time are asked once. What fails is not kept: it is asked
 * again the next time.
 *
 * @throws ReplyCacheError where a reply cannot be kept
 */
export function rememberingChat(ask: Chat['ask'], cache: ReplyCache, source: ReplySource): Chat {
  const underWay = new Map<string, Promise<ChatReply>>();
  const asked = async (key: string, request: ChatRequest): Promise<ChatReply> => {
    try {
      const reply = { ...(await ask(request)), at: new Date().toISOString() };
      keep(cache, key, source.model, reply);
      return reply;
    } finally {
      underWay.delete(key);
    }
  };
  return {
    async ask(request) {
      const key = replyKey(source, request);
      const kept = cache.get(key);
      if (kept) return kept;
      const before = underWay.get(key);
      if (before) return { ...(await before), cached: true };
      const reply = asked(key, request);
      underWay.set(key, reply);
      return reply;
    },
    recall: (request) => cache.get(replyKey(source, request)),
    forget: (request) => cache.delete(replyKey(source, request)),
  };
}
