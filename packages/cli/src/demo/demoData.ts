import { cpus } from 'node:os';
import { basename, join } from 'node:path';
import {
  bedtimeWeights,
  mean,
  type PropertyName,
  properties,
  type SimulatedAnnotator,
  standardDeviation,
  wilsonInterval,
  winRate,
} from '@attune/preferences';
import type { JudgedText } from '../report/blocks.ts';
import type { DemoReportData } from '../report/demoReport.ts';
import type { Estimate } from '../report/estimate.ts';
import { readStepLines } from '../run/lines.ts';
import { formatDuration } from '../terminal/format.ts';
import { version } from '../version.ts';
import { bundled, type DemoOptions, type Held, inMillions, type Journey, noise } from './journey.ts';

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
  const { held, annotator, options, steps, kl } = journey;
  const metrics = readStepLines(join(journey.run, 'metrics.jsonl'));
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
    winRate: wins(held, annotator),
    heldOutAccuracy: accuracy(metrics),
    kl: meanOf(kl),
    annotator: {
      weights: names.map((name) => ({
        property: inWords[name][0],
        meaning: inWords[name][1],
        weight: bedtimeWeights[name],
      })),
      noise,
    },
    properties: names.map((name) => ({
      name: inWords[name][0],
      before: share(held.map(({ before }) => properties[name](before.text))),
      after: share(held.map(({ after }) => properties[name](after.text))),
    })),
    lengths: {
      before: held.map(({ before }) => before.tokens.length),
      after: held.map(({ after }) => after.tokens.length),
    },
    samples: telling(held, annotator).map(({ prompt, before, after }) => ({
      prompt,
      before: judged(before.text, annotator),
      after: judged(after.text, annotator),
    })),
    metrics,
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

/** After against before on each held-out prompt, by the annotator's scores without its slips. */
function wins(held: readonly Held[], { score }: SimulatedAnnotator): DemoReportData['winRate'] {
  const outcomes = held.map(({ before, after }) => {
    const lead = score(after.text) - score(before.text);
    return lead > 0 ? 1 : lead < 0 ? 0 : 0.5;
  });
  const { winRate: rate, interval, wins: won, losses, ties, n } = winRate(outcomes);
  return { value: rate / 100, low: interval[0] / 100, high: interval[1] / 100, n, wins: won, ties, losses };
}

function accuracy(metrics: readonly Readonly<Record<string, unknown>>[]): Estimate {
  const last = metrics.findLast((line) => typeof line['eval_rewards/accuracies'] === 'number');
  const value = Number(last?.['eval_rewards/accuracies']);
  const n = Number(last?.eval_pairs);
  const [low, high] = wilsonInterval(value * n, n);
  return { value, low, high, n };
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

/** Six pairs spread over the whole range, so that losses are shown as well as wins: the greatest gain first. */
function telling(held: readonly Held[], { score }: SimulatedAnnotator): Held[] {
  const byGain = held.toSorted((a, b) => gain(b) - gain(a));
  const places = [0.05, 0.25, 0.5, 0.75, 0.95, 1];
  return [...new Set(places.map((place) => byGain[Math.min(byGain.length - 1, Math.floor(place * byGain.length))]!))];

  function gain({ before, after }: Held): number {
    return score(after.text) - score(before.text);
  }
}

function judged(text: string, { score }: SimulatedAnnotator): JudgedText {
  const because = names
    .map((name) => ({ property: inWords[name][0], points: bedtimeWeights[name] * properties[name](text) }))
    .filter(({ points }) => points !== 0)
    .sort((a, b) => Math.abs(b.points) - Math.abs(a.points));
  return { text, score: score(text), because };
}
