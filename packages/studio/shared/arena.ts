/** The arena: people talk to two models at once without knowing which, and say whose answers were better. */
import { z } from 'zod';

/**
 * The name of an environment variable of the studio's machine that holds a key. Only names of this form, so that nobody can
 * have another secret of the machine sent to an address of their choice.
 */
export const KeyName = z.string().regex(/^ATTUNE_[A-Z0-9_]*KEY$/, 'a name such as ATTUNE_ARENA_KEY');

export const NewArenaModel = z.object({
  /** Shown on the leaderboard, and to voters once they have voted. */
  name: z.string().trim().min(1).max(80),
  /** Of an OpenAI-compatible server. */
  url: z.url({ protocol: /^https?$/ }).max(500),
  model: z.string().trim().min(1).max(200),
  keyName: KeyName.nullable(),
});
export type NewArenaModel = z.infer<typeof NewArenaModel>;

/** As editors see it; the key itself is never sent anywhere but to the model's server. */
export const ArenaModel = NewArenaModel.extend({
  id: z.string(),
  /** Whether the variable that `keyName` names is set; true where none is needed. */
  hasKey: z.boolean(),
  /** Not among those that are asked any more; its votes still count. */
  retired: z.boolean(),
});
export type ArenaModel = z.infer<typeof ArenaModel>;

/** What a model answered to a greeting, or why it did not. */
export const ModelCheck = z.object({ answered: z.boolean(), text: z.string() });
export type ModelCheck = z.infer<typeof ModelCheck>;

export const Side = z.enum(['first', 'second']);
export type Side = z.infer<typeof Side>;

export const ArenaChoice = z.enum(['first', 'second', 'tie', 'bothBad']);
export type ArenaChoice = z.infer<typeof ArenaChoice>;

/** A talk as its owner sees it; whom it was with is told after the vote. */
export const ArenaChat = z.object({
  id: z.string(),
  turns: z.array(z.object({ prompt: z.string(), first: z.string(), second: z.string() })),
  vote: z
    .object({
      choice: ArenaChoice,
      first: z.string(),
      second: z.string(),
      /** An answer said which model wrote it, or who made that: the vote was perhaps not blind. */
      revealed: z.boolean(),
    })
    .nullable(),
});
export type ArenaChat = z.infer<typeof ArenaChat>;

export const NewTurn = z.object({ prompt: z.string().trim().min(1).max(8000) });
export const NewArenaVote = z.object({ choice: ArenaChoice });

/** What comes while two models answer: pieces of text as they are written, then that both are done or one has failed. */
export type TurnEvent =
  | { readonly kind: 'piece'; readonly side: Side; readonly text: string }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly side: Side };

const Interval = z.tuple([z.number(), z.number()]);

/** A model's rating in Elo points: 400 points are odds of ten to one, 1000 is the mean model. Intervals are of 95 %. */
export const Rating = z.object({
  model: z.string(),
  rating: z.number(),
  interval: Interval,
  /** From the best rank it may have to the worst. */
  ranks: Interval,
  battles: z.number(),
  wins: z.number(),
  losses: z.number(),
  ties: z.number(),
  hasFewBattles: z.boolean(),
  /** Ratings of models in different ones cannot be compared: no votes join them. */
  component: z.number(),
});
export type Rating = z.infer<typeof Rating>;

export const Ratings = z.object({
  method: z.enum(['bradley-terry', 'davidson']),
  models: z.array(Rating),
  /** P(the row's model is better than the column's), in the order of `models`; null where it is not known. */
  better: z.array(z.array(z.number().nullable())),
  /** What was held fixed: how many points a lead of one standard deviation in it is worth. */
  controls: z.array(z.object({ name: z.string(), points: z.number(), interval: Interval })),
});
export type Ratings = z.infer<typeof Ratings>;

/** Votes on talks in which a model said which it is are left out of the ratings unless they are asked for. */
export const BoardQuery = z.object({ revealed: z.enum(['out', 'in']).default('out') });

/** Ratings as the votes are, and with the style of the answers (length, headings, lists, bold) held fixed. */
export const ArenaBoard = z.object({
  /** That the ratings are from. */
  votes: z.number(),
  /** On talks in which a model said which it is, whether or not they are among these. */
  revealed: z.number(),
  plain: Ratings.nullable(),
  styled: Ratings.nullable(),
});
export type ArenaBoard = z.infer<typeof ArenaBoard>;
