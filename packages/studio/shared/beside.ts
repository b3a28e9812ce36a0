/** A run's result beside the model that it started from: both respond to the same prompts. */
import { z } from 'zod';
import { Job } from './jobs.ts';
import { Message } from './queue.ts';

export const NewBeside = z.strictObject({
  /** How many of the project's prompts. */
  prompts: z.int().min(1).max(200),
  /** Tokens of a response at most. */
  maxTokens: z.int().min(1).max(4096),
  /** One of the `rewardModels` of a run's choices, to score both. */
  rewardModel: z.string().min(1).max(1000).nullable(),
});
export type NewBeside = z.infer<typeof NewBeside>;

const Answer = z.object({ text: z.string(), tokens: z.number(), score: z.number().nullable() });

/** What both said to a prompt. */
export const BesidePair = z.object({ id: z.string(), prompt: z.array(Message), start: Answer, result: Answer });
export type BesidePair = z.infer<typeof BesidePair>;

/** A share with Wilson's 95 % interval. */
const Rate = z.object({ rate: z.number(), low: z.number(), high: z.number() });
export type Rate = z.infer<typeof Rate>;

export const BesideSummary = z.object({
  pairs: z.number(),
  /** Pairs in which both said the same. */
  same: z.number(),
  /** Mean length of a response, tokens. */
  startTokens: z.number(),
  resultTokens: z.number(),
  /** By the reward model: how often the result scores higher, ties half, with Wilson's 95 % interval. */
  winRate: Rate.nullable(),
});
export type BesideSummary = z.infer<typeof BesideSummary>;

/** What has been said in the queue of the responses of both. */
export const BesideVotes = z.object({
  comparisons: z.number(),
  votes: z.number(),
  /** For how many comparisons the result has more votes, as many counting half. */
  winRate: Rate,
});
export type BesideVotes = z.infer<typeof BesideVotes>;

export const BesidePage = z.object({
  /** The model that the run started from. */
  start: z.string(),
  job: Job.extend({ settings: NewBeside }).nullable(),
  summary: BesideSummary.nullable(),
  /** Null before the first vote. */
  votes: BesideVotes.nullable(),
  /** The first of the pairs. */
  pairs: z.array(BesidePair),
});
export type BesidePage = z.infer<typeof BesidePage>;
