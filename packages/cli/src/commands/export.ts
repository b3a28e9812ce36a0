import { openModel } from '@attune/align';
import { type Command, Option } from 'commander';
import { type CommandContext, command, run } from '../command.ts';
import { UsageError } from '../errors.ts';
import { isCheckpoint, openCheckpoint } from '../models/checkpoint.ts';
import { describeWritten, exact, type GgufType, type Target, writeModel } from '../models/write.ts';
import { dtypeOption, typeOption } from './convert.ts';

interface Options {
  readonly format: 'hf' | 'gguf';
  readonly merge: boolean;
  readonly dtype?: 'float32' | 'bfloat16';
  readonly type?: GgufType;
}

/** `attune export RUN OUT --format hf|gguf`: what a run learned, as a model that others load. */
export const exportCommand = (): Command =>
  command(
    'export',
    'Turn a run into a model folder that others load',
    'attune export runs/dpo models/aligned --format hf',
    'attune export runs/dpo/checkpoints/step-100 aligned.gguf --format gguf --type q8_0',
    'attune export runs/dpo models/adapter --format hf --no-merge',
  )
    .argument('<run>', 'a run folder (its final/ is taken) or one of its checkpoints')
    .argument('<out>', 'a new model folder, or with --format gguf a file that ends in .gguf')
    .addOption(
      new Option('--format <format>', 'for transformers and vLLM, or for llama.cpp')
        .choices(['hf', 'gguf'])
        .makeOptionMandatory(),
    )
    .option('--merge', 'fold adapters into the weights', true)
    .option('--no-merge', 'write the adapters on their own, as PEFT loads them')
    .addOption(dtypeOption())
    .addOption(typeOption())
    .action(
      run(async ({ result }: CommandContext, from: string, to: string, options: Options) => {
        const open = () => (isCheckpoint(from) ? openCheckpoint(from, exact) : openModel(from, exact));
        const written = await writeModel(open, to, targetOf(to, options));
        result(written, describeWritten(written));
      }),
    );

function targetOf(path: string, { format, merge, dtype, type }: Options): Target {
  if (format === 'gguf') {
    if (!merge) throw new UsageError('--no-merge is for --format hf: a GGUF file holds a whole model.');
    if (dtype) throw new UsageError('--dtype is for --format hf. For GGUF give --type.');
    if (!path.endsWith('.gguf'))
      throw new UsageError(`${path} does not end in .gguf, by which programs know such files.`);
    return { form: 'gguf', type };
  }
  if (type) throw new UsageError('--type is for --format gguf. For a model folder give --dtype.');
  if (!merge && dtype) throw new UsageError('--dtype is for merged models: adapters are written as they were trained.');
  return merge ? { form: 'folder', dtype } : { form: 'adapter' };
}
