import type { Clusters, Matrix } from '@attune/preferences';
import { type Html, html } from '../html.ts';
import { linear } from '../scale.ts';
import { widest } from './textWidth.ts';

export interface SimilarityMapOptions {
  readonly title: string;
  readonly unit: string;
  readonly judges: readonly string[];
  readonly matrix: Matrix;
  readonly clusters: Clusters;
  /** Drawn beside the names, a column of colours each; those of more than six kinds are not. */
  readonly groupings: readonly JudgeKinds[];
}

/** Kinds of judges under one heading. */
export interface JudgeKinds {
  readonly title: string;
  readonly names: readonly string[];
  /** Rows of the matrix of each kind. */
  readonly kinds: readonly (readonly number[])[];
}

const width = 980;
const tree = 96;
const strip = 13;

/**
 * How alike judges are, in hundredths, in the order of their clusters, with the tree of these on the right (branches
 * meet at 1 − similarity) and the kinds of the judges on the left.
 */
export function similarityMap({ title, unit, judges, matrix, clusters, groupings }: SimilarityMapOptions): Html {
  const shown = groupings.filter(({ kinds }) => kinds.length <= 6);
  const labels = widest(judges, 12) + 16;
  const head = 0.82 * widest(judges, 12) + 16; // slanted by 55°
  const left = labels + strip * shown.length + 8;
  const n = judges.length;
  const cell = Math.min(52, (width - left - tree) / n);
  const height = head + cell * n + 6;
  const least = Math.min(...matrix.flat());
  const strength = linear([Math.min(least, 0.5), 1], [0.04, 0.92]);
  const { order } = clusters;
  const middle = (place: number) => head + cell * (place + 0.5);
  const rows = order.map((judge, i) => {
    const cells = order.map((other, j) => {
      const value = matrix[judge]![other]!;
      const shade = strength(value);
      return html`<g><title>${judges[judge]}, ${judges[other]}: ${value.toFixed(3)}</title><rect x="${(left + cell * j + 0.5).toFixed(1)}" y="${(head + cell * i + 0.5).toFixed(1)}" width="${(cell - 1).toFixed(1)}" height="${(cell - 1).toFixed(1)}" rx="2" fill-opacity="${shade.toFixed(3)}"/>${cell >= 16 && numberIn(value, shade, left + cell * (j + 0.5), middle(i))}</g>`;
    });
    const squares = shown.map(({ kinds }, s) => {
      const kind = kinds.findIndex((own) => own.includes(judge));
      return (
        kind >= 0 &&
        html`<rect class="kind c${kind}" x="${(labels + strip * s).toFixed(1)}" y="${(middle(i) - 4.5).toFixed(1)}" width="9" height="9" rx="2.5"/>`
      );
    });
    return html`<text class="label" x="${(labels - 8).toFixed(1)}" y="${middle(i).toFixed(1)}" dy="0.34em" text-anchor="end">${judges[judge]}</text>${squares}${cells}`;
  });
  const columns = order.map(
    (judge, j) =>
      html`<text class="head" transform="translate(${(left + cell * (j + 0.5) + 3).toFixed(1)} ${(head - 6).toFixed(1)}) rotate(-55)">${judges[judge]}</text>`,
  );
  return html`<figure class="chart">
<figcaption><b>${title}</b> <span class="unit">${unit}</span></figcaption>
<div class="kind-keys">${shown.map(
    ({ title: name, names }) =>
      html`<span class="keys"><span class="unit">${name}</span>${names.map((kind, i) => html`<span class="key c${i}">${kind}</span>`)}</span>`,
  )}</div>
<div class="scroll"><svg class="broad map similarity" viewBox="0 0 ${width} ${height.toFixed(0)}" role="img" aria-label="${title}">${columns}${rows}<path class="tree" d="${branches(clusters, n, left + cell * n + 8, middle)}"/></svg></div>
</figure>`;
}

const numberIn = (value: number, shade: number, x: number, y: number): Html =>
  html`<text${shade > 0.6 && html` class="on"`} x="${x.toFixed(1)}" y="${y.toFixed(1)}" dy="0.34em" text-anchor="middle">${String(Math.round(100 * value)).replace('-', '−')}</text>`;

/** The tree as a path: for each merge two branches from their clusters to the height at which they meet. */
function branches({ merges, order }: Clusters, n: number, from: number, middle: (place: number) => number): string {
  const farthest = Math.max(...merges.map(({ distance }) => distance), 0.05);
  const x = linear([0, farthest], [from, from + tree - 14]);
  const at = (value: number) => value.toFixed(1);
  const nodes = new Map(order.map((judge, place) => [judge, { x: from, y: middle(place) }]));
  return merges
    .map(({ a, b, distance }, i) => {
      const [one, other] = [nodes.get(a)!, nodes.get(b)!];
      const meet = x(Math.max(0, distance));
      nodes.set(n + i, { x: meet, y: (one.y + other.y) / 2 });
      return `M${at(one.x)} ${at(one.y)}H${at(meet)}V${at(other.y)}H${at(other.x)}`;
    })
    .join('');
}
