import type { Matrix, Share } from '@attune/preferences';
import { formatShare } from '../../terminal/format.ts';
import { section } from '../blocks.ts';
import { type Html, html } from '../html.ts';
import type { JudgeStrength } from './data.ts';
import { type StrengthPair, strengthPlot } from './strengthPlot.ts';
import { type DissectWords, named } from './words.ts';

/** Weights that are known too, to say how far alignment moved them. */
interface Known {
  readonly judges: readonly string[];
  readonly matrix: Matrix;
}

/** How strongly judges prefer: before and after alignment where both are known, and all of them as numbers. */
export function strengthSection(
  strengths: readonly JudgeStrength[],
  known: Known | undefined,
  words: DissectWords,
): Html {
  const { strength: own } = words;
  const pairs = strengthPairs(strengths, known, words);
  const table = html`<div class="card panel below"><div class="scroll"><table class="numbers"><thead><tr>${[own.judge, own.strength, own.first, own.agree].map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${strengths.map((one) => strengthRow(one, words))}</tbody></table></div><p class="note">${own.note}</p></div>`;
  return section(
    own.title,
    pairs.some((pair) => pair.similarity !== undefined) ? words.joined(own.lead, own.shift) : own.lead,
    pairs.length > 0 &&
      strengthPlot({
        title: own.chart,
        unit: own.unit,
        names: [own.pretrained, own.aligned],
        similarityName: own.similar,
        pairs,
      }),
    pairs.length > 0 ? html`<details><summary>${own.all}</summary>${table}</details>` : table,
  );
}

function strengthPairs(
  strengths: readonly JudgeStrength[],
  known: Known | undefined,
  words: DissectWords,
): StrengthPair[] {
  return strengths.flatMap(({ judge, base: from, strength }) => {
    const base = strengths.find((one) => one.judge === from);
    if (!base) return [];
    const [row, column] = [known?.judges.indexOf(judge) ?? -1, known?.judges.indexOf(base.judge) ?? -1];
    return [
      {
        base: { name: named(words, base.judge), strength: base.strength },
        aligned: { name: named(words, judge), strength },
        similarity: row < 0 || column < 0 ? undefined : known!.matrix[row]![column]!,
      },
    ];
  });
}

function strengthRow(
  { judge, strength: { value, low, high }, first, consistent }: JudgeStrength,
  words: DissectWords,
): Html {
  const range = (from: string, to: string) => html`<small>${words.similarity.to(from, to)}</small>`;
  const share = (one: Share | undefined) =>
    one
      ? html`${formatShare(one.share)} ${range(...(one.interval.map((end) => (100 * end).toFixed(1)) as [string, string]))}`
      : '–';
  return html`<tr><th scope="row">${named(words, judge)}</th><td>${value.toFixed(2)} ${range(low.toFixed(2), high.toFixed(2))}</td><td>${share(first)}</td><td>${share(consistent)}</td></tr>
`;
}
