import { stripVTControlCharacters, styleText } from 'node:util';
import { textWidth } from './table.ts';

/** Where progress is shown. */
export interface Screen {
  write(text: string): void;
  /** Whether lines can be drawn over: a terminal and not a file. */
  readonly live: boolean;
  readonly color: boolean;
  /** Width in columns; asked again at every drawing, because windows are resized. */
  columns(): number;
}

/** The standard error stream. Colours: see no-color.org and force-color.org; none where nobody looks. */
export function standardError(environment: NodeJS.ProcessEnv = process.env): Screen {
  const stream = process.stderr;
  const live = stream.isTTY === true && environment.TERM !== 'dumb' && !environment.CI;
  return {
    write: (text) => void stream.write(text),
    live,
    color: environment.NO_COLOR ? false : Boolean(environment.FORCE_COLOR) || live,
    columns: () => stream.columns ?? 80,
  };
}

type Style = Parameters<typeof styleText>[0];

/** Text in a style, where the screen has colours. */
export const paint = (screen: Screen, style: Style, text: string): string =>
  screen.color ? styleText(style, text, { validateStream: false }) : text;

/** Lines at the bottom of a live screen that are drawn over again and again. */
export class LiveBlock {
  readonly #screen: Screen;
  #lines: readonly string[] = [];

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  draw(lines: readonly string[]): void {
    const width = this.#screen.columns() - 1;
    const fitting = lines.map((line) => cut(line, width));
    this.#screen.write(`${this.#erasing()}${fitting.map((line) => `${line}\n`).join('')}`);
    this.#lines = fitting;
  }

  /** Writes a line above the block, where it stays. */
  say(line: string): void {
    const lines = this.#lines;
    this.#screen.write(`${this.#erasing()}${line}\n`);
    this.#lines = [];
    this.draw(lines);
  }

  #erasing(): string {
    return this.#lines.length > 0 ? `\x1b[${this.#lines.length}A\r\x1b[J` : '';
  }
}

/** A line that fits, so that it does not wrap and spoil the count of lines. Colours are given up where it does not. */
function cut(line: string, width: number): string {
  if (textWidth(line) <= width) return line;
  let kept = '';
  for (const character of stripVTControlCharacters(line)) {
    if (textWidth(kept + character) > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
}
