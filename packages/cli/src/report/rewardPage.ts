import { basename } from 'node:path';
import type { Accuracy, RewardEvaluation } from '@attune/preferences';
import { formatCount, formatShare } from '../terminal/format.ts';
import { section } from './blocks.ts';
import { html } from './html.ts';
import { page } from './page.ts';
import { estimateOf, rewardEvaluationSection, sharesPlot } from './rewardEvaluation.ts';
import { text } from './text.ts';

const { rewardModel: words } = text;

/** What `attune eval rm-accuracy` found. */
export interface RewardPageData {
  readonly files: readonly (Accuracy & { readonly file: string })[];
  readonly evaluation: RewardEvaluation;
  readonly groups: readonly (Accuracy & { readonly name: string })[];
}

/** A reward model's agreement with preferences as a page: over all, by file, by group, by length, and by how sure it is. */
export function rewardPage({ files, evaluation, groups }: RewardPageData): string {
  const { accuracy } = evaluation;
  const rows = (all: readonly (Accuracy & { readonly label: string })[]) =>
    html`<div class="card panel">${sharesPlot(all.map((own) => ({ label: own.label, estimates: [estimateOf(own)], color: 1 })))}</div>`;
  return page(
    words.pageTitle,
    html`<header><p class="eyebrow">${words.eyebrow}</p><h1>${words.pageTitle}</h1>
<p class="lede">${words.lede(formatCount(accuracy.n), formatShare(accuracy.accuracy))}</p></header>
${files.length > 1 && section(words.filesTitle, undefined, rows(files.map((own) => ({ ...own, label: basename(own.file) }))))}
${rewardEvaluationSection(evaluation)}
${groups.length > 0 && section(words.groupsTitle, undefined, rows(groups.map((own) => ({ ...own, label: own.name }))))}`,
  );
}
