import { oneDecimal } from '../../terminal/format.ts';
import type { Ranged } from '../estimate.ts';
import { type Html, html } from '../html.ts';
import { intervalPlot } from '../intervalPlot.ts';
import { nice } from '../scale.ts';
import type { PlottedJudge } from './propertyPlot.ts';
import type { WeightScale } from './weightScale.ts';

export interface JudgeDifferencesOptions {
  readonly title: string;
  /** What stands at 0, and what the bars are. */
  readonly equal: string;
  readonly bars: string;
  readonly properties: readonly string[];
  readonly judges: readonly [PlottedJudge, PlottedJudge];
  readonly scale: WeightScale;
}

const most = 8;

/**
 * The properties that two judges differ most on, by how much more the second likes them, with 90 % intervals where both
 * posteriors are known: normal, to first order, and independent.
 */
export function judgeDifferences({ title, equal, bars, properties, judges, scale }: JudgeDifferencesOptions): Html {
  const rows = properties
    .map((label, p) => ({ label, estimates: [difference(judges, p, scale)], color: judges[1].color }))
    .sort((a, b) => Math.abs(b.estimates[0]!.value) - Math.abs(a.estimates[0]!.value))
    .slice(0, most)
    .sort((a, b) => b.estimates[0]!.value - a.estimates[0]!.value);
  const ends = rows.flatMap(({ estimates }) => estimates.flatMap(({ low, high }) => [low, high]));
  return html`<div class="card panel stack differences"><div><h3>${title}</h3>${intervalPlot({
    rows,
    domain: nice([Math.min(0, ...ends), Math.max(0, ...ends)], 5),
    reference: { at: 0, label: equal },
    format: (value) => `${value > 0 ? '+' : ''}${oneDecimal(value)}`,
  })}${judges.every(({ fit }) => fit.sd) && html`<p class="note">${bars}</p>`}</div></div>`;
}

function difference([one, other]: JudgeDifferencesOptions['judges'], p: number, { of, slope }: WeightScale): Ranged {
  const value = of(other.fit.mean[p]!) - of(one.fit.mean[p]!);
  const [a, b] = [one, other].map(({ fit: { mean, sd } }) => sd && slope(mean[p]!) * sd[p]!);
  const half = a === undefined || b === undefined ? 0 : 1.645 * Math.hypot(a, b);
  return { value, low: value - half, high: value + half };
}
