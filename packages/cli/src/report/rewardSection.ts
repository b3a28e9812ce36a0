import type { Calibration } from '@attune/preferences';
import { formatNumber } from '../terminal/format.ts';
import { section } from './blocks.ts';
import { calibrationPlot } from './calibrationPlot.ts';
import type { Estimate } from './estimate.ts';
import { type Html, html } from './html.ts';
import { intervalPlot } from './intervalPlot.ts';
import { sharesPlot } from './rewardEvaluation.ts';
import { text } from './text.ts';

/** How a reward model did on pairs that it never saw. */
export interface RewardModelReport {
  /** Share of the pairs that it ranks as they were chosen. */
  readonly accuracy: Estimate;
  readonly calibration: Calibration;
  /** Of the difference of scores with the difference of lengths; undefined where one of them does not vary. */
  readonly lengthCorrelation: Estimate | undefined;
}

const { demo: words } = text;

/**
 * The demo's reward model: how well it ranks pairs beside DPO's implicit reward, whether it knows how sure to be, and
 * whether it goes by length. Its colour is that of PPO, which learned from it.
 */
export function rewardSection(model: RewardModelReport, implicit: Estimate | undefined): Html {
  const rankers = [
    { label: words.rewardModel, estimates: [model.accuracy], color: 2 },
    ...(implicit ? [{ label: words.implicitReward, estimates: [implicit], color: 1 }] : []),
  ];
  return section(
    words.rewardTitle,
    words.rewardLead,
    html`<div class="grid2 systems"><div class="card panel stack"><div><h3>${words.ranked}</h3>${sharesPlot(rankers)}</div>${model.lengthCorrelation && html`<div><h3>${words.lengthCorrelation}</h3>${correlationPlot(model.lengthCorrelation)}</div>`}</div>
<div class="calibration">${calibrationPlot(model.calibration)}</div></div>`,
  );
}

const correlationPlot = (correlation: Estimate): Html =>
  intervalPlot({
    rows: [{ label: words.rewardModel, estimates: [correlation], color: 2 }],
    domain: [-1, 1],
    reference: { at: 0, label: text.rewardModel.blind },
    format: (value) => formatNumber(value, 2),
  });
