/** Training runs: what is asked of one, and what its folder tells of it. */
import { z } from 'zod';
import { DpoFields, PpoFields, RewardFields, SftFields, SpaFields } from './runFields.ts';

/** A run's name is a folder's: nothing in it can lead out of the place where runs are. */
export const RunName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'small letters, digits and hyphens, at most 60')
  .refine((name) => name !== 'new' && name !== 'compare', 'another name than new and compare, which are pages');

/** What the studio starts: commands of `attune train`. */
export const TrainStage = z.enum(['sft', 'reward', 'dpo', 'ppo', 'spa']);
export type TrainStage = z.infer<typeof TrainStage>;

const FromFile = z.strictObject({ from: z.literal('file'), file: z.string().max(200) });

/** Pairs to learn from: what the project's people voted, or a file that lies in the studio's `data` folder. */
const Pairs = z.discriminatedUnion('from', [z.strictObject({ from: z.literal('votes') }), FromFile]);

/** Prompts to respond to: the project's, but those that triage sorted out, or such a file. */
const Prompts = z.discriminatedUnion('from', [z.strictObject({ from: z.literal('prompts') }), FromFile]);

const asked = {
  name: RunName,
  /** One of {@link RunChoices}; the owner may also give the path of a folder. */
  model: z.string().min(1).max(1000),
  /** Settings of `attune train` without a field, as YAML; of one that is in both, this one counts. */
  settings: z.string().max(20_000).default(''),
};

/** What is asked of a new run. `data` of `spa` is its seed; its rounds are over the project's prompts that nobody decided. */
export const NewRun = z.discriminatedUnion('stage', [
  z.strictObject({ stage: z.literal('sft'), ...asked, data: Pairs, fields: SftFields.default({}) }),
  z.strictObject({ stage: z.literal('reward'), ...asked, data: Pairs, fields: RewardFields.default({}) }),
  z.strictObject({ stage: z.literal('dpo'), ...asked, data: Pairs, fields: DpoFields.default({}) }),
  z.strictObject({
    ...{ stage: z.literal('ppo'), ...asked, data: Prompts, fields: PpoFields.default({}) },
    /** One of the `rewardModels` of {@link RunChoices}. */
    rewardModel: z.string().min(1).max(1000),
  }),
  z.strictObject({ stage: z.literal('spa'), ...asked, data: Pairs, fields: SpaFields.default({}) }),
]);
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

const Named = z.object({ id: z.string(), name: z.string() });

/** What a run can be started from. */
export const RunChoices = z.object({
  /** Language models: folders in `models`, and results of finished runs. */
  models: z.array(Named),
  /** Models with a score head, of the same origin. */
  rewardModels: z.array(Named),
  files: z.array(z.string()),
  /** Comparisons of the project that a majority decided. */
  pairs: z.number(),
  /** Prompts of the project, each once, but those that triage sorted out. */
  prompts: z.number(),
  /** Those of them of which no comparison is decided. */
  openPrompts: z.number(),
});
export type RunChoices = z.infer<typeof RunChoices>;

/** What a round of self-annotation is at. */
export const RoundPart = z.enum(['sampling', 'judging', 'training', 'over']);
export type RoundPart = z.infer<typeof RoundPart>;

/** A prompt as the model judged its own responses to it. */
export const SelfJudgment = z.object({
  prompt: z.string(),
  /** The responses with their rewards, nats; the chosen one first where there is one. */
  responses: z.array(z.object({ text: z.string(), reward: z.number().nullable(), tokens: z.number() })),
  /** How sure the label is, from ½ to 1; null of responses that give no pair. */
  probability: z.number().nullable(),
});
export type SelfJudgment = z.infer<typeof SelfJudgment>;

/** A round of self-annotation; round 0 is the training on the seed. */
export const SpaRound = z.object({
  round: z.number(),
  part: RoundPart,
  prompts: z.number().nullable(),
  /** Responses that have been sampled so far. */
  responses: z.number(),
  /** Its line of `metrics.jsonl`, once it is over. */
  numbers: RunLine.nullable(),
  /** Steps of its training. */
  training: z.array(RunLine),
  /** A few of its judgments. */
  judgments: z.array(SelfJudgment),
});
export type SpaRound = z.infer<typeof SpaRound>;

/** What the live stream sends as `metrics` and `samples`: lines that follow those before, or begin anew. */
export interface RunLines {
  readonly anew: boolean;
  readonly lines: readonly RunLine[];
}
