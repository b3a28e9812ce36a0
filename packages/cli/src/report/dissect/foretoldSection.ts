import { formatCount, formatShare } from '../../terminal/format.ts';
import { section } from '../blocks.ts';
import { type Html, html } from '../html.ts';
import { intervalPlot } from '../intervalPlot.ts';
import { type DissectReportData, groupName } from './data.ts';
import { type DissectWords, named } from './words.ts';

/** How often left-out labels are foretold in each group, and whether the chains came together; nothing where neither is known. */
export function foretoldSection({ weights, scenarios, shown }: DissectReportData, words: DissectWords): Html | false {
  const { foretold: own } = words;
  const judges = shown.filter((judge) => weights.groups.some((group) => weights.at(judge, group)?.foretold));
  const fits = weights.judges.flatMap((judge) => weights.groups.flatMap((group) => weights.at(judge, group) ?? []));
  const [rhats, sizes] = [fits.flatMap(({ rhat }) => rhat ?? []), fits.flatMap(({ ess }) => ess ?? [])];
  if (judges.length === 0) return false;
  const rows = weights.groups.flatMap((group) => {
    const shares = judges.map((judge) => weights.at(judge, group)?.foretold);
    if (!shares.every((share) => share !== undefined)) return [];
    const estimates = shares.map(({ share, interval: [low, high], n }) => ({ value: share, low, high, n }));
    return [{ label: groupName(scenarios, words, group), estimates, color: 0 }];
  });
  const least = Math.min(0.45, ...rows.flatMap(({ estimates }) => estimates.map(({ low }) => low)));
  const plot = intervalPlot({
    rows,
    names: judges.length > 1 ? judges.map((judge) => named(words, judge)) : [],
    domain: [Math.floor(20 * least) / 20, 1],
    reference: { at: 0.5, label: own.coin },
    format: formatShare,
  });
  return section(
    own.title,
    own.lead,
    html`<div class="card panel shown-judges">${plot}${rhats.length > 0 && html`<p class="note">${own.chains(Math.max(...rhats).toFixed(3), formatCount(Math.min(...sizes)))}</p>`}</div>`,
  );
}
