/** How good the votes are: the quality page. Intervals are of 95 %; what too few votes leave undefined is null. */
import { z } from 'zod';
import { ItemChoice } from './items.ts';
import { Message } from './queue.ts';

const Interval = z.tuple([z.number(), z.number()]);

/** A share from 0 to 1 of `n`. */
export const Share = z.object({ share: z.number(), interval: Interval, n: z.number() });
export type Share = z.infer<typeof Share>;

export const Estimate = z.object({ value: z.number(), interval: Interval });
export type Estimate = z.infer<typeof Estimate>;

/** One annotator, person or judge. */
export const AnnotatorQuality = z.object({
  /** A person's id, or `judge:` and the name of a judge. */
  annotator: z.string(),
  name: z.string(),
  judge: z.boolean(),
  /** All votes, with ties and skips, gold and repeats. */
  votes: z.number(),
  ties: z.number(),
  skips: z.number(),
  /** How often others say the same of the same item. */
  agreement: Share.nullable(),
  /** How often the annotator is right, by Dawid and Skene; null where fewer than three share items. */
  reliability: z.number().nullable(),
  /** How often the choice was the same when an item came again with its sides exchanged. */
  consistency: Share.nullable(),
  /** How often the response shown first was chosen, of those decided: ½ without position bias. */
  firstShown: Share.nullable(),
  /** How often the longer response was chosen, of those decided. */
  longer: Share.nullable(),
  /** Median time on an item. */
  seconds: z.number().nullable(),
  gold: Share.nullable(),
});
export type AnnotatorQuality = z.infer<typeof AnnotatorQuality>;

export const Quality = z.object({
  /** When this was computed, in ms since 1970: a large project's page may be some seconds old. */
  computedAt: z.number(),
  progress: z.object({ items: z.number(), done: z.number(), votes: z.number() }),
  /** Over items that two or more judged, repeats and gold left out. */
  agreement: z.object({
    items: z.number(),
    ratings: z.number(),
    percent: Estimate.nullable(),
    krippendorffAlpha: Estimate.nullable(),
    fleissKappa: Estimate.nullable(),
    gwetAc1: Estimate.nullable(),
  }),
  annotators: z.array(AnnotatorQuality),
  /** Cohen's kappa of every two who share items; at most 200 pairs, those that share the most. */
  pairs: z.array(
    z.object({ annotators: z.tuple([z.string(), z.string()]), same: Share, kappa: z.number().nullable() }),
  ),
  firstShown: Share.nullable(),
  longer: Share.nullable(),
  gold: Share.nullable(),
  /** Items on which the votes are divided and no editor has decided. */
  disagreements: z.number(),
});
export type Quality = z.infer<typeof Quality>;

export const DisagreementQuery = z.object({
  /** `next` of the page before. */
  after: z.coerce.number().int().min(-1).default(-1),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

/** An item to adjudicate: `PUT /projects/:projectId/items/:itemId/adjudication` decides it. */
export const Disagreement = z.object({
  itemId: z.string(),
  position: z.number(),
  prompt: z.array(Message),
  a: z.string(),
  b: z.string(),
  votes: z.array(
    z.object({
      annotator: z.string(),
      judge: z.boolean(),
      choice: ItemChoice,
      strength: z.number().nullable(),
      note: z.string().nullable(),
    }),
  ),
});
export type Disagreement = z.infer<typeof Disagreement>;

export const DisagreementPage = z.object({ items: z.array(Disagreement), next: z.number().nullable() });
export type DisagreementPage = z.infer<typeof DisagreementPage>;
