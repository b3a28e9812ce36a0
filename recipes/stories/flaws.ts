import { chance, pick, type Random } from './random.ts';
import { expand, type Slots } from './template.ts';
import { ramblings, shouts } from './words/flaws.ts';

/** Stops the story somewhere in its middle, most often in the middle of a sentence. */
export function breakOff(passages: readonly string[], random: Random): string[] {
  const kept = passages.slice(0, 2 + Math.floor(random() * (passages.length - 1)));
  if (chance(0.3, random)) return kept;
  const words = kept.at(-1)!.split(' ');
  const cut = 2 + Math.floor(random() * 5);
  const rest = words.slice(0, Math.max(2, words.length - cut)).join(' ');
  return [...kept.slice(0, -1), rest.replace(/[.,!?"]+$/, '')];
}

/** Says some sentences two or three times over, and adds talk that goes nowhere. */
export function ramble(passages: readonly string[], slots: Slots, random: Random): string[] {
  const rambled = passages.flatMap(sentences).flatMap((sentence) => {
    if (!chance(0.16, random)) return [sentence];
    return chance(0.5, random) ? [sentence, sentence] : [sentence, sentence, sentence];
  });
  const at = 1 + Math.floor(random() * (rambled.length - 1));
  return rambled.toSpliced(at, 0, expand(pick(ramblings, random), slots, random));
}

/** Ends most sentences with an exclamation mark, and cries out between them. */
export function shout(passages: readonly string[], random: Random): string[] {
  return passages.flatMap(sentences).flatMap((sentence) => {
    const louder = chance(0.75, random) ? sentence.replace(/\.("?)$/, '!$1').replace(/,"/g, '!"') : sentence;
    return chance(0.2, random) ? [pick(shouts, random), louder] : [louder];
  });
}

/** Splits a passage after `.`, `!`, `?`, but not within a quotation. */
function sentences(passage: string): string[] {
  const whole: string[] = [];
  let quoting = false;
  for (const part of passage.split(/(?<=[.!?]"?) (?="?[A-Z])/)) {
    if (quoting) whole.push(`${whole.pop()} ${part}`);
    else whole.push(part);
    if (part.split('"').length % 2 === 0) quoting = !quoting; // an odd number of quotation marks
  }
  return whole;
}
