/** Responses on demand: two are sampled to each prompt, and become a comparison. */
import { z } from 'zod';
import { Job, LocalModel, ModelChoices, ServedModel } from './jobs.ts';

/** Which prompts: those whose triage says `kept`, or all. Those that have responses already are left alone. */
export const PromptChoice = z.enum(['kept', 'all']);
export type PromptChoice = z.infer<typeof PromptChoice>;

export const NewSampling = z.strictObject({
  source: z.discriminatedUnion('from', [LocalModel, ServedModel]),
  prompts: PromptChoice,
  /** At 0 both responses would be the same. */
  temperature: z.number().gt(0).max(2),
  /** Tokens of a response at most. */
  maxTokens: z.int().min(1).max(32_768),
});
export type NewSampling = z.infer<typeof NewSampling>;

export const Sampling = Job.extend({ settings: NewSampling });
export type Sampling = z.infer<typeof Sampling>;

export const SamplingPage = z.object({
  choices: ModelChoices,
  /** Prompts without responses. */
  left: z.record(PromptChoice, z.number()),
  /** The latest. */
  sampling: Sampling.nullable(),
});
export type SamplingPage = z.infer<typeof SamplingPage>;
