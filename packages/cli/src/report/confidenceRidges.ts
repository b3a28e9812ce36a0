import { mean } from '@attune/preferences';
import { formatCount, formatNumber, formatShare } from '../terminal/format.ts';
import { binShares } from './histogram.ts';
import { type Html, html } from './html.ts';
import { linear, type Scale } from './scale.ts';

/** How sure each of a round's judgments was. */
export interface Ridge {
  readonly name: string;
  readonly judgments: readonly { readonly probability: number; readonly flagged: boolean }[];
}

/** The words of the figure. */
export interface RidgeWords {
  readonly title: string;
  readonly unit: string;
  readonly kept: string;
  readonly flagged: string;
  readonly pairs: (count: string) => string;
  readonly mean: (share: string) => string;
}

const width = 980;
const row = { height: 92, label: 130, reading: 130, top: 16 };
const bins = 40;
const edges = Array.from({ length: bins + 1 }, (_, i) => 0.5 + (0.5 * i) / bins);

/**
 * The confidence of the judgments of each round, one above the other over one axis from an even chance to certainty.
 * Bars are shares of the round's own pairs; the part of those that training came to doubt stands on top of the others.
 */
export function confidenceRidges(rounds: readonly Ridge[], words: RidgeWords): Html {
  const x = linear([0.5, 1], [row.label, width - row.reading]);
  const shares = rounds.map(({ judgments }) => stacked(judgments));
  const greatest = Math.max(...shares.flat().map(({ kept, flagged }) => kept + flagged)) || 1;
  const height = rounds.length * row.height + 26;
  return html`<figure class="chart">
<figcaption><b>${words.title}</b> <span class="unit">${words.unit}</span><span class="keys"><span class="key c1">${words.kept}</span><span class="key c2">${words.flagged}</span></span></figcaption>
<div class="scroll"><svg class="broad" viewBox="0 0 ${width} ${height}" role="img" aria-label="${words.title}: ${rounds.map((round) => `${round.name}, ${words.mean(meanOf(round))}`).join('; ')}">
${rounds.map((round, i) => {
  const ground = (i + 1) * row.height;
  const y = linear([0, greatest], [ground, ground - row.height + row.top]);
  return html`<text class="stage" x="0" y="${ground - 22}">${round.name}</text><text class="tick" x="0" y="${ground - 5}">${words.pairs(formatCount(round.judgments.length))}</text>
<line class="grid" x1="${row.label}" x2="${width - row.reading}" y1="${ground}" y2="${ground}"/>
${bars(shares[i]!, x, y)}<text class="tick" x="${width}" y="${ground - 5}" text-anchor="end">${words.mean(meanOf(round))}</text>
`;
})}
${[0.5, 0.6, 0.7, 0.8, 0.9, 1].map((tick) => html`<text class="tick" x="${x(tick).toFixed(1)}" y="${height - 6}" text-anchor="middle">${formatNumber(tick * 100)} %</text>`)}
</svg></div>
</figure>`;
}

const meanOf = ({ judgments }: Ridge): string => formatShare(mean(judgments.map(({ probability }) => probability)));

interface Bar {
  readonly kept: number;
  readonly flagged: number;
}

/** Share of the round's pairs in each bin, doubted ones apart. */
function stacked(judgments: Ridge['judgments']): Bar[] {
  const part = (isFlagged: boolean) => {
    const values = judgments.filter(({ flagged }) => flagged === isFlagged).map(({ probability }) => probability);
    const weight = values.length / Math.max(1, judgments.length);
    return binShares(values, edges).map((share) => share * weight);
  };
  const [kept, flagged] = [part(false), part(true)];
  return kept.map((share, i) => ({ kept: share, flagged: flagged[i]! }));
}

function bars(shares: readonly Bar[], x: Scale, y: Scale): Html {
  const at = (value: number) => value.toFixed(1);
  const wide = x(edges[1]!) - x(edges[0]!) - 2;
  const bar = (i: number, from: number, to: number) =>
    to > from ? `M${at(x(edges[i]!) + 1)} ${at(y(from))}h${at(wide)}V${at(y(to))}h${at(-wide)}Z` : '';
  const kept = shares.map((share, i) => bar(i, 0, share.kept)).join('');
  const flagged = shares.map((share, i) => bar(i, share.kept, share.kept + share.flagged)).join('');
  return html`<path class="bars c1" d="${kept}"/><path class="bars c2" d="${flagged}"/>`;
}
