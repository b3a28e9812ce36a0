import { formatDuration, formatNumber } from '../terminal/format.ts';
import { type Html, type HtmlValue, html } from './html.ts';
import { text } from './text.ts';

/** A part of a page under its heading. */
export const section = (title: string, lead: HtmlValue, ...content: readonly HtmlValue[]): Html =>
  html`<section><h2>${title}</h2>${lead && html`<p>${lead}</p>`}
${content}</section>
`;

/** One number with its name. */
export interface Stat {
  readonly name: string;
  readonly value: string;
  readonly detail?: string;
}

/** Numbers side by side. */
export const statCards = (stats: readonly Stat[]): Html =>
  html`<div class="cards">${stats.map(
    ({ name, value, detail }) =>
      html`<div class="card stat"><span class="name">${name}</span><span class="value">${value}</span>${detail && html`<span class="detail">${detail}</span>`}</div>`,
  )}</div>`;

/** What was done, in order, each with its time and its share of the whole. */
export interface Step {
  readonly what: string;
  readonly detail?: string;
  readonly seconds: number;
}

export function stepList(steps: readonly Step[]): Html {
  const longest = Math.max(...steps.map(({ seconds }) => seconds));
  return html`<ol class="steps card">${steps.map(
    ({ what, detail, seconds }) =>
      html`<li><span>${what}${detail && html`<span class="detail">${detail}</span>`}</span><span class="share"><i style="width:${((100 * seconds) / longest).toFixed(1)}%"></i></span><time>${formatDuration(seconds)}</time></li>`,
  )}</ol>`;
}

/** A number with its sign: +1.2, −0.5. */
export const signed = (value: number): string => (value > 0 ? `+${formatNumber(value, 3)}` : formatNumber(value, 3));

const side = (value: number): string => (value < 0 ? 'minus' : 'plus');

/** What someone wants of a text and what they do not, as bars to the right and to the left of nothing. */
export interface Weight {
  readonly property: string;
  readonly meaning?: string;
  readonly weight: number;
}

export function weightBars(weights: readonly Weight[]): Html {
  const greatest = Math.max(...weights.map(({ weight }) => Math.abs(weight))) || 1;
  return html`<div class="weights card panel">${weights.map(
    ({ property, meaning, weight }) =>
      html`<div class="weight"><span>${property}${meaning && html`<span class="meaning">${meaning}</span>`}</span><span class="balance ${side(weight)}"><i style="width:${((50 * Math.abs(weight)) / greatest).toFixed(1)}%"></i></span><span class="reading ${side(weight)}">${signed(weight)}</span></div>`,
  )}</div>`;
}

/** A response as a judge saw it: what it scored, and which properties gave how much of the score. */
export interface JudgedText {
  /** Who said it. */
  readonly name: string;
  readonly text: string;
  readonly score: number;
  readonly because: readonly { readonly property: string; readonly points: number }[];
}

/** A prompt, and what different models said to it. */
export interface Sample {
  readonly prompt: string;
  readonly responses: readonly JudgedText[];
}

/** A prompt with its responses beside each other. */
export function sampleCard({ prompt, responses }: Sample): Html {
  const best = Math.max(...responses.map(({ score }) => score));
  const isAlone = responses.filter(({ score }) => score === best).length === 1;
  return html`<article class="card sample">${promptBox(prompt)}
<div class="sides">${responses.map((response) => sampleSide(response, isAlone && response.score === best))}</div></article>
`;
}

/** What was asked, above what was answered. */
export const promptBox = (prompt: string): Html =>
  html`<div class="prompt text" dir="auto"><span>${text.prompt}</span>${prompt}</div>`;

const sampleSide = ({ name, text: words, score, because }: JudgedText, isPreferred: boolean): Html =>
  html`<div class="side"><header><h3>${name}</h3>${isPreferred && html`<span class="preferred">${text.preferred}</span>`}<span class="score">${text.score} <b>${signed(score)}</b></span></header>
<p class="text" dir="auto">${words.trim()}</p>
<ul class="why">${because.map(({ property, points }) => html`<li class="${side(points)}">${property} <b>${signed(points)}</b></li>`)}</ul></div>`;

/** Facts as a table of two columns. */
export const factTable = (facts: readonly { readonly name: string; readonly value: string }[]): Html =>
  html`<div class="card panel"><table>${facts.map(({ name, value }) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</table></div>`;
