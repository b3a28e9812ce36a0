import type { Ending } from './plot.ts';
import { chance, pickWeighted, type Random } from './random.ts';

/** How a story is told: what a reader sees at a glance, chosen without regard to the plot or the prompt. */
export interface Style {
  /** `abrupt` breaks off in the middle. */
  readonly ending: Ending | 'abrupt';
  readonly dialogue: boolean;
  readonly namesFeelings: boolean;
  readonly senses: boolean;
  readonly thanks: boolean;
  readonly moral: boolean;
  readonly short: boolean;
  readonly shouting: boolean;
  readonly rambling: boolean;
}

/** Most stories are good in some ways and worse in others: there must be something to align towards, and away from. */
export function styleFrom(random: Random): Style {
  return {
    ending: pickWeighted({ happy: 0.46, open: 0.18, sad: 0.2, abrupt: 0.16 }, random),
    dialogue: chance(0.5, random),
    namesFeelings: chance(0.5, random),
    senses: chance(0.45, random),
    thanks: chance(0.4, random),
    moral: chance(0.25, random),
    short: chance(0.35, random),
    shouting: chance(0.2, random),
    rambling: chance(0.2, random),
  };
}
