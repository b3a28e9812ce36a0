import { once } from 'node:events';
import { basename, resolve } from 'node:path';
import { openModel } from '@attune/align';
import type { Command } from 'commander';
import { type CommandContext, command, run, wholeNumber } from '../command.ts';
import { UsageError } from '../errors.ts';
import { withHardware } from '../models/hardware.ts';
import { refuseRewardModel } from '../models/heads.ts';
import { modelServer } from '../serve/server.ts';
import { type Hardware, kindOf } from '../train/setup.ts';

interface Options extends Hardware {
  readonly model: string;
  readonly name?: string;
  readonly port: number;
  readonly host: string;
  readonly maxNewTokens: number;
  readonly batchSize: number;
}

/** `attune serve`: a model behind OpenAI's interface, until Ctrl-C. */
export const serveCommand = (): Command =>
  withHardware(
    command(
      'serve',
      "A model behind OpenAI's chat completions and completions",
      'attune serve --model runs/dpo',
      'ATTUNE_SERVE_KEY=$(openssl rand -hex 16) attune serve --model models/storyteller --host 0.0.0.0 --port 8000',
    )
      .requiredOption('--model <path>', 'model folder, adapter folder, run, GGUF or llama2.c file')
      .option('--name <name>', 'what callers name it (default: the last part of its path)')
      .option('--port <p>', 'where to listen; 0 takes a free port', wholeNumber(0), 8000)
      .option('--host <address>', 'on which address; any but loopback is open to the network', '127.0.0.1')
      .option('--max-new-tokens <n>', 'of an answer at most, where a request does not say', wholeNumber(1), 1024)
      .option('--batch-size <n>', 'answers sampled at a time', wholeNumber(1), 16)
      .addHelpText('after', '\nWith ATTUNE_SERVE_KEY set, callers have to send that key as a bearer token.'),
  ).action(run(serve));

const loopback = ['127.0.0.1', 'localhost', '::1'];

async function serve({ say, signal, result }: CommandContext, options: Options): Promise<void> {
  const { model: path, name = basename(resolve(path)), port, host, maxNewTokens, batchSize } = options;
  const key = process.env.ATTUNE_SERVE_KEY || undefined;
  const isOpen = !loopback.includes(host);
  if (isOpen && key === undefined) {
    throw new UsageError(
      `--host ${host} is open to the network, and anyone there could use the model. Set ATTUNE_SERVE_KEY to a key for callers.`,
    );
  }
  using opened = await openModel(path, kindOf(options));
  refuseRewardModel(path, opened);
  if (!opened.tokenizer.hasChatTemplate) {
    say(`${path} has no chat template: it answers completions, and refuses chat completions.`);
  }
  const hosts = isOpen ? undefined : new Set([...loopback, '[::1]']);
  const app = modelServer({ opened, name, maxNewTokens, batchSize, key, hosts });
  const url = await app.listen({ port, host }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new UsageError(`--port ${port}: something listens there already. Give another, or 0 for any.`);
  });
  result({ url: `${url}/v1`, model: name }, `${name} answers at ${url}/v1. Ctrl-C ends it.`);
  if (!signal.aborted) await once(signal, 'abort');
  await app.close();
}
