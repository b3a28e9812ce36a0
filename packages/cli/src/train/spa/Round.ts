import type { CommandContext } from '../../command.ts';
import type { SpaSettings } from '../../settings/spa.ts';
import type { HeldOutPair, RoundPrompt } from './prepare.ts';

/** A round as its parts see it. */
export interface Round {
  readonly context: CommandContext;
  readonly settings: SpaSettings;
  /** From 1. */
  readonly number: number;
  /** `round-1` in the run's folder. */
  readonly folder: string;
  /** X_i. */
  readonly prompts: readonly RoundPrompt[];
  /** Labelled pairs that the own labels are held to. */
  readonly heldOut: readonly HeldOutPair[];
  /** A token that cut responses get at their end, with `as_released: eos`. */
  readonly endOfCut: number | undefined;
  /** Models of the run so far, as folders: π₀, …, π_{i−1}. */
  readonly policies: readonly string[];
}

/** π_{i−1}: it responds, it judges, and training starts from it and is held to it. */
export const policyOf = ({ policies }: Round): string => policies.at(-1)!;

/** What progress is labelled with. */
export const label = ({ number, settings }: Round, part: string): string =>
  `round ${number} of ${settings.prompts_per_round.length}: ${part}`;
