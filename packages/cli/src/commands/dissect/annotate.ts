import {
  type Annotated,
  annotate,
  annotatedSet,
  Budget,
  CostError,
  type CostEstimate,
  chatAddress,
  chatModel,
  costOf,
  counted,
  estimateAnnotation,
  formatCost,
  JudgeCallError,
  namesOf,
  type Plan,
  type Price,
  type RawSample,
  ReplyCache,
  readPropertySet,
  readSamples,
  readScenarioSet,
  rememberingChat,
  type StepName,
  standardProperties,
  standardScenarios,
  stepNames,
  stepsOf,
  stoppedBy,
  writeRecords,
} from '@attune/preferences';
import { type Command, InvalidArgumentError } from 'commander';
import { type CommandContext, command, number, run, wholeNumber } from '../../command.ts';
import { StoppedError, UsageError } from '../../errors.ts';
import { priceOf } from '../../judge/priceOptions.ts';
import { checkOutFile } from '../../models/outFile.ts';
import { formatCount } from '../../terminal/format.ts';
import { progress } from '../../terminal/progress.ts';
import { standardError } from '../../terminal/screen.ts';
import { type Account, accountOf, describe, Oddities, rowOf } from './annotateAccount.ts';

interface AnnotateOptions {
  readonly data: string;
  readonly judge: string;
  readonly judgeModel: string;
  readonly out: string;
  readonly properties?: string;
  readonly scenarios?: string;
  readonly steps?: readonly StepName[];
  readonly cache?: string;
  readonly concurrency: number;
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  readonly timeout: number;
  readonly seed: number;
  readonly prices?: string;
  readonly priceInput?: number;
  readonly priceOutput?: number;
  readonly maxCost?: number;
  readonly estimate?: true;
}

/** `attune dissect annotate`: what a chat model finds in both responses, as comparison features. */
export const annotateCommand = (): Command =>
  command(
    'annotate',
    'Have a chat model rate both responses of each sample, and compare them property by property',
    'attune dissect annotate --data samples.jsonl --judge http://localhost:8000/v1 --judge-model qwen --out resolved.jsonl',
    'attune dissect annotate --data samples.jsonl --judge https://example.com/v1 --judge-model large --out resolved.jsonl \\\n' +
      '      --price-input 2.5 --price-output 10 --max-cost 20 --requests-per-minute 500',
  )
    .requiredOption('--data <file>', 'samples (prompt, response_a, response_b), or comparisons in any known form')
    .requiredOption('--judge <url>', 'an OpenAI-compatible server')
    .requiredOption('--judge-model <name>', "the model's name there; its key, if any, is read from ATTUNE_JUDGE_KEY")
    .requiredOption('--out <file>', 'where the annotated samples go, one for each sample, in its place')
    .option('--properties <file>', 'a property set of your own (default: the 29 of the published study)')
    .option('--scenarios <file>', 'a scenario set of your own (default: the 11 of the published study)')
    .option('--steps <names>', `only these of ${stepNames.join(', ')}`, stepsIn)
    .option('--cache <file>', 'where replies are kept (default: beside --out)')
    .option('--concurrency <n>', 'calls at a time', wholeNumber(1), 8)
    .option('--requests-per-minute <n>', 'calls that may start in a minute', number(1e-3))
    .option('--tokens-per-minute <n>', 'tokens of calls that may start in a minute', number(1))
    .option('--timeout <seconds>', 'a call without an answer for so long is tried again', number(0.001), 300)
    .option('--seed <n>', 'sent to the server', wholeNumber(0), 42)
    .option('--prices <file>', 'YAML, a line per model: "name: {input: 2.5, output: 10}", per million tokens')
    .option('--price-input <amount>', 'price of a million tokens asked', number(0))
    .option('--price-output <amount>', 'price of a million tokens answered', number(0))
    .option('--max-cost <amount>', 'do not begin what will cost more, and end where more is spent', number(0))
    .option('--estimate', 'only say what it would cost')
    .action(run(annotateSamples));

function stepsIn(text: string): StepName[] {
  return text.split(',').map((name) => {
    const step = stepNames.find((known) => known === name.trim());
    if (step) return step;
    throw new InvalidArgumentError(`Expected some of ${stepNames.join(', ')}, with commas between them.`);
  });
}

