import { cpus } from 'node:os';
import { basename, join } from 'node:path';
import {
  bedtimeWeights,
  calibration,
  lengthCorrelation,
  mean,
  type PropertyName,
  pairAccuracy,
  properties,
  type SimulatedAnnotator,
  sideBySideRow,
  standardDeviation,
  toText,
  wilsonInterval,
  winRate,
} from '@attune/preferences';
import type { Response } from '../models/responses.ts';
import type { JudgedText, Sample } from '../report/blocks.ts';
import type { DemoReportData, DemoSystem, Responses } from '../report/demoReport.ts';
import type { Estimate } from '../report/estimate.ts';
import { estimateOf } from '../report/rewardEvaluation.ts';
import { readSelfLabels } from '../report/spaData.ts';
import { text } from '../report/text.ts';
import { readStepLines, type StepLine } from '../run/lines.ts';
import { formatDuration } from '../terminal/format.ts';
import { version } from '../version.ts';
import { bundled, type DemoOptions, inMillions, type Journey, noise, type TrainedSystem } from './journey.ts';

const { demo: words } = text;

/** The properties in the words of a reader. */
const inWords: Readonly<Record<PropertyName, readonly [name: string, meaning: string]>> = {
  complete: ['complete', 'ends where a sentence ends'],
  happyEnding: ['happy ending', 'a happy word in the last sentences, and no sad one'],
  sadEnding: ['sad ending', 'a sad word in the last sentences'],
  goodLength: ['good length', '60 to 130 words'],
  dialogue: ['dialogue', 'somebody speaks'],
  feelings: ['feelings named', 'two or more different ones'],
  thanks: ['thanks', 'somebody says thank you'],
  senses: ['things to sense', 'sounds, smells, things to touch'],
  shouting: ['shouting', 'most sentences end with “!”'],
  repetition: ['repetition', 'the same four words again'],
};
const names = Object.keys(bedtimeWeights) as PropertyName[];

/** What the report shows, worked out from what was seen. */
export function demoData(journey: Journey): DemoReportData {
  const { annotator, options, steps, start, systems, rewardModel, selfAnnotation } = journey;
  const seconds = steps.reduce((sum, step) => sum + step.seconds, 0);
  return {
    title: 'A storyteller learns what its listeners like',
    facts: [
      { name: 'Model', value: `${basename(options.model)}, ${inMillions(journey.parameters)} parameters` },
      { name: 'Prompts', value: `${options.trainPrompts} to learn from, ${options.heldOutPrompts} held out` },
      { name: 'Seed', value: String(options.seed) },
      {
        name: 'Machine',
        value: `${cpus().length} × ${cpus()[0]?.model ?? 'processor'}, computed on ${journey.device}`,
      },
      { name: 'Attune', value: version() },
      { name: 'Time', value: formatDuration(seconds) },
    ],
    steps,
    start: responses(start),
    systems: systems.map((system) => comparedSystem(system, start, annotator)),
    rewardModel: rewardModelReport(rewardModel, options.seed),
    selfLabels: selfLabels(selfAnnotation, annotator),
    annotator: {
      weights: names.map((name) => ({
        property: inWords[name][0],
        meaning: inWords[name][1],
        weight: bedtimeWeights[name],
      })),
      noise,
    },
    properties: names.map((name) => inWords[name][0]),
    samples: samples(journey),
    caveats: [],
    commands: [commandOf(options)],
  };
}

/** The call that makes this report again. */
function commandOf({ model, trainPrompts, heldOutPrompts, maxNewTokens, seed, out }: DemoOptions): string {
  const given = model === bundled ? '' : ` --model ${model}`;
  const limit = maxNewTokens === undefined ? '' : ` --max-new-tokens ${maxNewTokens}`;
  return `./attune demo${given} --prompts ${trainPrompts} --held-out ${heldOutPrompts}${limit} --seed ${seed} --out ${out}`;
}

function responses(said: readonly Response[]): Responses {
  return {
    lengths: said.map(({ tokens }) => tokens.length),
    properties: names.map((name) => share(said.map(({ text }) => properties[name](text)))),
  };
}

