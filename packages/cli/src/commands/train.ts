import { join } from 'node:path';
import type { Command } from 'commander';
import type { z } from 'zod';
import { type CommandContext, collect, command, group, run } from '../command.ts';
import { StoppedError, UsageError } from '../errors.ts';
import { dpoStage } from '../settings/dpo.ts';
import { explain, settingLines } from '../settings/explain.ts';
import { ppoStage } from '../settings/ppo.ts';
import { pretrainStage } from '../settings/pretrain.ts';
import { readSettings } from '../settings/readSettings.ts';
import { rewardStage } from '../settings/reward.ts';
import { sftStage } from '../settings/sft.ts';
import { spaStage } from '../settings/spa.ts';
import type { Stage } from '../settings/stage.ts';
import { counted } from '../terminal/format.ts';
import type { Outcome } from '../train/session.ts';

/** `attune train pretrain|sft|reward|dpo|ppo|spa CONFIG.yaml`. */
export const trainCommand = (): Command =>
  group('train', 'Train a model', 'attune train dpo dpo.yaml --set beta=0.2', [
    trainOf(pretrainStage, async (...args) => (await import('../train/pretrain.ts')).trainPretrain(...args)),
    trainOf(sftStage, async (...args) => (await import('../train/sft.ts')).trainSft(...args)),
    trainOf(rewardStage, async (...args) => (await import('../train/reward.ts')).trainReward(...args)),
    trainOf(dpoStage, async (...args) => (await import('../train/dpo.ts')).trainDpo(...args)),
    trainOf(ppoStage, async (...args) => (await import('../train/ppo.ts')).trainPpo(...args)),
    trainOf(spaStage, async (...args) => (await import('../train/spa.ts')).trainSpa(...args)),
  ]);

interface Options {
  readonly set?: readonly string[];
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
    `attune train ${stage.name} ${stage.name}.yaml --set learning_rate=1e-5`,
    `attune train ${stage.name} --explain`,
  )
    .argument('[config]', 'settings, as YAML')
    .option('--set <key=value>', 'a setting in place of the file’s; as often as needed', collect)
    .option('--resume', 'go on from the newest checkpoint of the run')
    .option('--explain', 'print formula, paper and every setting, and train nothing')
    .action(
      run(async (context, config: string | undefined, { set = [], ...options }: Options) => {
        const read = (file: string) => readSettings(stage, file, set);
        if (options.explain) return explained(context, stage, config === undefined ? undefined : read(config));
        if (!config) throw new UsageError(`Which settings? Give a YAML file: attune train ${stage.name} CONFIG.yaml`);
        const settings = read(config);
        const outcome = await train(
          context,
          settings,
          runPath(settings as { output_dir?: string }, config),
          options.resume ?? false,
        );
        const changes = set.map((given) => ` --set ${quoted(given)}`).join('');
        context.result(outcome, summary(outcome, `attune train ${stage.name} ${config}${changes} --resume`));
        if (!outcome.finished) throw new StoppedError();
      }),
    );

/** Formulas, papers and settings: their defaults, or the values of a settings file. */
function explained<Schema extends z.ZodObject>(
  { result }: CommandContext,
  stage: Stage<Schema>,
  settings: z.infer<Schema> | undefined,
): void {
  const value = { loss: stage.explain(settings), settings: settingLines(stage.schema), values: settings };
  result(value, explain(stage, settings));
}

/** The run's folder: as set, or named after the settings file. */
const runPath = (settings: { output_dir?: string }, settingsFile: string): string =>
  settings.output_dir ?? join('runs', settingsFile.replace(/^.*[\\/]/, '').replace(/\.ya?ml$/i, ''));

/** As a shell takes it for one word. */
const quoted = (word: string): string => (/^[\w=.,/+-]+$/.test(word) ? word : `'${word}'`);

function summary({ run: path, step, steps, unit = 'step', finished }: Outcome, again: string): string {
  if (!finished) return `Stopped after ${unit} ${step} of ${steps}. Go on with\n  ${again}`;
  return `Done: ${counted(steps, unit)}.\n  model   ${path}/final\n  report  ${path}/report.html`;
}
