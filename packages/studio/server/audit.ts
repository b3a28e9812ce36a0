import type { Db } from './db/open.ts';

/** What happened: who did what to which thing. Details never hold a password, a token or what people wrote. */
export interface Event {
  readonly at: number;
  /** Whose doing it was; absent where nobody was signed in. */
  readonly userId?: string;
  /** As `project.create`. */
  readonly action: string;
  readonly subject: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Adds a line to the audit trail. Hand it the transaction of the change itself, so that neither is there without the other. */
export async function record(db: Db, { at, userId, action, subject, details = {} }: Event): Promise<void> {
  const row = { at, user_id: userId ?? null, action, subject, details: JSON.stringify(details) };
  await db.insertInto('audit').values(row).execute();
}
