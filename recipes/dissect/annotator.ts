/**
 * Closes the circle: the demo's simulated annotator has written weights; here they are found again from nothing but its
 * choices, as one finds those of people and models.
 *
 *   node recipes/dissect/annotator.ts [OUT [PROMPTS RESPONSES]]
 *
 * The responses are the storyteller's, two to a prompt, as `attune generate -n 2` writes them; they are sampled where
 * none are given. The features are differences of the annotator's own properties, so that the regression is exactly the
 * model that it chooses by. OUT gets the report, in which each written weight stands beside what was found.
 * docs/dissection.md has the numbers.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  bedtimeWeights,
  featureVector,
  fitJudge,
  type JudgeFit,
  type Prior,
  type PropertyName,
  readPropertySet,
  resolveSample,
  simulatedAnnotator,
  wilsonInterval,
} from '@attune/preferences';
import { attune, readLines, unlessThere } from '../tools.ts';

/** Two responses to a prompt. */
export interface Sample {
  readonly id: string;
  readonly prompt: string;
  readonly response_a: string;
  readonly response_b: string;
}

const set = readPropertySet(join(import.meta.dirname, 'bedtime.yaml'));
const names = set.properties.map(({ name }) => name);

/** The annotator's weights, in the order of the set. */
export const written = set.properties.map(
  (property) => bedtimeWeights[(property as { function: PropertyName }).function],
);

/**
 * A prior that weights of this size are at home in. The study's Laplace(0, 0.1) takes |w|/0.1 nats from a weight's
 * log density, 120 from one of −12: it is for many properties that hardly matter, and draws these towards 0.
 */
export const wide: Prior = { kind: 'normal', scale: 10 };

/** How much more of each property A has than B. [samples][properties] */
export const featuresOf = (samples: readonly Sample[]): Float64Array[] =>
  samples.map(({ response_a: a, response_b: b }) => {
    const { sample } = resolveSample(set, { queryInfo: {}, ratings: {}, texts: [a, b] });
    return featureVector(set, sample, 'diff')!;
  });

/** What the annotator chooses when it never slips, or in a share of the cases. */
export function labelsOf(samples: readonly Sample[], { seed, noise = 0 }: { seed: number; noise?: number }): boolean[] {
  const annotator = simulatedAnnotator({ seed, noise });
  return samples.map(({ id, response_a: a, response_b: b }) => annotator.compare({ id, a, b }).choice === 'a');
}

/** The posterior of its weights, by as many draws as an interval needs. Nothing is left out. */
export function weightsFrom(features: readonly Float64Array[], labels: readonly boolean[], prior: Prior): JudgeFit {
  const fit = fitJudge(names, features, labels, { prior, folds: 1, chains: 2, warmup: 300, draws: 500 });
  if ('refused' in fit) throw new Error(fit.refused);
  return fit;
}

const [asItIs, asWritten, slipping] = ['the annotator', 'its written weights', 'the slipping annotator'] as const;

/** Which of the written weights lie in their 90 % intervals. */
export const covered = ({ properties }: JudgeFit): boolean[] =>
  properties.map(({ q05, q95 }, i) => q05 <= written[i]! && written[i]! <= q95);

if (import.meta.main) {
  const [out = 'runs/annotator', promptsFile, responsesFile] = process.argv.slice(2);
  mkdirSync(out, { recursive: true });
  const at = (name: string) => join(out, name);
  const prompts = promptsFile ?? 'models/storyteller/prompts.jsonl';
  const responses =
    responsesFile ??
    unlessThere(at('responses.jsonl'), () =>
      attune(
        ...[
          'generate',
          '--model',
          'models/storyteller',
          '--prompts',
          prompts,
          '--out',
          at('responses.jsonl'),
          '-n',
          '2',
        ],
        ...['--max-new-tokens', '200', '--temperature', '1', '--seed', '7', '--batch-size', '64'],
      ),
    );
  const samples = samplesIn(prompts, responses);
  const features = featuresOf(samples);
  const write = (name: string, rows: readonly object[]) =>
    writeFileSync(at(name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  write('samples.jsonl', samples);
  write(
    'features.jsonl',
    samples.map(({ id }, i) => ({
      id,
      features: Object.fromEntries(names.map((name, p) => [name, features[i]![p]!])),
    })),
  );
  const choices = (noise: number) => labelsOf(samples, { seed: 1, noise }).map((isA) => (isA ? 'A' : 'B'));
  const judges = { [asItIs]: choices(0), [slipping]: choices(0.05) };
  writeFileSync(at('labels.json'), JSON.stringify(judges));
  write('written.jsonl', [
    { judge: asWritten, group: 'all', properties: names.map((name, p) => ({ name, mean: written[p]! })) },
  ]);

  const given = ['--features', at('features.jsonl'), '--labels', at('labels.json')];
  attune('dissect', 'fit', ...given, '--prior', wide.kind, '--scale', `${wide.scale}`, '--out', at('weights.jsonl'));
  attune('dissect', 'fit', ...given, '--judge', asItIs, '--out', at('weights-narrow.jsonl'));
  attune(
    ...['dissect', 'report', '--weights', at('weights.jsonl'), at('written.jsonl'), ...given],
    ...['--judges', asItIs, asWritten, '--data', at('samples.jsonl'), '--out', at('report.html')],
  );
  tellWeights();
  tellCoverage();

  /** What was written, and what was found: without slips, with slips, and with the study's prior. */
  function tellWeights(): void {
    type Found = { judge: string; properties: { name: string; mean: number; q05: number; q95: number }[] };
    const [own, slipped] = readLines<Found>(at('weights.jsonl'));
    const [narrow] = readLines<Found>(at('weights-narrow.jsonl'));
    const shown = ({ properties }: Found, p: number) => {
      const { mean, q05, q95 } = properties[p]!;
      return `${mean.toFixed(2)} [${q05.toFixed(2)}, ${q95.toFixed(2)}]`;
    };
    console.log(`\n${samples.length} samples: written, found, found with 5 % slips, found with Laplace(0, 0.1)`);
    for (const [p, name] of names.entries()) {
      console.log(
        [
          name.padEnd(16),
          String(written[p]).padStart(5),
          ...[own!, slipped!, narrow!].map((fit) => shown(fit, p).padEnd(24)),
        ].join('  '),
      );
    }
  }

  /** How often the intervals hold what is written, when the annotator chooses anew. */
  function tellCoverage(): void {
    const inside = Array.from({ length: 20 }, (_, seed) =>
      covered(weightsFrom(features, labelsOf(samples, { seed: 100 + seed }), wide)),
    ).flat();
    const hits = inside.filter(Boolean).length;
    const [low, high] = wilsonInterval(hits, inside.length).map((end) => (100 * end).toFixed(1));
    console.log(
      `\n90 % intervals of 20 annotations hold ${hits} of ${inside.length} written weights [${low} %, ${high} %]`,
    );
  }
}

/** The first two responses to each prompt, where they differ. */
function samplesIn(promptsFile: string, responsesFile: string): Sample[] {
  const texts = new Map<string, string[]>();
  for (const { id, index, text } of readLines<{ id: string; index: number; text: string }>(responsesFile)) {
    const known = texts.get(id) ?? [];
    known[index] = text;
    texts.set(id, known);
  }
  return readLines<{ id: string; prompt: string }>(promptsFile).flatMap(({ id, prompt }): Sample[] => {
    const [a, b] = texts.get(id) ?? [];
    return a === undefined || b === undefined || a === b ? [] : [{ id, prompt, response_a: a, response_b: b }];
  });
}