async function annotateSamples(context: CommandContext, options: AnnotateOptions): Promise<void> {
  const { say, result } = context;
  checkOutFile(options.out);
  const price = priceToPay(options);
  const plan = planOf(options);
  const { records: samples, lines } = await readSamples(options.data);
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const cacheFile = options.cache ?? `${options.out}.replies.sqlite`;
  checkOutFile(cacheFile, '--cache');
  using cache = new ReplyCache(cacheFile);
  const { chat, spent } = counted(chatOf(options, { price, cache, stop, signal, say }));

  const estimate = await estimateAnnotation(samples, plan, chat);
  const told = toldEstimate(estimate, price);
  if (options.estimate) return result({ samples: samples.length, ...estimate, ...costIn(estimate, price) }, told);
  say(told);
  refuseCost(estimate, price, options.maxCost);

  const oddities = new Oddities();
  const outcomes: (Annotated | undefined)[] = samples.map(() => undefined);
  const shown = progress(standardError(), { label: 'annotate', total: samples.length, unit: 'samples' });
  let [done, failed] = [0, 0];
  for await (const outcome of annotate(samples, plan, chat, { ...options, remarks: oddities, signal })) {
    outcomes[outcome.place] = outcome;
    if ('failures' in outcome) failed++;
    shown.update(++done, noteOf(failed, costIn(spent(), price).cost));
  }
  shown.end();

  const account = accountOf({ samples, lines, outcomes, spent: spent(), oddities, ...costIn(spent(), price) });
  const where = { out: options.out, cache: cacheFile };
  if (account.left > 0) {
    result({ ...where, ...account, out: null }, describe(account, undefined));
    say(`Stopped. Every reply so far is in ${cacheFile}; the same command goes on from there.`);
    throw new StoppedError('stopped');
  }
  refuseSilence(account);
  await writeRecords(options.out, rowsOf(samples, outcomes, options, plan));
  result({ ...where, ...account }, describe(account, options.out));
}

const rowsOf = (
  samples: readonly RawSample[],
  outcomes: readonly (Annotated | undefined)[],
  { judgeModel }: AnnotateOptions,
  plan: Plan,
): object[] => samples.map((sample, i) => rowOf(sample, outcomes[i]!, plan, judgeModel));

function planOf({ properties, scenarios, steps }: AnnotateOptions): Plan {
  const plan: Plan = {
    properties: properties === undefined ? standardProperties() : readPropertySet(properties),
    scenarios: scenarios === undefined ? standardScenarios() : readScenarioSet(scenarios),
    ...(steps && { steps }),
  };
  if (steps && namesOf(annotatedSet(plan)).length === 0 && stepsOf(plan).size === 0) {
    throw new UsageError(`--steps ${steps.join(',')}: none of them is needed for these properties.`);
  }
  return plan;
}

function priceToPay({ judgeModel, maxCost, ...options }: AnnotateOptions): Price | undefined {
  const price = priceOf(judgeModel, options);
  if (maxCost !== undefined && !price) {
    throw new UsageError('--max-cost needs prices. Give --price-input and --price-output, or --prices FILE.');
  }
  return price;
}

interface Asking {
  readonly price: Price | undefined;
  readonly cache: ReplyCache;
  readonly stop: AbortController;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

function chatOf(options: AnnotateOptions, { price, cache, stop, signal, say }: Asking) {
  const { judge: url, judgeModel: model, seed, timeout, maxCost } = options;
  const budget = price && maxCost !== undefined ? new Budget(price, maxCost) : undefined;
  const settings = { ...options, temperature: 0, seed, timeoutMs: 1000 * timeout, signal, budget, say };
  const { ask } = chatModel({ url, model, key: process.env.ATTUNE_JUDGE_KEY }, settings);
  return rememberingChat(stoppedBy(ask, stop), cache, { address: chatAddress(url), model, temperature: 0, seed });
}

const costIn = (tokens: { input: number; output: number }, price: Price | undefined): { cost?: number } =>
  price ? { cost: costOf(tokens, price) } : {};

function toldEstimate(estimate: CostEstimate, price: Price | undefined): string {
  const { calls, cached, input, output } = estimate;
  const { cost } = costIn(estimate, price);
  const before = cached > 0 ? ` ${formatCount(cached)} answers are there already.` : '';
  const money = cost === undefined ? '' : `, for about ${formatCost(cost)}`;
  const tokens = `about ${formatCount(input)} tokens to ask and ${formatCount(output)} to answer`;
  return calls === 0
    ? `Nothing is left to ask.${before}`
    : `To ask: ${formatCount(calls)} calls, ${tokens}${money}.${before}`;
}

function refuseCost(estimate: CostEstimate, price: Price | undefined, maxCost: number | undefined): void {
  const { cost } = costIn(estimate, price);
  if (cost === undefined || maxCost === undefined || cost <= maxCost) return;
  throw new CostError(
    `It would cost about ${formatCost(cost)}, and --max-cost is ${formatCost(maxCost)}. Give a higher one, fewer ` +
      'samples, or fewer --steps. Nothing was asked.',
  );
}

const noteOf = (failed: number, cost: number | undefined): string =>
  [cost === undefined ? '' : formatCost(cost), failed > 0 ? `${formatCount(failed)} failed` : '']
    .filter(Boolean)
    .join('  ');

/** An annotator that never answered has annotated nothing: an error, and no file of failures. */
function refuseSilence({ samples, failed, failures }: Account): void {
  if (samples > 0 && failed === samples) {
    const { step, reason } = failures[0]!;
    throw new JudgeCallError(`No sample is annotated, the first because ${step} failed: ${reason}`);
  }
}
