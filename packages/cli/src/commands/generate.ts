import { type OpenedModel, openModel } from '@attune/align';
import { readPrompts, toMessages, writeRecords } from '@attune/preferences';
import type { Command } from 'commander';
import { type CommandContext, collect, command, number, run, wholeNumber } from '../command.ts';
import { UsageError } from '../errors.ts';
import { encodeLines, idOf } from '../models/encodeLines.ts';
import { refuseForeignTokens } from '../models/foreignTokens.ts';
import { withHardware } from '../models/hardware.ts';
import { refuseRewardModel } from '../models/heads.ts';
import { checkOutFile } from '../models/outFile.ts';
import {
  type EncodedPrompt,
  newTokens,
  promptThatFits,
  type Response,
  respond,
  type SamplingOptions,
} from '../models/responses.ts';
import { formatCount, formatDuration } from '../terminal/format.ts';
import { progress } from '../terminal/progress.ts';
import { standardError } from '../terminal/screen.ts';
import { type Hardware, kindOf } from '../train/setup.ts';

interface Options extends Hardware {
  readonly model: string;
  readonly prompts?: string;
  readonly prompt?: string;
  readonly out?: string;
  readonly n: number;
  readonly maxNewTokens?: number;
  readonly temperature: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly minP?: number;
  readonly repetitionPenalty?: number;
  readonly stop: readonly string[];
  readonly seed: number;
  readonly batchSize: number;
}

/** `attune generate`: responses of a model to a file of prompts, or to one prompt. */
export const generateCommand = (): Command =>
  withHardware(
    command(
      'generate',
      'Sample responses to prompts',
      'attune generate --model models/SmolLM2-135M-Instruct --prompt "Name three uses of a brick."',
      'attune generate --model runs/dpo --prompts prompts.jsonl --out responses.jsonl --n 4 --top-p 0.95',
    )
      .requiredOption('--model <path>', 'model folder, adapter folder, run, GGUF or llama2.c file')
      .option('--prompts <file>', 'prompts, or anything that has prompts; needs --out')
      .option('--out <file>', 'where the responses go, one line each (.jsonl, .json, .parquet)')
      .option('--prompt <text>', 'one prompt in place of a file; a chat model reads it as a message of the user')
      .option('-n, --n <count>', 'responses to each prompt', wholeNumber(1), 1)
      .option('--max-new-tokens <n>', 'tokens of a response at most (default: 256, or as many as fit)', wholeNumber(1))
      .option('--temperature <t>', '0 takes the likeliest token each time', number(0), 1)
      .option('--top-p <p>', 'only the likeliest tokens that together have this probability', number(0, 1))
      .option('--top-k <k>', 'only the k likeliest tokens', wholeNumber(1))
      .option('--min-p <p>', 'only tokens at least this many times as likely as the likeliest', number(0, 1))
      .option('--repetition-penalty <r>', 'above 1: tokens that were there already become less likely', number(0.01))
      .option('--stop <text>', 'ends a response and is left out of its text; as often as needed', collect, [])
      .option('--seed <n>', 'decides what is sampled; batches change it by rounding only', wholeNumber(0), 42)
      .option('--batch-size <n>', 'responses sampled at a time', wholeNumber(1), 32),
  ).action(
    run((context, options: Options) =>
      options.prompt === undefined ? answerFile(context, options) : answerOne(context, options, options.prompt),
    ),
  );

async function answerFile({ result }: CommandContext, options: Options): Promise<void> {
  const { prompts: file, out, model: path } = options;
  if (!file || !out) throw new UsageError('Give --prompts FILE and --out FILE, or one prompt with --prompt TEXT.');
  checkOutFile(out);
  const { prompts: records, lines, unit } = await readPrompts(file);
  using opened = await openModel(path, kindOf(options));
  refuseRewardModel(path, opened);
  const room = options.maxNewTokens ?? 1;
  const prompts = encodeLines(
    opened.tokenizer,
    file,
    { records: [...records.entries()], lines, unit },
    ([i, record]) => ({
      id: idOf(record.id, lines[i]!),
      ids: promptThatFits(opened, record.prompt, room),
    }),
  );
  refuseForeignTokens(path, opened, prompts.map(tokensOf));
  const sampling = samplingOf(options, opened, prompts);
  const start = performance.now();
  const responses = await all(opened, prompts, sampling);
  await writeRecords(out, responses.flat());
  const numbers = accountOf(responses.flat(), (performance.now() - start) / 1000);
  result({ out, prompts: prompts.length, ...numbers }, `${out}: ${describe(numbers, sampling.maxNewTokens)}`);
}

