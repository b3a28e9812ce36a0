import { join } from 'node:path';
import type { Command } from 'commander';
import { command, run } from '../command.ts';
import { UsageError } from '../errors.ts';
import { type PulledFile, pullModel } from '../hub/pullModel.ts';
import { formatBytes } from '../terminal/format.ts';
import { progress } from '../terminal/progress.ts';
import { standardError } from '../terminal/screen.ts';

interface PullOptions {
  readonly out?: string;
  readonly revision: string;
  readonly hub: string;
}

const mebibyte = 2 ** 20;

/** `attune pull HuggingFaceTB/SmolLM2-135M-Instruct`: a model folder from the Hugging Face hub. */
export const pullCommand = (): Command =>
  command(
    'pull',
    'Fetch a model from the Hugging Face hub',
    'attune pull HuggingFaceTB/SmolLM2-135M-Instruct',
    'HF_TOKEN=hf_… attune pull meta-llama/Llama-3.2-1B-Instruct --out models/llama',
  )
    .argument('<repo>', 'the model, as owner/name')
    .option('--out <dir>', 'the folder to put it in (default: models/NAME)')
    .option('--revision <revision>', 'a branch, tag or commit', 'main')
    .option('--hub <url>', 'a hub other than the public one', process.env.HF_ENDPOINT ?? 'https://huggingface.co')
    .action(
      run(async ({ result }, repo: string, options: PullOptions) => {
        const folder = options.out ?? join('models', nameOf(repo));
        const files = await pullWithProgress(repo, folder, options);
        result({ folder, files }, describe(repo, folder, files));
      }),
    );

async function pullWithProgress(repo: string, folder: string, { revision, hub }: PullOptions): Promise<PulledFile[]> {
  const model = { repo, revision, hubUrl: hub.replace(/\/+$/, ''), accessToken: accessToken(process.env.HF_TOKEN) };
  let bar: ReturnType<typeof progress> | undefined;
  const files = await pullModel(model, folder, (done, total) => {
    bar ??= progress(standardError(), { label: repo, total: total / mebibyte, unit: 'MiB' });
    bar.update(done / mebibyte);
  });
  bar?.end();
  return files;
}

function nameOf(repo: string): string {
  const [, name] = /^\w[\w.-]*\/(\w[\w.-]*)$/.exec(repo) ?? [];
  if (name) return name;
  throw new UsageError(
    `${repo} is not a model on the hub. Expected owner/name, like HuggingFaceTB/SmolLM2-135M-Instruct.`,
  );
}

/** Only the form is looked at here; whether the token is good, the hub says. */
function accessToken(token: string | undefined): string | undefined {
  if (!token || token.startsWith('hf_')) return token || undefined;
  throw new UsageError('HF_TOKEN does not begin with hf_, as access tokens of the hub do. Correct or unset it.');
}

function describe(repo: string, folder: string, files: readonly PulledFile[]): string {
  const bytes = files.reduce((total, file) => total + file.bytes, 0);
  const kept = files.filter(({ fetched }) => !fetched).length;
  const already = kept > 0 ? `, ${kept === files.length ? 'all' : kept} of them there already` : '';
  return `${repo} is in ${folder}: ${files.length} files, ${formatBytes(bytes)}${already}.`;
}
