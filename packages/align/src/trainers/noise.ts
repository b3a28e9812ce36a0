import { InvalidValueError } from '@attune/preferences';

/**
 * Where the window's boundary lies. `exact`: a pair is flagged when it is among the ⌊W·K⌋ least confident of the W most
 * recent pairs, itself the most recent, so that the long-run share of flags is K. `released` replays the paper's
 * code: the window holds means of micro-batches, the boundary is the mean of its entries ⌊W·K⌋ and ⌊W·K⌋ + 1 in
 * ascending order counted from 0, stands at 0 until the window is full, and moves after the micro-batch it judged;
 * that flags about 12.7 % at K = 10 %.
 */
export type ThresholdRule = 'exact' | 'released';

/** How doubtful pairs are found. */
export interface NoiseOptions {
  /** W: pairs (released: micro-batches) that are remembered. The paper: 50. */
  readonly window: number;
  /** K, from 0 to 1: the share that is flagged. The paper: 0.1. */
  readonly noiseShare: number;
  readonly rule: ThresholdRule;
}

/** What a window of margins goes on from: plain numbers, oldest first, so that a checkpoint can hold them. */
export type NoiseState = { recent: readonly number[] };

/** Which margins of a micro-batch are too low to be trusted, and the boundary they were held to. */
export interface Doubts {
  readonly flagged: readonly boolean[];
  /** Margins below it are flagged (released: and those at it). While the window fills: −∞ (released: 0). */
  readonly threshold: number;
}

/**
 * SPA's moving threshold τ on confidences (Kim et al. 2025, arXiv:2406.04412, section 4.2 and appendix B.4): the K % boundary
 * of the most recent pairs, in place of a pass over the data, which would be stale at once. It works on margins m: the
 * confidence σ(m) ranks the pairs alike.
 *
 * @param state is kept up to date, so that who saves it can go on from it
 * @throws InvalidValueError for a window below 1, or a share outside 0 to 1
 */
export function noiseDetector(
  { window, noiseShare, rule }: NoiseOptions,
  state: NoiseState = { recent: [] },
): (margins: readonly number[]) => Doubts {
  if (!Number.isInteger(window) || window < 1) {
    throw new InvalidValueError('window', 'a whole number of at least 1', window);
  }
  if (!(noiseShare >= 0 && noiseShare <= 1))
    throw new InvalidValueError('noiseShare', 'a share from 0 to 1', noiseShare);
  const least = Math.floor(window * noiseShare + 1e-9); // 0.29·100 is not 28
  const remember = (margins: readonly number[]) => {
    state.recent = [...state.recent, ...margins].slice(-window);
  };
  const ascending = () => state.recent.toSorted((a, b) => a - b);
  const isFull = () => state.recent.length === window;
  if (rule === 'exact') {
    return (margins) => {
      remember(margins);
      const threshold = isFull() ? (ascending()[least] ?? Infinity) : -Infinity;
      return { flagged: margins.map((margin) => margin < threshold), threshold };
    };
  }
  return (margins) => {
    const sorted = ascending();
    const [low = Infinity, high = low] = sorted.slice(least, least + 2);
    const threshold = isFull() ? (low + high) / 2 : 0;
    remember([margins.reduce((a, b) => a + b, 0) / margins.length]);
    return { flagged: margins.map((margin) => margin <= threshold), threshold };
  };
}
