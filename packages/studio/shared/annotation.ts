/** A chat model rates the comparisons that people judged by the properties of the published study. */
import { z } from 'zod';
import { Job, ModelChoices, ServedModel } from './jobs.ts';

export const NewAnnotation = ServedModel.extend({
  /** Comparisons at most, drawn by chance among those that somebody judged. */
  most: z.int().min(1).max(10_000),
});
export type NewAnnotation = z.infer<typeof NewAnnotation>;

export const Annotation = Job.extend({ settings: NewAnnotation });
export type Annotation = z.infer<typeof Annotation>;

/** What is still to be asked, rather too much than too little: of a prompt nothing is known yet. */
export const AnnotationEstimate = z.object({
  comparisons: z.number(),
  calls: z.number(),
  /** Answers that are there from earlier and cost nothing. */
  cached: z.number(),
  /** Tokens. */
  input: z.number(),
  output: z.number(),
  /** Where a price is known. */
  cost: z.number().nullable(),
});
export type AnnotationEstimate = z.infer<typeof AnnotationEstimate>;

export const AnnotationPage = z.object({
  choices: ModelChoices,
  /** Comparisons that somebody judged. */
  judged: z.number(),
  /** Models by what they have rated. */
  annotators: z.array(z.object({ name: z.string(), comparisons: z.number() })),
  /** The latest. */
  annotation: Annotation.nullable(),
});
export type AnnotationPage = z.infer<typeof AnnotationPage>;
