import { version } from '../version.ts';
import { type Html, html } from './html.ts';
import { style } from './style.ts';
import { text } from './text.ts';

/** What a page says around its body, and in which language. */
export interface PageOptions {
  readonly language?: string;
  readonly madeBy?: (version: string) => string;
  /** Rules beside those of every page. */
  readonly style?: string;
}

/**
 * A whole page as one file: it asks the network for nothing, runs no script (its policy forbids both), and follows the
 * reader's light or dark theme.
 */
export function page(title: string, body: Html, options: PageOptions = {}): string {
  const { language, madeBy, style: further = '' } = { ...text, ...options };
  const policy = `default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'`;
  const head = html`<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
`;
  const footer = html`<footer>${madeBy(version())}</footer>`;
  return `<!doctype html>\n<html lang="${language}">\n${head.markup}<style>${style}${further}</style>\n</head>\n<body><main>\n${body.markup}\n${footer.markup}\n</main></body>\n</html>\n`;
}
