import type { Slots } from './template.ts';
import type { Mood } from './words/feelings.ts';
import type { SceneName, WeatherName } from './words/settings.ts';

/** One step of a plot, in plain telling and with people speaking. Each string is a template of one or more sentences. */
export interface Beat {
  readonly told: readonly string[];
  readonly spoken: readonly string[];
  /** What the hero feels now; said only in stories that name feelings. */
  readonly mood?: Mood;
  /** May be left out without a hole in the plot: short stories do. */
  readonly extra?: true;
}

/** How stories of this plot can end. */
export type Ending = 'happy' | 'open' | 'sad';

/**
 * A plot. All its templates may use the slots of the cast (`cast.ts`) and its own `props`. The friend's first mention
 * is `{aFriend}` ("a kind otter named Dot") and stands in a beat that is not `extra`.
 */
export interface Plot {
  readonly name: string;
  /** Where and in what weather it can happen; anywhere and in any when absent. */
  readonly scenes?: readonly SceneName[];
  readonly weathers?: readonly WeatherName[];
  /** When it begins; at any time of day when absent. */
  readonly times?: readonly string[];
  /** One row is taken for a story; its values are templates, written out once. */
  readonly props: readonly Slots[];
  /** What happens first: past-tense predicates of the hero. With a beginning before it, this is the prompt. */
  readonly events: readonly string[];
  readonly beats: readonly Beat[];
  readonly endings: Readonly<Record<Ending, Beat>>;
  /** Who may thank whom at the end: two slots. */
  readonly thanks: readonly [from: string, to: string];
  readonly morals: readonly string[];
}
