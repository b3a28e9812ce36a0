import type { Summary } from '@attune/preferences';
import { percent, quoted } from './display.ts';
import type { MemoryPrediction } from './memory.ts';
import type { Occurrences, PreflightReport, SampleView, TokenView } from './preflight.ts';

/** The report for a terminal: plain text, lines of about 120 characters at most where tokens are short. */
export function formatPreflight(report: PreflightReport): string {
  const sections = [
    section('Data', dataLines(report)),
    section('Tokens per sequence', Object.entries(report.lengths).map(lengthLine)),
    section('Begin and end tokens', auditLines(report)),
    section('Memory', report.memory ? memoryLines(report.memory) : []),
    section('Samples, as tokens', report.samples.flatMap(sampleLines)),
    section(
      'Look at',
      report.warnings.map((warning) => `! ${warning}`),
    ),
  ];
  return sections.filter((text) => text !== '').join('\n\n');
}

const section = (title: string, lines: readonly string[]): string =>
  lines.length > 0 ? [title, ...lines.map((line) => `  ${line}`)].join('\n') : '';

function dataLines({ data, longer, duplicates, identicalResponses }: PreflightReport): string[] {
  const lost = (part: 'prompt' | 'responses') => data.truncated.reduce((sum, cut) => sum + cut[part], 0);
  const cut = `${data.truncated.length} cut (by ${lost('prompt')} prompt and ${lost('responses')} response tokens)`;
  return [
    `${data.kept} of ${data.total} examples kept, ${data.dropped.length} too long and left out, ${cut}`,
    `repeating an earlier one: ${duplicates}, with two equal responses: ${identicalResponses}, ` +
      `with a moved boundary: ${data.movedBoundaries}`,
    ...(longer
      ? [`longer response: chosen in ${percent(longer.chosen)}, rejected in ${percent(longer.rejected)}`]
      : []),
  ];
}

function lengthLine([name, { mean, median, p95, max }]: [string, Summary]): string {
  const numbers = `mean ${mean.toFixed(1)}, median ${median}, 95 % up to ${Math.round(p95)}, longest ${max}`;
  return `${name.padEnd(9)} ${numbers}`;
}

function auditLines({ begin, end }: PreflightReport): string[] {
  const line = (name: string, { none, one, several }: Occurrences) =>
    `${name.padEnd(9)} none in ${none}, one in ${one}, several in ${several} sequences`;
  return [...(begin ? [line('begin', begin)] : []), ...(end ? [line('end', end)] : [])];
}

function memoryLines({ peak, ...parts }: MemoryPrediction): string[] {
  const shown = Object.entries(parts).map(([name, bytes]) => `${name} ${mebibytes(bytes)}`);
  return [`${mebibytes(peak)} at the peak, predicted: ${shown.join(', ')}`];
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

function sampleLines({ place, name, tokens }: SampleView): string[] {
  return [
    `${place + 1} ${name}, ${tokens.length} tokens`,
    ...runs(tokens).map((run) => `  ${run[0]!.part.padEnd(9)} ${line(run)}`),
  ];
}

/** Neighbours of the same part, together: a conversation of several turns has several of each. */
function runs(tokens: readonly TokenView[]): TokenView[][] {
  const parts: TokenView[][] = [];
  for (const token of tokens) {
    if (parts.at(-1)?.[0]?.part === token.part) parts.at(-1)!.push(token);
    else parts.push([token]);
  }
  return parts;
}

const shownAtEachEnd = 6;

function line(tokens: readonly TokenView[]): string {
  const show = (some: readonly TokenView[]) => some.map(({ id, text }) => `${id} ${quoted(text)}`).join(' ');
  const hidden = tokens.length - 2 * shownAtEachEnd;
  if (hidden <= 1) return show(tokens);
  return `${show(tokens.slice(0, shownAtEachEnd))} … ${hidden} more … ${show(tokens.slice(-shownAtEachEnd))}`;
}
