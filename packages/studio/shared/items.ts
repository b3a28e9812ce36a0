/** What a project asks about: how items come in, what is told about them, and what goes out. */
import { z } from 'zod';
import { Problem } from './problem.ts';
import { Message } from './queue.ts';

/** A comparison of two responses; one whose right answer is known; or a prompt that waits for its triage. */
export const ItemKind = z.enum(['comparison', 'gold', 'prompt']);
export type ItemKind = z.infer<typeof ItemKind>;

/** Which response is better. `a` and `b` are the item's own, whichever was shown first. */
export const ItemChoice = z.enum(['a', 'b', 'tie', 'bothBad', 'skip']);
export type ItemChoice = z.infer<typeof ItemChoice>;

/** Yes or no in an address. */
const Flag = z.enum(['true', 'false']).transform((word) => word === 'true');

/** Which column of a file is what, for files whose columns nobody knows. `gold` holds a, b or tie. */
export const ColumnMapping = z.object({
  prompt: z.string().min(1).max(200),
  a: z.string().max(200).optional(),
  b: z.string().max(200).optional(),
  id: z.string().max(200).optional(),
  aSource: z.string().max(200).optional(),
  bSource: z.string().max(200).optional(),
  gold: z.string().max(200).optional(),
});
export type ColumnMapping = z.infer<typeof ColumnMapping>;

/** What the file says about which response is better: votes of whom it names, the right answers, or nothing to go by. */
export const ImportAnswers = z.enum(['votes', 'gold', 'leave']);
export type ImportAnswers = z.infer<typeof ImportAnswers>;

/** How a file is taken in: the query of `POST /projects/:projectId/imports`, whose body is a form with the one file. */
export const ImportQuery = z.object({
  /** Tells what would happen, and changes nothing. */
  dryRun: Flag.default(false),
  /** `fail`: a file with bad rows is not taken in at all. `skip`: it is, without them. */
  onError: z.enum(['fail', 'skip']).default('fail'),
  answers: ImportAnswers.default('votes'),
  /** A ColumnMapping as JSON. */
  mapping: z.string().max(2000).optional(),
});
export type ImportQuery = z.infer<typeof ImportQuery>;

/** A row that cannot be used. `message` says what was found and what was expected. */
export const BadRow = z.object({ line: z.number(), field: z.string().optional(), message: z.string() });
export type BadRow = z.infer<typeof BadRow>;

/** An item as the file has it. */
export const PreviewRow = z.object({
  line: z.number(),
  id: z.string().nullable(),
  prompt: z.array(Message),
  a: z.string().nullable(),
  b: z.string().nullable(),
  gold: ItemChoice.nullable(),
  votes: z.number(),
});
export type PreviewRow = z.infer<typeof PreviewRow>;

/** A full account of a file: every row of it is in `records`, `undecided`, or among the bad ones. */
export const ImportReport = z.object({
  /** False for a dry run, and for a file with bad rows that nobody asked to skip. */
  imported: z.boolean(),
  /** As it was recognised; null where it was not, which asks for a mapping of its columns. */
  format: z.string().nullable(),
  /** What `line` counts: lines of text, or rows of a table. */
  unit: z.enum(['line', 'row']),
  /** The names of its columns, for the mapping. */
  columns: z.array(z.string()),
  /** Usable records. */
  records: z.number(),
  /** New items of each kind. */
  comparisons: z.number(),
  gold: z.number(),
  prompts: z.number(),
  /** New votes, of whom the file names. */
  votes: z.number(),
  /** Rows of pairs that name no better one, and so hold no responses to ask about. */
  undecided: z.number(),
  /** Records that say nothing that the project, or the file further up, does not have already. */
  duplicates: z.number(),
  bad: z.number(),
  /** The first hundred of them. */
  badRows: z.array(BadRow),
  /** How often a field stood there that nothing is made of. */
  ignored: z.record(z.string(), z.number()),
  /** The first five items. */
  preview: z.array(PreviewRow),
});
export type ImportReport = z.infer<typeof ImportReport>;

