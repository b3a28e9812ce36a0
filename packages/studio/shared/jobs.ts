/** Work of the studio's own that takes long, and the models on servers that it asks. */
import { z } from 'zod';
import { KeyName } from './arena.ts';

/** A model on one of the servers that the owner has allowed. */
export const ServedModel = z.strictObject({
  from: z.literal('endpoint'),
  url: z.string().max(500),
  model: z.string().trim().min(1).max(200),
  /** Of the environment variable that holds the key. */
  keyName: KeyName.nullable(),
  /** Of a million tokens, in any currency: what the work costs is told where it is known. */
  price: z.object({ input: z.number().min(0), output: z.number().min(0) }).nullable(),
});
export type ServedModel = z.infer<typeof ServedModel>;

/** A model whose folder lies in the studio's `models`, or that one of the project's runs has made. */
export const LocalModel = z.strictObject({ from: z.literal('model'), model: z.string().min(1).max(1000) });
export type LocalModel = z.infer<typeof LocalModel>;

/** Models that there are to choose from. */
export const ModelChoices = z.object({
  /** Addresses that the owner has allowed. */
  endpoints: z.array(z.string()),
  models: z.array(z.object({ id: z.string(), name: z.string() })),
});
export type ModelChoices = z.infer<typeof ModelChoices>;

/** `stopped`: by somebody, or because the studio ended in the midst; `failed`: something must be mended before it can go on. */
export const JobState = z.enum(['running', 'stopped', 'finished', 'failed']);
export type JobState = z.infer<typeof JobState>;

/** Why items have no result; `example` is what was said of one of them. */
export const JobFailure = z.object({ reason: z.string(), count: z.number(), example: z.string() });
export type JobFailure = z.infer<typeof JobFailure>;

/** How far the work is. What is neither done nor failed is still to come. */
export const Job = z.object({
  state: JobState,
  startedAt: z.number(),
  total: z.number(),
  done: z.number(),
  /** Since it was last started: going on tries them again. */
  failed: z.number(),
  failures: z.array(JobFailure),
  /** Responses that came to an end only because they may not be longer. */
  cut: z.number(),
  /** Answers that were asked for, and those that were there from earlier and cost nothing. */
  calls: z.number(),
  cached: z.number(),
  /** Tokens, as the server counts them. */
  input: z.number(),
  output: z.number(),
  /** Where a price is known. */
  cost: z.number().nullable(),
  /** What it failed of. */
  error: z.string().nullable(),
});
export type Job = z.infer<typeof Job>;
