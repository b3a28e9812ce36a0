/** What a data set is like, in numbers. */
import { type Summary, summary } from '../stats/summary.ts';
import { pairKey, promptKey, responseKey } from './keys.ts';
import { type Content, type Pair, toMessages, toText } from './types.ts';

/** Lengths of texts: Unicode code points, words between white space, and tokens where a tokenizer was given. */
export interface Lengths {
  readonly characters: Summary;
  readonly words: Summary;
  readonly tokens?: Summary;
}

/** Preference pairs in numbers. */
export interface PairStats {
  readonly pairs: number;
  /** Distinct prompts. */
  readonly prompts: number;
  /** Messages of the user in the prompt; 1 for a prompt that is text. */
  readonly turns: Summary;
  /** What comes before the user's last message; 0 where nothing does. */
  readonly history: Lengths;
  /** The user's last message. */
  readonly prompt: Lengths;
  readonly chosen: Lengths;
  readonly rejected: Lengths;
  /** Chosen and rejected ones taken together. */
  readonly response: Lengths;
  /** Share (0 to 1) of pairs whose chosen response has more characters; equal lengths count half. */
  readonly chosenLonger: number;
  /** Pairs that repeat an earlier one. */
  readonly duplicates: number;
  /** Pairs whose two responses are the same. */
  readonly identical: number;
  /** Pairs with a response of white space only. */
  readonly empty: number;
}

/** Counts the tokens of a text. */
export type Count = (text: string) => number;

/**
 * Statistics of preference pairs, as in the data table (Table 2) of Hou et al. 2024, ChatGLM-RLHF (arXiv:2404.00934), and
 * beyond: comparisons, turns, and the tokens of history, prompt and response.
 */
export function pairStats(pairs: readonly Pair[], count?: Count): PairStats {
  const longer = pairs.map(({ chosen, rejected }) => {
    const difference = codePoints(toText(chosen)) - codePoints(toText(rejected));
    return difference > 0 ? 1 : difference < 0 ? 0 : 0.5;
  });
  const parts = pairs.map((pair) => lastTurn(pair.prompt));
  const [chosen, rejected] = [pairs.map((pair) => pair.chosen), pairs.map((pair) => pair.rejected)];
  return {
    pairs: pairs.length,
    prompts: new Set(pairs.map((pair) => promptKey(pair.prompt))).size,
    turns: summary(pairs.map((pair) => turns(pair.prompt))),
    history: lengths(
      parts.map(({ history }) => history),
      count,
    ),
    prompt: lengths(
      parts.map(({ prompt }) => prompt),
      count,
    ),
    chosen: lengths(chosen, count),
    rejected: lengths(rejected, count),
    response: lengths([...chosen, ...rejected], count),
    chosenLonger: summary(longer).mean,
    duplicates: pairs.length - new Set(pairs.map(pairKey)).size,
    identical: pairs.filter((pair) => responseKey(pair.chosen) === responseKey(pair.rejected)).length,
    empty: pairs.filter((pair) => isEmpty(pair.chosen) || isEmpty(pair.rejected)).length,
  };
}

/**
 * A prompt as the paper's Table 2 counts it: the dialogue's history, and the user's last message with whatever follows
 * it. A prompt that is text, or in which no user speaks, has no history.
 */
export function lastTurn(prompt: Content): { history: Content; prompt: Content } {
  const last = typeof prompt === 'string' ? -1 : prompt.findLastIndex(({ role }) => role === 'user');
  if (typeof prompt === 'string' || last <= 0) return { history: '', prompt };
  return { history: prompt.slice(0, last), prompt: prompt.slice(last) };
}

/** What ChatGLM-RLHF reports of its comparisons (Table 2); its average history length could not be found. */
export const reportedByChatGlm = {
  comparisons: 221_866,
  turns: 2.4,
  promptTokens: 104.1,
  responseTokens: 267.7,
} as const;

/** Texts in numbers. */
export interface ContentStats extends Lengths {
  readonly n: number;
  readonly distinct: number;
  readonly empty: number;
  readonly turns: Summary;
}

/** Statistics of prompts, or of any other texts or conversations. */
export function contentStats(contents: readonly Content[], count?: Count): ContentStats {
  return {
    n: contents.length,
    distinct: new Set(contents.map(promptKey)).size,
    empty: contents.filter(isEmpty).length,
    turns: summary(contents.map(turns)),
    ...lengths(contents, count),
  };
}

/** Lengths of texts, messages taken together. */
export function lengths(contents: readonly Content[], count?: Count): Lengths {
  const texts = contents.map(toText);
  const counted = { characters: summary(texts.map(codePoints)), words: summary(texts.map(wordCount)) };
  return count ? { ...counted, tokens: summary(texts.map(count)) } : counted;
}

/** Unicode code points: an emoji is one or a few, never the two halves UTF-16 makes of it. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Words between white space. */
export const wordCount = (text: string): number => text.match(/\S+/gu)?.length ?? 0;

const turns = (prompt: Content): number => toMessages(prompt, 'user').filter(({ role }) => role === 'user').length;

/** Whether there is nothing but white space. */
export const isEmpty = (content: Content): boolean => toText(content).trim() === '';
