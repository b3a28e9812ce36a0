import {
  type Annotated,
  annotate,
  annotatedSet,
  estimateAnnotation,
  JudgeCallError,
  namesOf,
  type Plan,
  type RawSample,
  readPropertySet,
  readSamples,
  readScenarioSet,
  type StepName,
  standardProperties,
  standardScenarios,
  stepNames,
  stepsOf,
  writeRecords,
} from '@attune/preferences';
import { type Command, InvalidArgumentError } from 'commander';
import { type CommandContext, command, run } from '../../command.ts';
import { StoppedError, UsageError } from '../../errors.ts';
import {
  noteOf,
  openServer,
  priceToPay,
  refuseCost,
  type ServerOptions,
  toldEstimate,
  withServer,
} from '../../judge/server.ts';
import { checkOutFile } from '../../models/outFile.ts';
import { progress } from '../../terminal/progress.ts';
import { standardError } from '../../terminal/screen.ts';
import { type Account, accountOf, describe, Oddities, rowOf } from './annotateAccount.ts';

interface AnnotateOptions extends ServerOptions {
  readonly data: string;
  readonly judge: string;
  readonly judgeModel: string;
  readonly out: string;
  readonly properties?: string;
  readonly scenarios?: string;
  readonly steps?: readonly StepName[];
}

/** `attune dissect annotate`: what a chat model finds in both responses, as comparison features. */
export const annotateCommand = (): Command =>
  withServer(
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
      .option('--steps <names>', `only these of ${stepNames.join(', ')}`, stepsIn),
  ).action(run(annotateSamples));

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
  priceToPay(options.judgeModel, options);
  const plan = planOf(options);
  const { records: samples, lines } = await readSamples(options.data);
  const { judge: url, judgeModel: model, out } = options;
  using server = openServer({ url, model, out }, options, context);
  const { chat, signal, cacheFile, spent, costIn, concurrency } = server;

  const estimate = await estimateAnnotation(samples, plan, chat);
  const told = toldEstimate(estimate, costIn(estimate));
  if (options.estimate) return result({ samples: samples.length, ...estimate, ...costIn(estimate) }, told);
  say(told);
  refuseCost(costIn(estimate), options.maxCost, 'fewer samples, or fewer --steps');

  const oddities = new Oddities();
  const outcomes: (Annotated | undefined)[] = samples.map(() => undefined);
  const shown = progress(standardError(), { label: 'annotate', total: samples.length, unit: 'samples' });
  let [done, failed] = [0, 0];
  for await (const outcome of annotate(samples, plan, chat, { concurrency, remarks: oddities, signal })) {
    outcomes[outcome.place] = outcome;
    if ('failures' in outcome) failed++;
    shown.update(++done, noteOf(failed, costIn(spent())));
  }
  shown.end();

  const account = accountOf({ samples, lines, outcomes, spent: spent(), oddities, ...costIn(spent()) });
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

/** An annotator that never answered has annotated nothing: an error, and no file of failures. */
function refuseSilence({ samples, failed, failures }: Account): void {
  if (samples > 0 && failed === samples) {
    const { step, reason } = failures[0]!;
    throw new JudgeCallError(`No sample is annotated, the first because ${step} failed: ${reason}`);
  }
}
