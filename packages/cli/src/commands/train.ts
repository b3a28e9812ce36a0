import type { Command } from 'commander';
import type { z } from 'zod';
import { type CommandContext, collect, command, group, run } from '../command.ts';
import { UsageError } from '../errors.ts';
import { dpoStage } from '../settings/dpo.ts';
import { explain } from '../settings/explain.ts';
import { pretrainStage } from '../settings/pretrain.ts';
import { readSettings } from '../settings/readSettings.ts';
import { sftStage } from '../settings/sft.ts';
import type { Stage } from '../settings/stage.ts';
import { type Outcome, runPath } from '../train/session.ts';

/** `attune train pretrain|sft|dpo CONFIG.yaml`. */
export const trainCommand = (): Command =>
  group('train', 'Train a model', 'attune train dpo recipes/dpo.yaml --set beta=0.2', [
    trainOf(pretrainStage, async (...args) => (await import('../train/pretrain.ts')).trainPretrain(...args)),
    trainOf(sftStage, async (...args) => (await import('../train/sft.ts')).trainSft(...args)),
    trainOf(dpoStage, async (...args) => (await import('../train/dpo.ts')).trainDpo(...args)),
  ]);

interface Options {
  readonly set: readonly string[];
  readonly resume?: boolean;
  readonly explain?: boolean;
}

type Training<Settings> = (
  context: CommandContext,
  settings: Settings,
  path: string,
  resume: boolean,
) => Promise<Outcome>;

const trainOf = <Schema extends z.ZodObject>(stage: Stage<Schema>, train: Training<z.infer<Schema>>): Command =>
  command(
    stage.name,
    `Train: ${stage.title}`,
    `attune train ${stage.name} recipes/${stage.name}.yaml`,
    `attune train ${stage.name} --explain`,
  )
    .argument('[config]', 'settings, as YAML')
    .option('--set <key=value>', 'a setting in place of the file’s; as often as needed', collect, [])
    .option('--resume', 'go on from the newest checkpoint of the run')
    .option('--explain', 'print formula, paper and every setting, and train nothing')
    .action(
      run(async (context, config: string | undefined, options: Options) => {
        if (options.explain) return context.result({ settings: explain(stage) }, explain(stage));
        if (!config) throw new UsageError(`Which settings? Give a YAML file: attune train ${stage.name} CONFIG.yaml`);
        const settings = readSettings(stage, config, options.set);
        const outcome = await train(
          context,
          settings,
          runPath(settings as { output_dir?: string }, config),
          options.resume ?? false,
        );
        context.result(outcome, summary(outcome));
      }),
    );

function summary({ run: path, step, steps, finished }: Outcome): string {
  if (!finished) return `Stopped after step ${step} of ${steps}. Go on with --resume.`;
  return `Done: ${steps} steps.\n  model   ${path}/final\n  report  ${path}/report.html`;
}
