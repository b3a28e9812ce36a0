import { createHash } from 'node:crypto';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Chat, ChatReply, ChatRequest } from '@attune/preferences';
import { UsageError } from '../errors.ts';

/** What a reply depends on beside the request. No key: a reply is the same whoever pays for it. */
export interface Source {
  /** The address that was asked. */
  readonly address: string;
  readonly model: string;
  readonly temperature: number;
  readonly seed?: number;
}

const APPLICATION = 0x41747275; // "Attu": SQLite's mark of whose file this is
const FORM = 2; // of the key and the table

/**
 * Replies by the SHA-256 of what was asked: of whom, with what parameters, in what words. One SQLite file, each reply
 * on the disk (WAL, `synchronous=FULL`) before it is used, so that what was paid for is kept whenever the work stops.
 */
export class ReplyCache implements Disposable {
  readonly #database: DatabaseSync;
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #delete: StatementSync;

  /** @throws UsageError where the file is something else */
  constructor(file: string) {
    this.#database = opened(file);
    this.#get = this.#database.prepare('SELECT text, whole, input, output, first_token FROM replies WHERE key = ?');
    this.#put = this.#database.prepare('INSERT OR REPLACE INTO replies VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    this.#delete = this.#database.prepare('DELETE FROM replies WHERE key = ?');
  }

  get(key: string): ChatReply | undefined {
    const row = this.#get.get(key) as Kept | undefined;
    if (!row) return undefined;
    const { text, whole, input, output, first_token: first } = row;
    const usage = input != null && output != null ? { usage: { input, output } } : {};
    return { text, whole: whole === 1, cached: true, ...usage, ...(first && { firstToken: JSON.parse(first) }) };
  }

  put(key: string, model: string, { text, whole, usage, firstToken }: ChatReply): void {
    const at = new Date().toISOString();
    const first = firstToken ? JSON.stringify(firstToken) : null;
    this.#put.run(key, model, text, Number(whole), usage?.input ?? null, usage?.output ?? null, at, first);
  }

  delete(key: string): void {
    this.#delete.run(key);
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

/** A reply as the table has it. */
interface Kept {
  readonly text: string;
  readonly whole: number;
  readonly input: number | null;
  readonly output: number | null;
  readonly first_token: string | null;
}

function opened(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 10_000 }); // another process may be writing
  try {
    const mark = Number(Object.values(database.prepare('PRAGMA application_id').get()!)[0]);
    const tables = Number(Object.values(database.prepare('SELECT count(*) FROM sqlite_master').get()!)[0]);
    if (mark !== APPLICATION && (mark !== 0 || tables > 0)) throw new UsageError(otherFile(file));
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    database.exec(`PRAGMA application_id = ${APPLICATION}; PRAGMA user_version = ${FORM}`);
    database.exec(
      `CREATE TABLE IF NOT EXISTS replies (
         key TEXT PRIMARY KEY, model TEXT NOT NULL, text TEXT NOT NULL, whole INTEGER NOT NULL,
         input INTEGER, output INTEGER, at TEXT NOT NULL, first_token TEXT
       ) WITHOUT ROWID`,
    );
    return database;
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === notADatabase) throw new UsageError(otherFile(file));
    throw error;
  }
}

const notADatabase = 26; // SQLITE_NOTADB
const otherFile = (file: string) => `${file} is no cache of replies. Give the name of a new file, or of such a cache.`;

/** The key of a reply: equal for equal questions to the same model, and for no others. */
export function replyKey(source: Source, { messages, maxTokens, form, topLogprobs }: ChatRequest): string {
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

/**
 * A chat model that remembers. Equal questions at the same time are asked once. What fails is not kept: it is asked
 * again the next time.
 */
export function rememberingChat(ask: Chat['ask'], cache: ReplyCache, source: Source): Chat {
  const underWay = new Map<string, Promise<ChatReply>>();
  const asked = async (key: string, request: ChatRequest): Promise<ChatReply> => {
    try {
      const reply = await ask(request);
      cache.put(key, source.model, reply);
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
