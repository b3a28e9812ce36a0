import type { Interval } from '../../stats/intervals.ts';
import type { Battle, Controls } from './battles.ts';
import { bootstrapRatings, type ResamplingOptions } from './bootstrap.ts';
import { bradleyTerry } from './bradleyTerry.ts';
import { davidson } from './davidson.ts';
import type { RatingFit } from './ratings.ts';
import { type Anchor, type Standing, type Standings, standings } from './standings.ts';

/** What is asked of a leaderboard. */
export interface LeaderboardOptions extends ResamplingOptions {
  /** {@link usualMethod} where nothing is said. */
  readonly method?: RatingFit['method'];
  readonly anchor?: Anchor;
  /** To be held fixed in a second fit beside the first. */
  readonly controls?: Controls;
}

/** A model's standing with its interval by the bootstrap beside that of the sandwich. */
export interface LeaderboardRow extends Standing {
  readonly bootstrap: Interval;
}

/** Standings with both kinds of intervals, and what they are from. */
export interface FittedStandings extends Omit<Standings, 'models'> {
  readonly models: readonly LeaderboardRow[];
  readonly nu: number | undefined;
  readonly logLikelihood: number;
}

/** The models' ratings as they are, and beside them with the controls held fixed. */
export interface Leaderboard {
  readonly method: RatingFit['method'];
  readonly battles: number;
  /** Different prompts: what the intervals are over. */
  readonly prompts: number;
  /** Names of the models that battles join: more than one list where some were never compared, even through others. */
  readonly components: readonly (readonly string[])[];
  readonly caution: RatingFit['caution'];
  readonly plain: FittedStandings;
  readonly controlled: FittedStandings | undefined;
}

/** Davidson's where there are ties; Bradley and Terry's where there are none, or a judge tells how sure it is. */
export const usualMethod = (battles: readonly Battle[]): RatingFit['method'] =>
  battles.some(({ outcome }) => outcome === 0.5) && battles.every(({ outcome }) => [0, 0.5, 1].includes(outcome))
    ? 'davidson'
    : 'bradley-terry';

/**
 * A leaderboard.
 *
 * @throws InvalidValueError for no battles, and where nobody is called as the anchor
 */
export function leaderboard(
  battles: readonly Battle[],
  { method, anchor, controls, ...draws }: LeaderboardOptions,
): Leaderboard {
  const chosen = method ?? usualMethod(battles);
  const fitted = { davidson, 'bradley-terry': bradleyTerry }[chosen];
  const plain = fitted(battles);
  const { models, graph, caution, table } = plain;
  return {
    method: chosen,
    battles: battles.length,
    prompts: table.prompts,
    components: graph.components.map((own) => own.map((i) => models[i]!)),
    caution,
    plain: withBootstrap(plain, draws, anchor),
    controlled: controls && withBootstrap(fitted(battles, { controls }), draws, anchor),
  };
}

function withBootstrap(fit: RatingFit, draws: ResamplingOptions, anchor: Anchor | undefined): FittedStandings {
  const { models, ...rest } = standings(fit, anchor);
  const intervals = bootstrapRatings(fit, draws, anchor);
  return {
    models: models.map((row) => ({ ...row, bootstrap: intervals.get(row.model)! })),
    ...rest,
    nu: fit.nu,
    logLikelihood: fit.logLikelihood,
  };
}