/** A trained model against the start on each held-out prompt, by the annotator's scores without its slips. */
function comparedSystem(
  { name, run, held, kl }: TrainedSystem,
  start: readonly Response[],
  { score }: SimulatedAnnotator,
): DemoSystem {
  const outcomes = held.map(({ text }, i) => {
    const lead = score(text) - score(start[i]!.text);
    return lead > 0 ? 1 : lead < 0 ? 0 : 0.5;
  });
  const { winRate: rate, interval, wins: win, losses: loss, ties: tie, n } = winRate(outcomes);
  const metrics = readStepLines(join(run, 'metrics.jsonl'));
  const ranked = pairsRanked(metrics);
  return {
    name,
    ...responses(held),
    winRate: { value: rate / 100, low: interval[0] / 100, high: interval[1] / 100, n },
    sideBySide: sideBySideRow({ win, tie, loss }),
    kl: meanOf(kl),
    ...(ranked && { pairsRanked: ranked }),
    metrics,
  };
}

/** How the run ranked the held-out pairs at its end, if it did. */
function pairsRanked(metrics: readonly StepLine[]): Estimate | undefined {
  const last = metrics.findLast((line) => typeof line['eval_rewards/accuracies'] === 'number');
  if (!last) return undefined;
  const [value, n] = [Number(last['eval_rewards/accuracies']), Number(last.eval_pairs)];
  const [low, high] = wilsonInterval(value * n, n);
  return { value, low, high, n };
}

function rewardModelReport({ run, scores }: Journey['rewardModel'], seed: number): DemoReportData['rewardModel'] {
  const accuracy = estimateOf(pairAccuracy(scores));
  const correlation = lengthCorrelation(scores, { seed }).difference.pearson;
  return {
    accuracy,
    calibration: calibration(scores),
    lengthCorrelation: correlation && {
      value: correlation.value,
      low: correlation.interval[0],
      high: correlation.interval[1],
      n: scores.length,
    },
    metrics: readStepLines(join(run, 'metrics.jsonl')),
  };
}

/** How many labels of its own a model got right, by the annotator's scores without its slips; equal scores tell nothing. */
function selfLabels(
  { run, seed }: Journey['selfAnnotation'],
  { score }: SimulatedAnnotator,
): DemoReportData['selfLabels'] {
  const pairs = readSelfLabels(run);
  const told = pairs.flatMap(({ chosen, rejected, flagged }) => {
    const lead = score(toText(chosen)) - score(toText(rejected));
    return lead === 0 ? [] : [{ isRight: lead > 0, flagged }];
  });
  const right = (some: typeof told) => share(some.map(({ isRight }) => Number(isRight)));
  const flagged = told.filter((label) => label.flagged);
  return {
    ...{ seed, pairs: pairs.length },
    ...(told.length > 0 && { right: right(told) }),
    ...(flagged.length > 0 && { flaggedRight: right(flagged) }),
  };
}

/** A mean with its normal 95 % interval. */
function meanOf(values: readonly number[]): Estimate {
  const value = mean(values);
  const half = (1.96 * standardDeviation(values)) / Math.sqrt(values.length);
  return { value, low: value - half, high: value + half, n: values.length };
}

/** How far texts have a property on average, 0 to 1, with Wilson's interval. */
function share(values: readonly number[]): Estimate {
  const value = mean(values);
  const [low, high] = wilsonInterval(value * values.length, values.length);
  return { value, low, high, n: values.length };
}

/** Six prompts spread over the whole range of gains, so that losses are shown as well as wins: the greatest gain first. */
function samples({ heldPrompts, start, systems, annotator: { score } }: Journey): Sample[] {
  const gains = heldPrompts.map((_, i) =>
    mean(systems.map(({ held }) => score(held[i]!.text) - score(start[i]!.text))),
  );
  const byGain = [...heldPrompts.keys()].sort((a, b) => gains[b]! - gains[a]!);
  const places = [0.05, 0.25, 0.5, 0.75, 0.95, 1];
  const shown = new Set(places.map((place) => byGain[Math.min(byGain.length - 1, Math.floor(place * byGain.length))]!));
  const all = [{ name: words.start, held: start }, ...systems];
  return [...shown].map((i) => ({
    prompt: heldPrompts[i]!,
    responses: all.map(({ name, held }) => ({ name, ...judged(held[i]!.text, score) })),
  }));
}

function judged(text: string, score: SimulatedAnnotator['score']): Omit<JudgedText, 'name'> {
  const because = names
    .map((name) => ({ property: inWords[name][0], points: bedtimeWeights[name] * properties[name](text) }))
    .filter(({ points }) => points !== 0)
    .sort((a, b) => Math.abs(b.points) - Math.abs(a.points));
  return { text, score: score(text), because };
}
