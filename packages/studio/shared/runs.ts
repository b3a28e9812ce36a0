/** Training runs: what is asked of one, and what its folder tells of it. */
import { z } from 'zod';

/** A run's name is a folder's: nothing in it can lead out of the place where runs are. */
export const RunName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'small letters, digits and hyphens, at most 60')
  .refine((name) => name !== 'new' && name !== 'compare', 'another name than new and compare, which are pages');

/** What the studio starts: commands of `attune train`. */
export const TrainStage = z.enum(['sft', 'reward', 'dpo']);
export type TrainStage = z.infer<typeof TrainStage>;

/** What is trained on: what the project's people voted, or a file that lies in the studio's `data` folder. */
export const RunData = z.discriminatedUnion('from', [
  z.strictObject({ from: z.literal('votes') }),
  z.strictObject({ from: z.literal('file'), file: z.string().max(200) }),
]);
export type RunData = z.infer<typeof RunData>;

export const NewRun = z.object({
  name: RunName,
  stage: TrainStage,
  /** One of {@link RunChoices}; the owner may also give the path of a folder. */
  model: z.string().min(1).max(1000),
  data: RunData,
  /** The other settings of `attune train`, as YAML. */
  settings: z.string().max(20_000),
});
export type NewRun = z.infer<typeof NewRun>;

/**
 * `starting` until the first step is logged; `stopping` from the wish until the process has ended; `failed` where it ended
 * without a result and nobody wished it.
 */
export const RunState = z.enum(['starting', 'running', 'stopping', 'stopped', 'finished', 'failed']);
export type RunState = z.infer<typeof RunState>;

/** Whether a process is at it. */
export const isAtWork = (state: RunState): boolean => ['starting', 'running', 'stopping'].includes(state);

/** A line of `metrics.jsonl` or `samples.jsonl`: a step, and TRL's keys. What was not a number is null. */
export const RunLine = z.looseObject({ step: z.number() });
export type RunLine = z.infer<typeof RunLine>;

export const Run = z.object({
  name: z.string(),
  stage: TrainStage,
  state: RunState,
  startedAt: z.number(),
  step: z.number(),
  /** From 0 to 1, where the settings tell how long it is. */
  progress: z.number().nullable(),
  /** The newest number of each kind. */
  latest: RunLine.nullable(),
  /** Step of the newest checkpoint. */
  checkpoint: z.number().nullable(),
  hasReport: z.boolean(),
});
export type Run = z.infer<typeof Run>;

export const RunDetails = Run.extend({
  /** Settings as YAML: complete once the run has begun. */
  settings: z.string(),
  /** The end of what the process said. */
  log: z.string(),
});
export type RunDetails = z.infer<typeof RunDetails>;

/** What a run can be started from. */
export const RunChoices = z.object({
  models: z.array(z.object({ id: z.string(), name: z.string() })),
  files: z.array(z.string()),
  /** Comparisons of the project that a majority decided. */
  pairs: z.number(),
});
export type RunChoices = z.infer<typeof RunChoices>;

/** What the live stream sends as `metrics` and `samples`: lines that follow those before, or begin anew. */
export interface RunLines {
  readonly anew: boolean;
  readonly lines: readonly RunLine[];
}
