/** Properties that are computed from a text alone. Each gives a number; what it counts is in its doc comment. */
import { codePoints } from '../data/stats.ts';
import { properties } from '../judges/properties.ts';
import { treebankWords } from './treebankWords.ts';

/** Lines that begin an item: a dash, star, bullet or number before a space. */
const listItems = (text: string): number => text.match(/^[ \t]*(?:[-*+•]|\d+[.)])[ \t]+\S/gm)?.length ?? 0;

/** Signs of Markdown: headings, emphasis, code, list items, quotations, tables and links. */
function markdown(text: string): number {
  const blocks = text.match(/^(?:#{1,6} |> |```|\|.*\|[ \t]*$)/gm)?.length ?? 0;
  const spans = text.match(/\*\*[^*\n]+\*\*|`[^`\n]+`|\[[^\]\n]+\]\([^)\n]+\)/g)?.length ?? 0;
  return blocks + spans + listItems(text);
}

const refusing =
  /\b(?:I(?:['’]m| am) (?:sorry|unable|not able)|I (?:can(?:not|['’]t)|won['’]t|must decline|apologi[sz]e)|as an AI\b|against my (?:guidelines|programming))/i;

/** 1 if its first 200 characters turn the request down, in English. */
const refusal = (text: string): number => Number(refusing.test(text.slice(0, 200)));

/** Question marks. */
const questions = (text: string): number => text.match(/[?？]/g)?.length ?? 0;

/** All of them, by name: text → a number. Those of the simulated annotator are among them. */
export const textFunctions = {
  words: treebankWords,
  characters: codePoints,
  listItems,
  markdown,
  refusal,
  questions,
  ...properties,
};

/** One of them, by its name. */
export type TextFunction = keyof typeof textFunctions;
