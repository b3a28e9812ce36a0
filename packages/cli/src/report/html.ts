/** Markup that is safe to write into a page. Made by `html` only, which escapes what is put into it. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
}

/** What may stand in a template: text, which is escaped, markup, lists of both; `undefined` and `false` are nothing. */
export type HtmlValue = string | number | Html | undefined | false | readonly HtmlValue[];

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as it can stand between tags and in quoted attributes. Control characters become visible: � */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => entities[character]!).replace(/[^\P{Cc}\n\r\t]/gu, '\ufffd');

function toMarkup(value: HtmlValue): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Html) return value.markup;
  if (typeof value === 'object') return value.map(toMarkup).join('');
  return escapeHtml(String(value));
}

/** Markup from a template. Every value is escaped unless it is markup itself, so hostile text shows as text. */
export const html = (template: TemplateStringsArray, ...values: readonly HtmlValue[]): Html =>
  new Html(template.reduce((markup, part, i) => markup + toMarkup(values[i - 1]) + part));
