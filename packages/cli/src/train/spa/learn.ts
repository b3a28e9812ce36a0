import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type EncodedPair, type NoiseState, type Refinement, type RefineStep, refine } from '@attune/align';
import { type Content, toMessages } from '@attune/preferences';
import { Random } from '@attune/torch';
import { writeWhole } from '../../run/durable.ts';
import { readStepLines, toJsonl } from '../../run/lines.ts';
import type { SpaSettings } from '../../settings/spa.ts';
import { trlMetrics } from '../dpo.ts';
import { follow, makeTrainable, type Outcome, optimizing } from '../session.ts';
import { kindOf, openStart } from '../setup.ts';
import { Windows } from '../Windows.ts';
import { pairsFile, Stopwatch, trainFolder } from './folder.ts';
import type { Judged } from './judge.ts';
import { policyOf, type Round } from './Round.ts';

/** A judgment that became a pair. */
type Labelled = Judged & { readonly preference: NonNullable<Judged['preference']> };

export const labelled = (judged: readonly Judged[]): Labelled[] =>
  judged.filter((one): one is Labelled => one.preference !== undefined);

/**
 * Preference learning of the round: π_i ← DPO from π_{i−1} against π_{i−1}, doubtful labels smoothed, in a run folder of
 * its own, `train/`. It learns the very tokens that were sampled.
 */
export async function learn(round: Round, judged: readonly Judged[]): Promise<Outcome> {
  const { context, settings } = round;
  using _clock = new Stopwatch(round.folder, 'training');
  const path = trainFolder(round.folder);
  const kind = kindOf(settings);
  const start = policyOf(round);
  using opened = await openStart(start, kind);
  const { model: policy } = opened;
  using frozen = settings.use_lora ? undefined : await openStart(start, kind);
  const dropout = new Random(settings.seed, kind.device);
  makeTrainable(policy, settings, dropout);
  const windows = new Windows(labelled(judged).map(encoded), { ...settings, max_steps: -1 });
  const updating = optimizing(policy, settings, windows.total);
  using optimizer = updating.optimizer;
  const noise: NoiseState = { recent: [] };
  const reference = { reference: frozen?.model ?? policy, adaptersOff: settings.use_lora };
  const refinement = refinementOf(settings, round.number, windows.total);
  const run = { ...updating, policy, ...reference, beta: settings.beta, refinement, windows, noise };
  return await follow(context, {
    path,
    settings: { ...settings, model: start, output_dir: path },
    resume: existsSync(join(path, 'config.yaml')),
    model: policy,
    copyTokenizer: opened.copyTokenizer,
    base: start,
    merged: true,
    optimizer,
    noise: dropout,
    state: noise,
    windows,
    start: (stepsDone) => refine({ ...run, stepsDone }),
    metrics,
    samplesEvery: 1,
    samples: ({ doubts }) => doubts.map((doubt) => ({ ...doubt })),
  });
}

function encoded({ prompt, responses, preference }: Labelled): EncodedPair {
  const tokens = (place: number) => [...responses[place]!.tokens];
  return {
    id: prompt.id,
    prompt: [...prompt.ids],
    chosen: tokens(preference.chosen),
    rejected: tokens(preference.rejected),
  };
}

function refinementOf(settings: SpaSettings, round: number, steps: number): Refinement {
  const { extrapolation, refine_after, refine_alpha, noise_share, noise_window, as_released } = settings;
  return {
    alpha: refine_alpha,
    lambda: extrapolation[round - 1] ?? extrapolation.at(-1)!,
    noiseShare: noise_share,
    window: noise_window,
    rule: as_released.includes('threshold') ? 'released' : 'exact',
    startsAfter: Math.ceil(refine_after * steps),
  };
}

/** The numbers of a step, under TRL's names where TRL has them. */
function metrics({ gradNorm, learningRate, flagged, doubts, ...step }: RefineStep): Record<string, number> {
  const threshold = doubts.at(-1)!.threshold; // −∞ until the window is full
  return {
    ...trlMetrics(step),
    grad_norm: gradNorm,
    learning_rate: learningRate,
    'spa/flagged': flagged / step.pairs,
    ...(Number.isFinite(threshold) && { 'spa/threshold': threshold }),
  };
}

/** What training thought of a pair when it last saw it. */
export interface Doubt {
  readonly id: string;
  readonly step: number;
  readonly margin: number;
  readonly extrapolated: number;
  readonly flagged: boolean;
}

/** Of each pair that was seen, by id. */
export const doubtsOf = (round: Round): ReadonlyMap<string, Doubt> =>
  new Map(
    readStepLines(join(trainFolder(round.folder), 'samples.jsonl')).map((line) => {
      const doubt = line as unknown as Doubt;
      return [doubt.id, doubt];
    }),
  );

/** Leaves the round's pairs as data: texts, the judgment's confidence, and what training thought of each label. */
export function writePairs(round: Round, judged: readonly Judged[], doubts: ReadonlyMap<string, Doubt>): void {
  const lines = labelled(judged).map(({ prompt: { id, prompt }, responses, preference }) => {
    const { chosen, rejected, probability } = preference;
    const said = (place: number) => likePrompt(prompt, responses[place]!.text);
    const { flagged = false, extrapolated } = doubts.get(id) ?? {};
    return { id, prompt, chosen: said(chosen), rejected: said(rejected), probability, flagged, extrapolated };
  });
  writeWhole(pairsFile(round.folder), toJsonl(lines));
}

const likePrompt = (prompt: Content, text: string): Content =>
  typeof prompt === 'string' ? text : toMessages(text, 'assistant');
