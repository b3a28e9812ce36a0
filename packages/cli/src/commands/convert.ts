import { openModel } from '@attune/align';
import { type Command, Option } from 'commander';
import { type CommandContext, command, run } from '../command.ts';
import { UsageError } from '../errors.ts';
import { describeWritten, exact, type GgufType, ggufTypes, type Target, writeModel } from '../models/write.ts';

interface Options {
  readonly dtype?: 'float32' | 'bfloat16';
  readonly type?: GgufType;
}

/** `attune convert IN OUT`: a model in another format. */
export const convertCommand = (): Command =>
  command(
    'convert',
    'Change the format of a model',
    'attune convert SmolLM2-135M-Instruct.Q4_1.gguf models/SmolLM2-135M-Instruct --dtype bfloat16',
    'attune convert models/SmolLM2-135M-Instruct smollm2.gguf --type q8_0',
  )
    .argument('<in>', 'model folder, adapter folder, run, GGUF or llama2.c file')
    .argument('<out>', 'a new model folder, or a file that ends in .gguf')
    .addOption(dtypeOption())
    .addOption(typeOption())
    .action(
      run(async ({ result }: CommandContext, from: string, to: string, options: Options) => {
        const written = await writeModel(() => openModel(from, exact), to, targetOf(to, options));
        result(written, describeWritten(written));
      }),
    );

/** How weights are stored in a model folder. */
export const dtypeOption = (): Option =>
  new Option(
    '--dtype <dtype>',
    'how a folder stores weights (default: as they are; float32 where they are neither)',
  ).choices(['float32', 'bfloat16']);

/** How weights are stored in a GGUF file. */
export const typeOption = (): Option =>
  new Option(
    '--type <type>',
    'how a GGUF file stores matrices (default: as they are; f32 where they are quantised)',
  ).choices(ggufTypes);

function targetOf(path: string, { dtype, type }: Options): Target {
  if (path.endsWith('.gguf')) {
    if (dtype) throw new UsageError(`--dtype is for model folders. For ${path} give --type ${ggufTypes.join('|')}.`);
    return { form: 'gguf', type };
  }
  if (type)
    throw new UsageError(`--type is for GGUF files, and ${path} does not end in .gguf. Give --dtype, or rename it.`);
  return { form: 'folder', dtype };
}
