import { pick, type Random } from './random.ts';

/** What the names in braces stand for in one story. */
export type Slots = Readonly<Record<string, string>>;

/**
 * Writes out a template: `[a|b|c]` is one of its alternatives (they nest, and may be empty), `{name}` is that slot, and
 * `{Name}` is the slot with a capital. Then "a" becomes "an" before a vowel, and the gaps that empty alternatives left
 * are closed.
 *
 *   expand('{Hero} looked [under|behind] a [big |]{thing}.', { hero: 'Pip', thing: 'acorn' }, random)
 *   // 'Pip looked behind an acorn.'
 */
export function expand(template: string, slots: Slots, random: Random): string {
  let text = template;
  while (text.includes('[')) {
    const innermost = /\[([^[\]]*)\]/g;
    const chosen = text.replace(innermost, (_, options: string) => pick(options.split('|'), random));
    if (chosen === text) throw new Error(`A bracket is not closed in the template ${JSON.stringify(template)}.`);
    text = chosen;
  }
  const filled = text.replace(/\{(\w+)\}/g, (_, name: string) => slot(name, slots, template));
  return filled
    .replace(/ {2,}/g, ' ')
    .replace(/ (?=[.,!?])/g, '')
    .replace(/\b([Aa]) (?=[aeiou])/g, '$1n ');
}

function slot(name: string, slots: Slots, template: string): string {
  const exact = slots[name];
  if (exact !== undefined) return exact;
  const lower = slots[name[0]!.toLowerCase() + name.slice(1)];
  if (lower === undefined) throw new Error(`{${name}} is not a slot here: ${JSON.stringify(template)}.`);
  return lower[0]!.toUpperCase() + lower.slice(1);
}
