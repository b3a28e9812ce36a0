/**
 * The tables, the same on SQLite and PostgreSQL. Times are milliseconds since 1970, yes and no are 1 and 0, and what has no
 * columns of its own is JSON in a text. Ids are random UUIDs.
 */
import type { Generated, Insertable, Selectable } from 'kysely';

export interface Database {
  users: UserTable;
  sessions: SessionTable;
  api_keys: ApiKeyTable;
  invitations: InvitationTable;
  members: MemberTable;
  audit: AuditTable;
  projects: ProjectTable;
  items: ItemTable;
  leases: LeaseTable;
  votes: VoteTable;
  withdrawn_votes: WithdrawnVoteTable;
  triage: TriageTable;
}

interface UserTable {
  id: string;
  email: string;
  name: string;
  password_hash: string;
  owner: number;
  created_at: number;
  disabled_at: number | null;
}

/** Only the SHA-256 of a token is kept, here and below: who reads the database cannot sign in with it. */
interface SessionTable {
  token_hash: string;
  user_id: string;
  created_at: number;
  expires_at: number;
}

interface ApiKeyTable {
  id: string;
  user_id: string;
  name: string;
  token_hash: string;
  created_at: number;
  last_used_at: number | null;
}

interface InvitationTable {
  token_hash: string;
  project_id: string;
  role: string;
  created_by: string;
  expires_at: number;
  used_by: string | null;
}

interface MemberTable {
  project_id: string;
  user_id: string;
  role: string;
}

/** Append-only. */
interface AuditTable {
  id: Generated<number>;
  at: number;
  user_id: string | null;
  action: string;
  subject: string;
  details: string;
}

interface ProjectTable {
  id: string;
  name: string;
  guidelines: string;
  /** JSON: Criterion[] */
  criteria: string;
  overlap: number;
  gold_share: number;
  repeat_share: number;
  language: string;
  created_at: number;
}

/** Two responses to one prompt; of a prompt that awaits its responses, or its triage, both are null. */
interface ItemTable {
  id: string;
  project_id: string;
  /** Of the import, from 0: the order in which items are asked. */
  position: number;
  external_id: string | null;
  /** JSON: Message[] */
  prompt: string;
  a: string | null;
  b: string | null;
  a_source: string | null;
  b_source: string | null;
  /** 'a', 'b' or 'tie' where the right answer is known. */
  gold: string | null;
  /** How many votes of different people count towards the overlap. */
  vote_count: number;
  created_at: number;
}

/** Who has an item on the screen: it counts towards the overlap until it ends. */
interface LeaseTable {
  item_id: string;
  user_id: string;
  /** 0, or 1 for the second showing with the sides exchanged. */
  round: number;
  project_id: string;
  shown_first: string;
  propensity: number;
  ends_at: number;
}

interface VoteTable {
  id: string;
  item_id: string;
  project_id: string;
  /** A person's id, or the name of a judge that is none. */
  annotator: string;
  round: number;
  choice: string;
  strength: number | null;
  /** JSON: signed so that positive favours `a`. */
  criteria: string | null;
  note: string | null;
  shown_first: string;
  seconds: number | null;
  /** With which probability the queue chose this item, of all it might have asked. */
  propensity: number | null;
  at: number;
}

/** Votes that were taken back by their annotator, as they were. */
interface WithdrawnVoteTable extends VoteTable {
  withdrawn_at: number;
}

/** Prompt quality, as one annotator sees it: one of the four classes of ChatGLM-RLHF, Table 1. */
interface TriageTable {
  item_id: string;
  project_id: string;
  annotator: string;
  class: string;
  at: number;
}

export type Vote = Selectable<VoteTable>;
export type NewVoteRow = Insertable<VoteTable>;
export type Item = Selectable<ItemTable>;
export type ProjectRow = Selectable<ProjectTable>;
