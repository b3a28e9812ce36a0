import { InvalidValueError } from '../errors.ts';
import { type FeatureMode, featureVector, resolveSample } from './features.ts';
import type { PropertySet } from './properties.ts';

/** Whether all its properties are computed from the texts, so that nobody need annotate them. */
export const isComputed = (set: PropertySet): boolean =>
  set.properties.every(({ from, when }) => from === 'text' && !when);

/**
 * The comparison features of two texts, for a set whose properties are all computed.
 *
 * @throws InvalidValueError where a property is rated, or waits for what only an annotator can tell
 */
export function textFeatures(set: PropertySet, a: string, b: string, mode: FeatureMode = 'comparison'): Float64Array {
  const rated = set.properties.find(({ from, when }) => from !== 'text' || when);
  if (rated) throw new InvalidValueError('A property', 'one computed from the text alone', rated.name);
  return featureVector(set, resolveSample(set, { queryInfo: {}, ratings: {}, texts: [a, b] }).sample, mode)!;
}
