/**
 * Visible properties of a text: what anyone can check by reading it. Each is a pure function of the text alone, with a
 * value between 0 (not at all) and 1 (fully). They know English only, and by word lists: a deliberately simple stand-in
 * for what a person sees.
 */

/** 1 if somebody speaks: a quotation of at least two words. */
const dialogue = (text: string): number => Number(/"[^"\s]+ [^"]+"/.test(text));

/** Feelings that are named: 0 for none, ½ for one, 1 for two or more different ones. */
const feelings = (text: string): number => Math.min(1, distinct(text, feelingWords) / 2);

/** Things heard, smelled, tasted or touched: 0 for none, ½ for one, 1 for two or more different ones. */
const senses = (text: string): number => Math.min(1, distinct(text, senseWords) / 2);

/** 1 if one of the last four sentences has a happy word and none of them a sad one. */
const happyEnding = (text: string): number => Number(has(ending(text), happyWords) && !has(ending(text), sadWords));

/** 1 if one of the last four sentences has a sad word. */
const sadEnding = (text: string): number => Number(has(ending(text), sadWords));

/** 1 if somebody gives thanks. */
const thanks = (text: string): number => Number(/\bthank(s|ed|ful)?\b/i.test(text));

/** Exclamation: the share of sentences that end with "!", beyond the one in five that a lively story may have. */
function shouting(text: string): number {
  const all = sentences(text);
  const loud = all.filter((sentence) => /!["”]?$/.test(sentence)).length;
  return all.length === 0 ? 0 : Math.max(0, loud / all.length - 0.2) / 0.8;
}

/** The share of runs of four words that have occurred before in the text. */
function repetition(text: string): number {
  const all = words(text);
  const runs = all.slice(3).map((_, i) => all.slice(i, i + 4).join(' '));
  return runs.length === 0 ? 0 : 1 - new Set(runs).size / runs.length;
}

/** 1 from 60 to 130 words, falling in straight lines to 0 at 20 and at 210: neither a scrap nor a sermon. */
function goodLength(text: string): number {
  const count = words(text).length;
  return Math.max(0, Math.min(1, (count - 20) / 40, (210 - count) / 80));
}

/** 1 if the text ends where a sentence ends, with its quotations closed. */
const complete = (text: string): number =>
  Number(/[.!?]["”]?$/.test(text.trimEnd()) && (text.match(/"/g)?.length ?? 0) % 2 === 0);

const wordSet = (list: string) => new Set(list.split(' '));

const feelingWords = wordSet(
  'happy sad glad proud afraid scared lonely worried sorry ashamed angry cross excited nervous hopeful curious brave ' +
    'braver happier calm surprised',
);
const senseWords = wordSet(
  'smelled smelling smell tasted taste sweet sour soft softly smooth warm cold cool hummed humming whispered whispering ' +
    'rustled crunched creaked murmured bubbled whistled splash splish plop tap ding sang buzzed tickled sticky',
);
const happyWords = wordSet(
  'smile smiles smiled smiling laugh laughed laughing hug hugged danced dancing happy happily glad proud friends safe ' +
    'clapped singing',
);
const sadWords = wordSet('cry cried crying tear tears alone sad saddest sadly lonely dead died');

/** Words in lower case, without punctuation; `don't` is one word. */
export const words = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’][\p{L}]+)*/gu) ?? [];

/** Sentences, each with its final punctuation and closing quotation mark. */
const sentences = (text: string): string[] =>
  text
    .trim()
    .split(/(?<=[.!?]["”]?)\s+(?=["“]?[\p{Lu}\p{N}])/u)
    .filter(Boolean);

const ending = (text: string): string => sentences(text).slice(-4).join(' ');

const distinct = (text: string, list: ReadonlySet<string>): number => new Set(words(text)).intersection(list).size;

const has = (text: string, list: ReadonlySet<string>): boolean => distinct(text, list) > 0;

/** All of them, by name: text → a value from 0 to 1. */
export const properties = {
  dialogue,
  feelings,
  senses,
  happyEnding,
  sadEnding,
  thanks,
  shouting,
  repetition,
  goodLength,
  complete,
};

/** A property by its name. */
export type PropertyName = keyof typeof properties;