/** Why a file was not taken in. */
export const ImportProblem = Problem.extend({ report: ImportReport.optional() });
export type ImportProblem = z.infer<typeof ImportProblem>;

/** Which items to list, in the order of their import. */
export const ItemQuery = z.object({
  kind: ItemKind.optional(),
  /** Only those with this in their prompt, in capitals or not, or with this very id. */
  search: z.string().trim().max(200).optional(),
  /** `next` of the page before. */
  after: z.coerce.number().int().min(-1).default(-1),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type ItemQuery = z.infer<typeof ItemQuery>;

export const ItemRow = z.object({
  id: z.string(),
  kind: ItemKind,
  position: z.number(),
  externalId: z.string().nullable(),
  /** The last message of the prompt, its first 200 characters. */
  prompt: z.string(),
  aSource: z.string().nullable(),
  bSource: z.string().nullable(),
  gold: ItemChoice.nullable(),
  /** Votes that count towards the overlap. */
  votes: z.number(),
});
export type ItemRow = z.infer<typeof ItemRow>;

export const ItemPage = z.object({ items: z.array(ItemRow), next: z.number().nullable(), total: z.number() });
export type ItemPage = z.infer<typeof ItemPage>;

/** A vote as editors see it. */
export const ItemVote = z.object({
  voteId: z.string(),
  /** A person's name, or a judge's. */
  annotator: z.string(),
  judge: z.boolean(),
  /** 1 and more: seen again. */
  round: z.number(),
  choice: ItemChoice,
  strength: z.number().nullable(),
  criteria: z.record(z.string(), z.number()).nullable(),
  note: z.string().nullable(),
  shownFirst: z.enum(['a', 'b']).nullable(),
  seconds: z.number().nullable(),
  at: z.number().nullable(),
});
export type ItemVote = z.infer<typeof ItemVote>;

/** An editor's last word on an item: it decides in exports. */
export const NewAdjudication = z.object({
  choice: ItemChoice.exclude(['skip']),
  note: z.string().max(2000).optional(),
});
export type NewAdjudication = z.infer<typeof NewAdjudication>;
export const Adjudication = z.object({
  choice: ItemChoice,
  note: z.string().nullable(),
  by: z.string(),
  at: z.number(),
});
export type Adjudication = z.infer<typeof Adjudication>;

/** An item with everything that was said about it. */
export const ItemDetail = ItemRow.omit({ prompt: true }).extend({
  prompt: z.array(Message),
  a: z.string().nullable(),
  b: z.string().nullable(),
  said: z.array(ItemVote),
  adjudication: Adjudication.nullable(),
});
export type ItemDetail = z.infer<typeof ItemDetail>;

/** What to take out: `GET /projects/:projectId/export` answers with a file. */
export const ExportQuery = z.object({
  /** `pairs` has one line for each item that was decided, `comparisons` one for each vote, `triage` one for each judgment. */
  what: z.enum(['comparisons', 'pairs', 'triage']),
  format: z.enum(['jsonl', 'parquet']).default('jsonl'),
  /** Pairs with prompts and responses as messages or as text (TRL's two forms). */
  form: z.enum(['messages', 'text']).default('messages'),
  /** Whether annotators go by their names or by pseudonyms that stay the same in every export of the project. */
  annotators: z.enum(['names', 'pseudonyms']).default('pseudonyms'),
  /** Only items on which at least this share of the votes says the same. */
  agreement: z.coerce.number().min(0).max(1).default(0),
  /** Only items with at least as many votes. */
  leastVotes: z.coerce.number().int().min(1).max(100).default(1),
});
export type ExportQuery = z.infer<typeof ExportQuery>;

/** What an export would hold: every comparison item is counted in `pairs`, `undecided`, `below` or `unjudged`. */
export const ExportSummary = z.object({
  comparisons: z.number(),
  pairs: z.number(),
  /** Neither response has more votes. */
  undecided: z.number(),
  /** Left out for too few votes or too little agreement. */
  below: z.number(),
  unjudged: z.number(),
  triage: z.number(),
});
export type ExportSummary = z.infer<typeof ExportSummary>;
