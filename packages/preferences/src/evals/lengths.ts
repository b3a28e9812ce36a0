import { promptKey, responseKey } from '../data/keys.ts';
import { type Count, codePoints, wordCount } from '../data/stats.ts';
import type { Comparison } from '../data/types.ts';
import { InvalidValueError } from '../errors.ts';
import { type BootstrapOptions, bootstrapEstimate, type Estimate } from '../stats/intervals.ts';
import { mean, quantile, standardDeviation } from '../stats/summary.ts';

/** How long texts are, in one unit. */
export interface LengthEstimates {
  readonly mean: Estimate;
  readonly median: Estimate;
  /** With n − 1 in the denominator; undefined for a single text. */
  readonly standardDeviation: number | undefined;
}

/** How long a system's responses are: in Unicode code points, words between white space, and tokens where counted. */
export interface ResponseLengths {
  readonly n: number;
  readonly characters: LengthEstimates;
  readonly words: LengthEstimates;
  readonly tokens?: LengthEstimates;
}

/** How to count tokens, if at all, and how to resample. */
export interface LengthOptions extends BootstrapOptions {
  readonly count?: Count;
}

/** The lengths of a system's responses, with bootstrap intervals over them (Table 6 of Hou et al. 2024, arXiv:2404.00934). */
export function responseLengths(texts: readonly string[], { count, ...options }: LengthOptions): ResponseLengths {
  if (texts.length === 0) throw new InvalidValueError('The number of responses', 'at least 1', 0);
  const estimates = (length: Count) =>
    lengthEstimates(
      texts.map((text) => length(text)),
      options,
    );
  return {
    n: texts.length,
    characters: estimates(codePoints),
    words: estimates(wordCount),
    ...(count && { tokens: estimates(count) }),
  };
}

function lengthEstimates(lengths: readonly number[], options: BootstrapOptions): LengthEstimates {
  const median = (sample: readonly number[]) => quantile(Float64Array.from(sample).sort(), 0.5);
  return {
    mean: bootstrapEstimate(lengths, mean, options)!,
    median: bootstrapEstimate(lengths, median, options)!,
    standardDeviation: lengths.length > 1 ? standardDeviation(lengths) : undefined,
  };
}

/**
 * What each system answered, in the order systems first appear. A response that was compared several times counts once;
 * responses whose system is not known are not among them.
 */
export function responsesBySystem(comparisons: Iterable<Comparison>): Map<string, string[]> {
  const seen = new Set<string>();
  const systems = new Map<string, string[]>();
  for (const { prompt, responses } of comparisons) {
    for (const { source, text } of responses) {
      if (source === undefined) continue;
      const key = JSON.stringify([source, promptKey(prompt), responseKey(text)]);
      if (seen.has(key)) continue;
      seen.add(key);
      systems.set(source, systems.get(source) ?? []);
      systems.get(source)!.push(text);
    }
  }
  return systems;
}
