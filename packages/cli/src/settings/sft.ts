import { z } from 'zod';
import { hardware, inputs, lengths, lora, optimization, rhythm, seeds } from './fields.ts';
import { commonConflicts, type Stage } from './stage.ts';

/** The settings of `attune train sft`, under TRL's names. */
export const SftSettings = z.strictObject({
  ...inputs,
  ...optimization(2e-5),
  ...lengths,
  ...rhythm,
  ...lora,
  ...hardware,
  ...seeds,
});
export type SftSettings = z.infer<typeof SftSettings>;

/** `attune train sft`: imitate responses. */
export const sftStage: Stage<typeof SftSettings> = {
  name: 'sft',
  title: 'supervised fine-tuning: imitate the responses',
  schema: SftSettings,
  explain: () => ['−mean over the batch’s response tokens of log π(token | prompt, tokens before)'],
  conflicts: commonConflicts,
};
