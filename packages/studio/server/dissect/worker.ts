/** A thread that dissects groups: features of their texts, a fit of every judge, and how alike these are. */
import { parentPort } from 'node:worker_threads';
import {
  fitDefaults,
  fitJudge,
  InvalidValueError,
  namesOf,
  posteriorSimilarity,
  similarity,
  standardScenarios,
  textFeatures,
  weightTable,
} from '@attune/preferences';
import type { DissectProperty, JudgeSimilarity, JudgeWeights } from '../../shared/dissect.ts';
import type { Fitted, GroupTask } from './fits.ts';

parentPort!.on('message', (task: GroupTask) => parentPort!.postMessage(fitted(task)));

function fitted({ set, texts, rated, judges }: GroupTask): Fitted {
  const names = namesOf(set);
  const features = rated ?? texts.map(([a, b]) => [...textFeatures(set, a, b)]);
  const alive = names.flatMap((_, j) => (features.some((row) => row[j] !== 0) ? [j] : []));
  const weights = judges.map(({ judge, said }) => fitOf({ names, features, alive }, judge, said));
  const aliveNames = alive.map((j) => names[j]!);
  return { features, judges: weights, similarity: similarities(aliveNames, weights) };
}

/** Features of a group's comparisons, `[comparisons][names]`, and the places of those names in which some two responses differ. */
interface Measured {
  readonly names: readonly string[];
  readonly features: readonly (readonly number[])[];
  readonly alive: readonly number[];
}

/** Properties in which no two responses differ are left out: of these the votes cannot say anything. */
function fitOf({ names, features, alive }: Measured, judge: string, said: readonly (0 | 1 | null)[]): JudgeWeights {
  const rows = features.flatMap((row, i) => (said[i] === null ? [] : [alive.map((j) => row[j]!)]));
  const labels = said.filter((label) => label !== null);
  const own = alive.map((j) => names[j]!);
  const needs = Math.max(fitDefaults.folds, 2 * own.length);
  const none = { judge, samples: rows.length, weights: [], foretold: null };
  if (rows.length < needs) return { ...none, needs };
  if (own.length === 0) return { ...none, needs: null };
  const fit = fitJudge(own, rows, labels, { draws: 1000, seed: 0 });
  if ('refused' in fit) return { ...none, needs };
  const right = fit.heldOut?.accuracy;
  return {
    judge,
    samples: fit.samples,
    needs: null,
    weights: fit.properties.map(({ name, mean, q05, q25, q75, q95, samples }) => ({
      ...{ property: name as DissectProperty, mean, q05, q25, q75, q95, samples },
    })),
    foretold: right ? { rate: right.share, interval: [right.interval[0], right.interval[1]] } : null,
  };
}

/** Of every two judges that have weights. */
function similarities(names: readonly string[], fitted: readonly JudgeWeights[]): JudgeSimilarity[] {
  const some = fitted.filter(({ weights }) => weights.length > 0);
  if (some.length < 2 || names.length < 3) return [];
  const fits = some.map(({ judge, weights }) => ({
    judge,
    group: 'all',
    mean: weights.map(({ mean }) => mean),
    sd: weights.map(({ q05, q95 }) => (q95 - q05) / (2 * 1.645)), // 90 % of a normal distribution
  }));
  const table = weightTable(names, fits, standardScenarios());
  try {
    similarity(table, ['all']); // refuses weights that do not differ from each other
    return posteriorSimilarity(table, ['all'], { seed: 0 })!.map(({ judges: [one, other], median, interval }) => ({
      judges: [one, other],
      median,
      interval: [interval[0], interval[1]],
    }));
  } catch (error) {
    if (error instanceof InvalidValueError) return [];
    throw error;
  }
}
