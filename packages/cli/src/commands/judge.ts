import { judgePresets } from '@attune/preferences';
import { type Command, Option } from 'commander';
import { type CommandContext, command, number, run } from '../command.ts';
import { UsageError } from '../errors.ts';
import { readAnswers, readSampledAnswers, withKnown } from '../judge/answers.ts';
import { type Contests, readAgainst, readContests, readSampled } from '../judge/contests.ts';
import { judgeByServer, judgeOffline } from '../judge/judgePairs.ts';
import { usualBeta } from '../judge/openJudge.ts';
import { checkJudgeOptions, type JudgeOptions, kindOfJudge, templateOf } from '../judge/options.ts';
import { scoreResponses } from '../judge/scoreResponses.ts';
import { withServer } from '../judge/server.ts';
import { checkOutFile } from '../models/outFile.ts';
import { withScoring } from '../models/scoringOptions.ts';

/** `attune judge`: which of two responses is better, or how good one is. */
export const judgeCommand = (): Command =>
  withScoring(
    withServer(
      command(
        'judge',
        'Which of two responses is better, or how good one is',
        'attune judge --judge https://example.com/v1 --judge-model large --data pairs.jsonl --out comparisons.jsonl',
        'attune judge --judge http://localhost:8000/v1 --judge-model qwen --preset alpaca-eval --order random \\\n' +
          '      --prompts prompts.jsonl --responses ours.jsonl --against baseline.jsonl --out comparisons.jsonl',
        'attune judge --judge self --model runs/dpo --reference models/sft --data pairs.jsonl --out comparisons.jsonl',
        'attune judge --judge runs/reward --data pairs.jsonl --out comparisons.jsonl',
        'attune judge --judge models/judge --prompts prompts.jsonl --responses sampled.jsonl --out comparisons.jsonl',
      )
        .requiredOption(
          '--judge <url|path|self|rule:file|jury:file>',
          'an OpenAI-compatible server; a reward model: its scores; a language model: the letter it answers with; self: ' +
            'the own reward of --model; a written rule; a jury of other judges',
        )
        .option(
          '--judge-model <name>',
          "of a server: the model's name there, if it has several; its key, if any, is read from ATTUNE_JUDGE_KEY",
        )
        .option(
          '--preset <name>',
          `of a server: how it is asked (${judgePresets.map(({ name }) => name).join(', ')}; default: pair)`,
        )
        .option('--template <file>', 'of a server: how it is asked, in your own words')
        .addOption(
          new Option(
            '--order <which>',
            'of a server: pairs in both orders, or in one that --seed draws for each (default: both)',
          ).choices(['both', 'random']),
        )
        .option('--both-orders', 'the default: a judge that sees an order sees both')
        .option('--retry-unreadable', 'of a server: ask again where the kept reply could not be read')
        .option('--model <path>', 'of the judge self: the model that was trained')
        .option('--reference <path>', 'of the judge self: what it was trained from, or none for likelihood alone')
        .option(
          '--beta <β>',
          `of the judge self: how sure a difference of a nat makes (default: ${usualBeta})`,
          number(0),
        )
        .option('--length-penalty <a>', 'of the judge self: nats that each token of a response costs', number(0))
        .option('--data <file>', 'preference pairs, or comparisons, in any known format; or single responses to score')
        .option('--prompts <file>', 'prompts, with their --responses')
        .option('--responses <file>', 'what attune generate sampled to --prompts: two to each, or one with --against')
        .option('--against <file>', 'what another model answered to --prompts: `a`, and --responses are `b`')
        .requiredOption('--out <file>', 'where the comparisons go (.jsonl, .json, .parquet)'),
    ),
  ).action(run(judge));

async function judge(context: CommandContext, options: JudgeOptions): Promise<void> {
  checkOutFile(options.out);
  checkJudgeOptions(options);
  if (kindOfJudge(options.judge) !== 'server') return judgeOffline(context, options, await contestsOf(options));
  const template = templateOf(options);
  if (template.kind === 'single') {
    return scoreResponses(context, options, { answers: await answersOf(options), template });
  }
  const read = await withKnown(await contestsOf(options), options.prompts);
  return judgeByServer(context, options, { read, template });
}

function contestsOf({ data, prompts, responses, against }: JudgeOptions): Promise<Contests> {
  if (data === undefined && prompts !== undefined && responses !== undefined) {
    return against === undefined ? readSampled(prompts, responses) : readAgainst(prompts, responses, against);
  }
  if (data !== undefined && prompts === undefined && responses === undefined && against === undefined) {
    return readContests(data);
  }
  throw new UsageError('Give either --data FILE, or --prompts FILE and --responses FILE.');
}

function answersOf({ data, prompts, responses, against }: JudgeOptions) {
  if (against !== undefined)
    throw new UsageError('--against is for judges of pairs; this one scores single responses.');
  if (data === undefined && prompts !== undefined && responses !== undefined) {
    return readSampledAnswers(prompts, responses);
  }
  if (data !== undefined && prompts === undefined && responses === undefined) return readAnswers(data);
  throw new UsageError('Give either --data FILE, or --prompts FILE and --responses FILE.');
}
