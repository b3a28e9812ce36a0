import { join } from 'node:path';
import { readStepLines } from '../run/lines.ts';
import { comparedCurves } from './comparedCurves.ts';
import { html } from './html.ts';
import { page } from './page.ts';
import { text } from './text.ts';

export interface ComparisonReportOptions {
  readonly title: string;
  /** What is compared, and what to look for. */
  readonly lead: string;
  /** Run folders. Those of one name tried the same with other seeds. */
  readonly runs: readonly { readonly name: string; readonly folder: string }[];
  /** Keys of `metrics.jsonl`, a chart for each: see {@link comparedCurves}. */
  readonly keys: readonly string[];
}

/** Training runs over each other, as a page. */
export function comparisonReport({ title, lead, runs, keys }: ComparisonReportOptions): string {
  const read = runs.map(({ name, folder }) => ({ name, metrics: readStepLines(join(folder, 'metrics.jsonl')) }));
  return page(
    title,
    html`<header><p class="eyebrow">${text.comparison.eyebrow}</p><h1>${title}</h1><p class="lede">${lead}</p></header>
<div class="grid2 first-c1 below">${comparedCurves(read, keys)}</div>`,
  );
}