/** Every prompt's responses, in the order of the prompts, with progress on the way. */
async function all(
  opened: OpenedModel,
  prompts: readonly EncodedPrompt[],
  options: SamplingOptions,
): Promise<Response[][]> {
  const { samples, maxNewTokens } = options;
  const responses: Response[][] = prompts.map(() => []);
  const shown = progress(standardError(), { label: 'generate', total: prompts.length * samples, unit: 'responses' });
  const start = performance.now();
  let [done, tokens, unfinished] = [0, 0, 0];
  const speed = () => `${formatCount(tokens / ((performance.now() - start) / 1000))} tokens/s`;
  const onToken = () => {
    tokens++;
    unfinished++;
    shown.update(done + Math.min(unfinished / maxNewTokens, prompts.length * samples - done), speed());
  };
  for await (const { prompt, ...response } of respond(opened, prompts, { ...options, onToken })) {
    responses[prompt]![response.index] = response;
    done++;
    unfinished -= response.tokens.length;
  }
  shown.update(done, speed());
  shown.end();
  return responses;
}

async function answerOne({ json, result }: CommandContext, options: Options, text: string): Promise<void> {
  if (options.prompts || options.out)
    throw new UsageError('--prompt prints its responses: leave --prompts and --out out.');
  using opened = await openModel(options.model, kindOf(options));
  refuseRewardModel(options.model, opened);
  const content = opened.tokenizer.hasChatTemplate ? toMessages(text, 'user') : text;
  const prompts = [{ id: 'prompt', ids: promptThatFits(opened, content, options.maxNewTokens ?? 1) }];
  refuseForeignTokens(options.model, opened, prompts.map(tokensOf));
  const sampling = samplingOf(options, opened, prompts);
  const streams = !json && sampling.samples === 1 && sampling.stop.length === 0;
  if (streams) return await stream(opened, prompts, sampling);
  const responses: Response[] = [];
  for await (const { prompt: _, ...response } of respond(opened, prompts, sampling))
    responses[response.index] = response;
  result({ responses }, responses.map((response) => printable(response.text)).join('\n\n'));
}

/** Prints a response as it grows. */
async function stream(opened: OpenedModel, prompts: readonly EncodedPrompt[], options: SamplingOptions): Promise<void> {
  const decoded = opened.tokenizer.decodeStream({ skipSpecialTokens: true });
  for (const id of prompts[0]!.ids) decoded.push(id); // the response continues the prompt
  const write = (text: string) => void process.stdout.write(printable(text));
  for await (const _ of respond(opened, prompts, { ...options, onToken: ({ id }) => write(decoded.push(id)) }));
  write(`${decoded.end()}\n`);
}

const tokensOf = ({ ids }: EncodedPrompt): readonly number[] => ids;

function samplingOf(options: Options, { model }: OpenedModel, prompts: readonly EncodedPrompt[]): SamplingOptions {
  const { n: samples, temperature, topK, topP, minP, repetitionPenalty, stop, seed, batchSize } = options;
  const longest = prompts.reduce((most, { ids }) => Math.max(most, ids.length), 0);
  const maxNewTokens = newTokens(options.maxNewTokens, longest, model.maxPositions);
  return { samples, temperature, topK, topP, minP, repetitionPenalty, stop, seed, batchSize, maxNewTokens };
}

interface Account {
  readonly responses: number;
  readonly tokens: number;
  readonly seconds: number;
  readonly tokensPerSecond: number;
  /** How many responses ended by themselves or at a stop string, and how many were cut off. */
  readonly finish: { readonly stop: number; readonly length: number };
}

function accountOf(responses: readonly Response[], seconds: number): Account {
  const tokens = responses.reduce((sum, response) => sum + response.tokens.length, 0);
  const stopped = responses.filter(({ finish }) => finish === 'stop').length;
  const finish = { stop: stopped, length: responses.length - stopped };
  return { responses: responses.length, tokens, seconds, tokensPerSecond: tokens / seconds, finish };
}

function describe({ responses, tokens, seconds, tokensPerSecond, finish }: Account, maxNewTokens: number): string {
  const cut = finish.length > 0 ? `, ${formatCount(finish.length)} of them cut off at ${maxNewTokens}` : '';
  const speed = `${formatDuration(seconds)}, ${formatCount(tokensPerSecond)} tokens/s`;
  return `${formatCount(responses)} responses of ${formatCount(tokens)} tokens${cut} (${speed}).`;
}

/** A model's text without characters that would steer the terminal. */
const printable = (text: string): string => text.replace(/[^\P{Cc}\n\t]/gu, '\uFFFD');
