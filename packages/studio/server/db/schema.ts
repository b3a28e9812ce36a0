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
  texts: TextTable;
  leases: LeaseTable;
  votes: VoteTable;
  withdrawn_votes: WithdrawnVoteTable;
  adjudications: AdjudicationTable;
  triage: TriageTable;
  labels: LabelTable;
  annotations: AnnotationTable;
  arena_models: ArenaModelTable;
  arena_chats: ArenaChatTable;
  arena_turns: ArenaTurnTable;
  arena_votes: ArenaVoteTable;
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
  /** The position from which on items are of an import that is under way: nobody sees them. Null without one. */
  hidden_from: Generated<number | null>;
}

/** Two responses to one prompt, or a prompt that awaits its triage: what is small and changes. Its texts are in `texts`. */
interface ItemTable {
  id: string;
  project_id: string;
  /** 'comparison', 'gold' (a comparison whose right answer is known) or 'prompt'. */
  kind: string;
  /** Of the import, from 0: the order in which items are listed. */
  position: number;
  /** From 0 to 1, drawn at the import: the order in which items are asked. */
  shuffle: number;
  /** The same for the same two responses to the same prompt, in either order. */
  key: string;
  external_id: string | null;
  a_id: string | null;
  b_id: string | null;
  a_source: string | null;
  b_source: string | null;
  /** 'a', 'b' or 'tie' where the right answer is known. */
  gold: string | null;
  /** 'a' or 'b', whichever has more characters. */
  longer: string | null;
  /** Of the overlap, how much is given away: votes that count, and leases that may become such. */
  taken: Generated<number>;
  /** Votes of different people that count towards the overlap: not skips, repeats, or what was imported. */
  vote_count: Generated<number>;
  /** First votes of everybody, imported ones among them, by what they say. */
  a_votes: Generated<number>;
  b_votes: Generated<number>;
  tie_votes: Generated<number>;
  created_at: number;
}

/** What an item says; written once. */
interface TextTable {
  item_id: string;
  /** JSON: Message[] */
  prompt: string;
  a: string | null;
  b: string | null;
}

/** Who has an item on the screen. The id becomes that of the vote: so there is never a second vote from one lease. */
interface LeaseTable {
  id: string;
  item_id: string;
  user_id: string;
  /** 0, or 1 for the second showing with the sides exchanged. */
  round: number;
  project_id: string;
  kind: string;
  /** 1 if it is part of the item's `taken`. */
  holds: number;
  shown_first: string;
  propensity: number | null;
  /** Orders a person's leases: when it was given, and less for what comes back. */
  rank: number;
  ends_at: number;
}

interface VoteTable {
  id: string;
  item_id: string;
  project_id: string;
  /** A person's id, or `judge:` and the name of a judge that is none. */
  annotator: string;
  /** How often the annotator had said something of this item before. */
  round: number;
  choice: string;
  strength: number | null;
  /** JSON: signed so that positive favours `a`. */
  criteria: string | null;
  note: string | null;
  shown_first: string | null;
  seconds: number | null;
  /** With which probability the queue chose this item, of all it might have asked; null of gold, repeats and imports. */
  propensity: number | null;
  /** The id of the comparison, where it was imported. */
  external_id: string | null;
  at: number | null;
}

/** Votes that were taken back by their annotator, as they were. */
interface WithdrawnVoteTable extends VoteTable {
  withdrawn_at: number;
}

/** An editor's last word on an item. */
interface AdjudicationTable {
  item_id: string;
  project_id: string;
  user_id: string;
  choice: string;
  note: string | null;
  at: number;
}

/** Prompt quality, as one annotator sees it: one of the four classes of ChatGLM-RLHF, Table 1. */
interface TriageTable {
  id: string;
  item_id: string;
  project_id: string;
  annotator: string;
  class: string;
  at: number;
}

/** What an uploaded judge prefers: 'a' or 'b'. */
interface LabelTable {
  project_id: string;
  judge: string;
  item_id: string;
  label: string;
  at: number;
}

/** What a chat model found in the two responses of an item. */
interface AnnotationTable {
  annotator: string;
  item_id: string;
  project_id: string;
  /** JSON: ResolvedSample */
  sample: string;
  at: number;
}

/** A model behind an OpenAI-compatible address. Its key is never here: only the name of the environment variable that has it. */
interface ArenaModelTable {
  id: string;
  project_id: string;
  name: string;
  url: string;
  model: string;
  key_name: string | null;
  created_at: number;
  retired_at: number | null;
}

/** Somebody's talk with two models, of whom `first_model` is shown first. */
interface ArenaChatTable {
  id: string;
  project_id: string;
  user_id: string;
  first_model: string;
  second_model: string;
  created_at: number;
}

/** A question, and what both answered, once both have. */
interface ArenaTurnTable {
  chat_id: string;
  turn: number;
  prompt: string;
  first: string;
  second: string;
  at: number;
}

/** 'first', 'second', 'tie' or 'bothBad', as the two were shown. */
interface ArenaVoteTable {
  chat_id: string;
  project_id: string;
  user_id: string;
  choice: string;
  at: number;
}

export type Vote = Selectable<VoteTable>;
export type NewVoteRow = Insertable<VoteTable>;
export type Item = Selectable<ItemTable>;
export type Text = Selectable<TextTable>;
export type NewItemRow = Insertable<ItemTable>;
export type Lease = Selectable<LeaseTable>;
export type ArenaModel = Selectable<ArenaModelTable>;
export type ProjectRow = Selectable<ProjectTable>;
