import type { z } from 'zod';

/** Something wrong with settings that are each fine by themselves. */
export interface Conflict {
  readonly setting: string;
  /** Reads on after the setting's name: "has no effect without use_lora: true". */
  readonly problem: string;
}

/** One kind of training as its settings see it: `pretrain`, `sft`, `dpo`. */
export interface Stage<Schema extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly title: string;
  /** Its formulas with their papers, for `--explain`: lines of text. */
  explain(settings?: z.infer<Schema>): string[];
  readonly schema: Schema;
  /** What does not go together, given settings that the schema accepts; `changed` are those not at their default. */
  conflicts(settings: z.infer<Schema>, changed: ReadonlySet<string>): Conflict[];
}

/** What every stage that can choose its best checkpoint checks. */
export function bestConflicts(
  settings: { load_best_model_at_end: boolean; eval_steps?: number; eval_data?: string; eval_share: number },
  changed: ReadonlySet<string>,
): Conflict[] {
  if (!settings.load_best_model_at_end) {
    if (!changed.has('metric_for_best_model')) return [];
    return [{ setting: 'metric_for_best_model', problem: 'has no effect without load_best_model_at_end: true' }];
  }
  const setting = 'load_best_model_at_end';
  if (settings.eval_data === undefined && settings.eval_share === 0)
    return [{ setting, problem: 'needs eval_data or eval_share to find the best by' }];
  if (settings.eval_steps === undefined)
    return [
      { setting, problem: 'needs eval_steps: with one evaluation, after training, there is nothing to choose from' },
    ];
  return [];
}

/** What every stage with these settings checks. */
export function commonConflicts(
  settings: {
    use_lora?: boolean;
    eval_data?: string;
    eval_share?: number;
    max_steps?: number;
  },
  changed: ReadonlySet<string>,
): Conflict[] {
  const conflicts: Conflict[] = [];
  const refuse = (setting: string, problem: string) => changed.has(setting) && conflicts.push({ setting, problem });
  if (!settings.use_lora) {
    for (const setting of ['lora_r', 'lora_alpha', 'lora_dropout', 'lora_target_modules']) {
      refuse(setting, 'has no effect without use_lora: true');
    }
  }
  if (settings.eval_data === undefined && settings.eval_share === 0) {
    refuse('eval_steps', 'has no effect without eval_data or eval_share');
  }
  if (settings.eval_data !== undefined) refuse('eval_share', 'has no effect beside eval_data; leave one of them out');
  if (settings.max_steps !== -1) refuse('num_train_epochs', 'has no effect beside max_steps; leave one of them out');
  return conflicts;
}
