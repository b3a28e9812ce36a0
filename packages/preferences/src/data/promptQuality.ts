/** Which prompts are worth an answer: three questions, two rules, and a balance of intents. */
import { z } from 'zod';
import { InvalidValueError } from '../errors.ts';
import { type NearOptions, nearDuplicates } from './dedupe.ts';
import { promptKey } from './keys.ts';
import { countPieces } from './pieces.ts';
import { randomOrder } from './ranks.ts';
import type { Count } from './stats.ts';
import { Content, toText } from './types.ts';

/** The three questions of Hou et al. 2024, ChatGLM-RLHF (arXiv:2404.00934), answered: true is good. */
export const Quality = z.object({
  /** Whether it is clear what is wanted. */
  intent: z.boolean(),
  /** Whether it is clear what the words mean. */
  semantics: z.boolean(),
  /** Whether a language model can answer it. */
  answerable: z.boolean(),
  /** What kind of thing is wanted, where somebody said. */
  category: z.string().optional(),
});
export type Quality = z.infer<typeof Quality>;

/** A prompt that somebody, a person or a model, has judged. */
export const JudgedPrompt = Quality.extend({ id: z.string(), prompt: Content, judge: z.string() });
export type JudgedPrompt = z.infer<typeof JudgedPrompt>;

/** The paper's four classes (its Table 1). */
export type QualityClass = 'kept' | 'unclear intent' | 'unclear semantics' | 'unanswerable';

/** The class of a prompt; of several faults the first in the paper's order. */
export function qualityClass({ intent, semantics, answerable }: Quality): QualityClass {
  if (!intent) return 'unclear intent';
  if (!semantics) return 'unclear semantics';
  return answerable ? 'kept' : 'unanswerable';
}

/**
 * One answer from several judges of a prompt: a question is answered well when more than half say so, and the category
 * is the one named most often, of several the first.
 */
export function agreedQuality(judgments: readonly Quality[]): Quality {
  const most = (question: 'intent' | 'semantics' | 'answerable') =>
    2 * judgments.filter((judgment) => judgment[question]).length > judgments.length;
  const named = judgments.flatMap(({ category }) => (category === undefined ? [] : [category]));
  const votes = [...Map.groupBy(named, (category) => category)].sort(([, a], [, b]) => b.length - a.length);
  return {
    intent: most('intent'),
    semantics: most('semantics'),
    answerable: most('answerable'),
    ...(votes[0] && { category: votes[0][0] }),
  };
}

/** Why a prompt was dropped before anybody judged it. */
export interface Ruled {
  /** Counts from 0. */
  readonly place: number;
  readonly reason: 'too short' | 'near-duplicate';
  /** Where the prompt stands that it nearly repeats. */
  readonly of?: number;
}

/** What the rules ask for. */
export interface RuleOptions extends NearOptions {
  /** Fewest tokens of a prompt, white space around it left out: 5 unless told, the project's choice. */
  readonly least?: number;
  /** Counts tokens; `countPieces` unless told, which knows no tokenizer but every script. */
  readonly count?: Count;
}

/**
 * The prompts that the rules drop: short ones, of which the paper tells, and near-duplicates, which the project adds. A
 * prompt that is both is too short, and never stands for another.
 */
export function ruledOut(
  prompts: readonly Content[],
  { least = 5, count = countPieces, ...near }: RuleOptions = {},
): Ruled[] {
  const isShort = prompts.map((prompt) => count(toText(prompt).trim()) < least);
  const places = prompts.map((_, place) => place);
  const long = places.filter((place) => !isShort[place]);
  const short = places.filter((place) => isShort[place]).map((place): Ruled => ({ place, reason: 'too short' }));
  const repeated = nearDuplicates(
    long.map((place) => prompts[place]!),
    near,
  ).map(({ place, of }): Ruled => ({ place: long[place]!, reason: 'near-duplicate', of: long[of]! }));
  return [...short, ...repeated].sort((a, b) => a.place - b.place);
}

/** How intents are balanced. */
export interface IntentOptions {
  readonly seed: number;
  /** Prompts that the smallest category should have; as many as it has, unless told. */
  readonly enough?: number;
}

/** A category before and after. */
export interface IntentReport {
  readonly category: string;
  readonly before: number;
  readonly after: number;
  /** Whether it has fewer prompts than the smallest category should have: collect more. */
  readonly short: boolean;
}

/** Prompts of the largest category for each of the smallest one's: the project's choice. */
const MOST_TO_LEAST = 4;

/** What balancing intents left. */
export interface BalancedIntents {
  /** Places (from 0, rising) of the prompts to keep. */
  readonly kept: number[];
  /** By category, the largest first. */
  readonly report: IntentReport[];
  /** Prompts to keep in any category. */
  readonly cap: number;
  /** Prompts without a category, all of them kept. */
  readonly uncategorised: number;
}

/**
 * Keeps at most four times as many prompts of any category as the smallest one should have. That intents are balanced
 * is the paper's; the cap, the seeded random choice within a category, and that prompts without a category stay, are the
 * project's. Which prompts stay depends on their ids and texts and the seed, never on their order.
 */
export function balanceIntents(
  prompts: readonly { readonly id: string; readonly prompt: Content; readonly category?: string }[],
  { seed, enough }: IntentOptions,
): BalancedIntents {
  if (enough !== undefined && !(enough >= 1)) throw new InvalidValueError('enough', 'at least 1', enough);
  const keys = prompts.map(({ id, prompt }) => `${id} ${promptKey(prompt)}`);
  const places = Map.groupBy(randomOrder(keys, seed), (place) => prompts[place]!.category);
  const kept = places.get(undefined) ?? [];
  const uncategorised = kept.length;
  places.delete(undefined);
  const byCategory = places as Map<string, number[]>;
  const sizes = [...byCategory.values()].map(({ length }) => length);
  const wanted = enough ?? sizes.reduce((a, b) => Math.min(a, b), Infinity);
  const cap = MOST_TO_LEAST * wanted;
  const report = [...byCategory].map(([category, members]) => {
    const after = Math.min(cap, members.length);
    kept.push(...members.slice(0, after));
    return { category, before: members.length, after, short: members.length < wanted };
  });
  report.sort((a, b) => b.before - a.before || (a.category < b.category ? -1 : 1));
  return { kept: kept.sort((a, b) => a - b), report, cap, uncategorised };
}
