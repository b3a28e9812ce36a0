import type { Accuracy, LengthBucket, Estimate as Measured, RewardEvaluation } from '@attune/preferences';
import { formatCount, formatNumber, formatShare } from '../terminal/format.ts';
import { section } from './blocks.ts';
import { calibrationPlot } from './calibrationPlot.ts';
import type { Estimate } from './estimate.ts';
import { type Html, html } from './html.ts';
import { type IntervalRow, intervalPlot } from './intervalPlot.ts';
import { text } from './text.ts';

const { rewardModel: words } = text;

/** A share with its interval. */
export const estimateOf = ({ accuracy: value, interval: [low, high], n }: Accuracy): Estimate => ({
  value,
  low,
  high,
  n,
});

/** Shares as points with bars, half of them marked. */
export const sharesPlot = (rows: readonly IntervalRow[], names: readonly string[] = []): Html =>
  intervalPlot({ rows, names, domain: [0, 1], reference: { at: 0.5, label: words.coin }, format: percent });

/**
 * A reward model on held-out pairs: how often it is right beside rules that read nothing, whether it is as sure as it may
 * be, and whether it goes by length.
 */
export function rewardEvaluationSection(evaluation: RewardEvaluation): Html {
  const { accuracy, lengthOnly, calibration, buckets, equalLength, lengthCorrelation } = evaluation;
  const beside = sharesPlot([
    { label: words.model, estimates: [estimateOf(accuracy)], color: 1 },
    { label: words.byLength(lengthOnly.prefers, lengthOnly.hindsight), estimates: [estimateOf(lengthOnly)] },
  ]);
  return section(
    words.title,
    words.lead(formatCount(accuracy.n)),
    html`<div class="card panel">${beside}</div>
<h3 class="training">${words.byDifference}</h3>
<div class="card panel">${sharesPlot(buckets.flatMap(bucketRows), [words.shorterChosen, words.longerChosen])}${equalLength && html`<p class="note">${words.oneLength(formatShare(equalLength.accuracy), formatCount(equalLength.n))}</p>`}</div>
<h3 class="training">${words.sureAndLong}</h3>
<div class="grid2"><div class="calibration">${calibrationPlot(calibration)}</div>
<div class="card panel stack"><div><h3>${words.correlation}</h3>${correlationPlot(lengthCorrelation.difference.pearson, lengthCorrelation.response.pearson)}</div></div></div>`,
  );
}

const percent = (share: number): string => `${formatNumber(share * 100, 3)} %`;

/** A bucket's pairs whose better response is the shorter one (which length gets wrong), then those where it is the longer. */
function bucketRows({ from, to, betterLonger, betterShorter }: LengthBucket): IntervalRow[] {
  const sides = [betterShorter, betterLonger].filter((side) => side !== undefined).map(estimateOf);
  if (sides.length === 0) return [];
  return [{ label: words.tokensLonger(from, to), estimates: sides, color: betterShorter ? 0 : 1 }];
}

function correlationPlot(difference: Measured | undefined, response: Measured | undefined): Html {
  const row = (label: string, measured: Measured | undefined): IntervalRow[] => {
    if (!measured) return [];
    const [low, high] = measured.interval;
    return [{ label, estimates: [{ value: measured.value, low, high, n: measured.resamples }], color: 1 }];
  };
  return intervalPlot({
    rows: [...row(words.withinPairs, difference), ...row(words.overResponses, response)],
    domain: [-1, 1],
    reference: { at: 0, label: words.blind },
    format: (value) => formatNumber(value, 2),
  });
}
