import { formatCount } from '../terminal/format.ts';
import { section } from './blocks.ts';
import type { Estimate } from './estimate.ts';
import { type Html, html } from './html.ts';
import { sharesPlot } from './rewardEvaluation.ts';
import { text } from './text.ts';

/** What a model labelled itself, and how much of it was right by someone who knows. */
export interface SelfLabels {
  /** Pairs that people labelled. */
  readonly seed: number;
  /** Pairs that it labelled. */
  readonly pairs: number;
  /** Of those whose responses differ in worth, if any. */
  readonly right?: Estimate;
  /** Of those of them that it flagged as doubtful, if any. */
  readonly flaggedRight?: Estimate;
}

const { selfLabels: words } = text.demo;
const spaColor = 4; // its place among the demo's systems

/** The demo's self-annotation: whether its labels were right, and whether those were wrong that it doubted. */
export function selfLabelsSection({ seed, pairs, right, flaggedRight }: SelfLabels): Html | false {
  if (!right) return false;
  const rows = [
    { label: words.all, estimates: [right], color: spaColor },
    ...(flaggedRight ? [{ label: words.flagged, estimates: [flaggedRight], color: spaColor }] : []),
  ];
  return section(
    words.title,
    words.lead(formatCount(seed), formatCount(pairs)),
    html`<div class="card panel systems">${sharesPlot(rows)}<p class="note">${words.note(right.n, flaggedRight?.n)}</p></div>`,
  );
}
