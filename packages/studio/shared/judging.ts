/** Judges that are no people: they vote on a project's comparisons like anybody else. */
import { z } from 'zod';
import { Job, LocalModel, ModelChoices, ServedModel } from './jobs.ts';

/** Both orders of the two responses, each a vote of its own; or one that is drawn. */
export const JudgeOrder = z.enum(['both', 'random']);
export type JudgeOrder = z.infer<typeof JudgeOrder>;

/** A chat model asked by a preset of `attune judge`; a reward model or language model on this machine; a written rule. */
export const NewJudging = z.discriminatedUnion('from', [
  ServedModel.extend({ preset: z.string().max(60), order: JudgeOrder }),
  LocalModel,
  z.strictObject({
    from: z.literal('rule'),
    /** As `weights: {words: -0.01, listItems: 0.2}` */
    rule: z.string().max(5000),
    name: z.string().trim().min(1).max(60),
  }),
]);
export type NewJudging = z.infer<typeof NewJudging>;

export const Judging = Job.extend({
  settings: NewJudging,
  /** What its votes call it. */
  judge: z.string(),
});
export type Judging = z.infer<typeof Judging>;

export const JudgingPage = z.object({
  choices: ModelChoices,
  /** Ways to ask a chat model about two responses. */
  presets: z.array(z.string()),
  /** Comparisons and gold items of the project. */
  comparisons: z.number(),
  /** The latest. */
  judging: Judging.nullable(),
});
export type JudgingPage = z.infer<typeof JudgingPage>;
