import type { Comparison } from '../data/types.ts';
import { type Agreement, agreement, cohenKappa } from '../stats/agreement.ts';
import { dawidSkene } from '../stats/dawidSkene.ts';
import type { BootstrapOptions } from '../stats/intervals.ts';
import { ratingsOf } from '../stats/ratings.ts';
import { type Share, shareOf } from '../stats/shares.ts';
import { summary } from '../stats/summary.ts';
import { type GoldOptions, type GoldScore, goldAccuracy } from './gold.ts';
import { judgedItem } from './judgedItem.ts';

/** What comparisons tell about one of those who made them. */
export interface AnnotatorQuality {
  readonly judge: string;
  /** All of the annotator's comparisons, ties and skips among them. */
  readonly comparisons: number;
  readonly ties: number;
  readonly skips: number;
  /** How often others say the same of the same item; n items that someone else judged too. */
  readonly agreement: Share | undefined;
  /** How often the annotator is right, by {@link dawidSkene}; undefined where fewer than three share items. */
  readonly reliability: number | undefined;
  /** How often the choice was the same when the annotator saw an item again. */
  readonly consistency: Share | undefined;
  /** How often the response shown first was chosen: ½ without order bias. */
  readonly firstShown: Share | undefined;
  /** Median time of a comparison, where it was measured. */
  readonly seconds: number | undefined;
  readonly gold?: GoldScore;
}

/** How far two annotators agree on the items both judged. */
export interface AnnotatorPair {
  readonly judges: readonly [string, string];
  readonly same: Share;
  /** Cohen's; undefined where it is not defined. */
  readonly kappa: number | undefined;
}

/** A page of annotator quality. */
export interface AnnotatorReport {
  readonly comparisons: number;
  /** Different items: two responses to one prompt. */
  readonly items: number;
  /** Over items that several annotators decided. */
  readonly agreement: Agreement;
  readonly annotators: readonly AnnotatorQuality[];
  readonly pairs: readonly AnnotatorPair[];
  readonly firstShown: Share | undefined;
}

/** Gold comparisons with what is asked of annotators on them. */
export interface Gold extends GoldOptions {
  readonly comparisons: readonly Comparison[];
}

/** What an annotator first said of an item, skips left out. */
type Choices = ReadonlyMap<string, string>; // by item

/**
 * What comparisons tell about those who made them, people or machines. Where an annotator judged an item more than once,
 * the first choice is the one compared with others' and the later ones tell how consistent it is. `skip` is no choice.
 */
export function annotatorReport(
  comparisons: readonly Comparison[],
  options: BootstrapOptions,
  gold?: Gold,
): AnnotatorReport {
  const byJudge = Map.groupBy(comparisons, ({ judge }) => judge);
  const choices = new Map([...byJudge].map(([judge, made]) => [judge, firstChoices(made)]));
  const items = new Set(comparisons.map((comparison) => judgedItem(comparison).key));
  const byItem = choicesByItem(choices);
  const reliability = reliabilities(byItem);
  const golden = gold && goldAccuracy(comparisons, gold.comparisons, gold);
  return {
    comparisons: comparisons.length,
    items: items.size,
    agreement: agreement(ratingsOf([...byItem.values()].map((said) => [...said.values()])), options),
    annotators: [...byJudge].map(([judge, made]) => ({
      judge,
      comparisons: made.length,
      ties: made.filter(({ choice }) => choice === 'tie').length,
      skips: made.filter(({ choice }) => choice === 'skip').length,
      agreement: agreementWithOthers(judge, choices.get(judge)!, byItem),
      reliability: reliability.get(judge),
      consistency: consistency(made),
      firstShown: firstShown(made),
      seconds: medianSeconds(made),
      ...(golden && { gold: golden.get(judge)! }),
    })),
    pairs: pairs(choices),
    firstShown: firstShown(comparisons),
  };
}

function firstChoices(made: readonly Comparison[]): Choices {
  const choices = new Map<string, string>();
  for (const { key, choice } of made.map(judgedItem)) {
    if (choice !== 'skip' && !choices.has(key)) choices.set(key, choice);
  }
  return choices;
}

/** For each item, who said what. */
function choicesByItem(choices: ReadonlyMap<string, Choices>): Map<string, Map<string, string>> {
  const items = new Map<string, Map<string, string>>();
  for (const [judge, made] of choices) {
    for (const [item, choice] of made) {
      const said = items.get(item) ?? new Map<string, string>();
      items.set(item, said.set(judge, choice));
    }
  }
  return items;
}

function agreementWithOthers(
  judge: string,
  choices: Choices,
  byItem: ReadonlyMap<string, ReadonlyMap<string, string>>,
): Share | undefined {
  let [same, n] = [0, 0];
  for (const [item, choice] of choices) {
    const others = [...byItem.get(item)!].filter(([other]) => other !== judge);
    if (others.length === 0) continue;
    n++;
    same += others.filter(([, said]) => said === choice).length / others.length;
  }
  return shareOf(same, n);
}

/** Only items that several judged say anything, and of two annotators nothing says which one is wrong. */
function reliabilities(byItem: ReadonlyMap<string, ReadonlyMap<string, string>>): Map<string, number> {
  const votes = [...byItem].flatMap(([item, said]) =>
    said.size < 2 ? [] : [...said].map(([annotator, label]) => ({ item, annotator, label })),
  );
  if (new Set(votes.map(({ annotator }) => annotator)).size < 3) return new Map();
  const { annotators } = dawidSkene(votes);
  return new Map([...annotators].map(([judge, { reliability }]) => [judge, reliability]));
}

function consistency(made: readonly Comparison[]): Share | undefined {
  const first = firstChoices(made);
  const decided = made.map(judgedItem).filter(({ choice }) => choice !== 'skip');
  const same = decided.filter(({ key, choice }) => choice === first.get(key)).length;
  return shareOf(same - first.size, decided.length - first.size);
}

function firstShown(made: readonly Comparison[]): Share | undefined {
  const decided = made.filter(({ choice, shownFirst }) => shownFirst && (choice === 'a' || choice === 'b'));
  return shareOf(decided.filter(({ choice, shownFirst }) => choice === shownFirst).length, decided.length);
}

function medianSeconds(made: readonly Comparison[]): number | undefined {
  const seconds = made.flatMap((comparison) => comparison.seconds ?? []);
  return seconds.length === 0 ? undefined : summary(seconds).median;
}

function pairs(choices: ReadonlyMap<string, Choices>): AnnotatorPair[] {
  const judges = [...choices];
  return judges.flatMap(([first, ofFirst], i) =>
    judges.slice(i + 1).flatMap(([second, ofSecond]): AnnotatorPair[] => {
      const both = [...ofFirst].flatMap(([item, choice]): [string, string][] =>
        ofSecond.has(item) ? [[choice, ofSecond.get(item)!]] : [],
      );
      const same = shareOf(both.filter(([a, b]) => a === b).length, both.length);
      return same ? [{ judges: [first, second], same, kappa: cohenKappa(both) }] : [];
    }),
  );
}
