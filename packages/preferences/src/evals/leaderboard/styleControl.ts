import { countPieces } from '../../data/pieces.ts';
import type { Count } from '../../data/stats.ts';
import type { Controls } from './battles.ts';

/**
 * What of two responses' style is held fixed, as Chatbot Arena does (Li, Angelopoulos and Chiang 2024, "Does style
 * matter?"): length in tokens (or {@link countPieces}), and Markdown's headings, list items and bold passages outside code.
 */
export const styleCounts = (length: Count = countPieces): Readonly<Record<string, Count>> => ({
  length,
  headings: (text) => found(outsideCode(text), /^#{1,6}[ \t]+\S/gm),
  'list items': (text) => found(outsideCode(text), /^[ \t]*(?:[-*+•]|\d+[.)])[ \t]+\S/gm),
  bold: (text) => found(outsideCode(text), /\*\*[^*\n]+\*\*|__[^_\n]+__/g),
});

const found = (text: string, what: RegExp): number => text.match(what)?.length ?? 0;

const outsideCode = (text: string): string => text.replace(/^```.*?(?:^```|$(?![\s\S]))/gms, '');

/**
 * By how much the first of two responses has more of each, in standard deviations about no difference:
 *
 *   f = (A − B)/(A + B), 0 where neither has any       z = f/√(mean f²)
 *
 * The Arena's code centres z as well. Without an intercept that adds the same number to every battle, so that its ratings
 * change where the two sides of the data are exchanged; ours do not. What no response has is left out.
 *
 * @param responses [battles], the texts of `a` and `b`
 */
export function styleControls(
  responses: readonly (readonly [a: string, b: string])[],
  counts: Readonly<Record<string, Count>> = styleCounts(),
): Controls {
  const columns = Object.entries(counts).flatMap(([name, count]) => {
    const leads = responses.map(([a, b]) => relativeLead(count(a), count(b)));
    const deviation = Math.sqrt(leads.reduce((sum, lead) => sum + lead * lead, 0) / leads.length);
    return deviation > 0 ? [{ name, values: leads.map((lead) => lead / deviation) }] : [];
  });
  return {
    names: columns.map(({ name }) => name),
    rows: responses.map((_, i) => columns.map(({ values }) => values[i]!)),
  };
}

const relativeLead = (a: number, b: number): number => (a + b === 0 ? 0 : (a - b) / (a + b));
