import { type Html, html } from '../html.ts';

/** One of several parts of which one is seen at a time. */
export interface Tab {
  readonly label: string;
  readonly content: Html;
}

/**
 * Parts behind each other, chosen by their labels: radio buttons, so that they need no script and answer to the keyboard.
 * On paper all of them are there. One part alone has no labels.
 *
 * @param group sets these apart from other tabs of the page
 */
export function tabs(group: string, parts: readonly Tab[]): Html {
  if (parts.length === 1) return parts[0]!.content;
  return html`<div class="tabs">${parts.map(
    ({ label, content }, i) =>
      html`<input type="radio" name="${group}" id="${group}-${i}"${i === 0 && html` checked`}><label for="${group}-${i}">${label}</label><div class="tab"><h3 class="on-paper">${label}</h3>${content}</div>`,
  )}</div>`;
}
