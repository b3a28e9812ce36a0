/**
 * AlpacaEval's analysis of annotators (`analyze_evaluators`; Dubois et al. 2023, arXiv:2305.14387, §3.2), in which people
 * and judges annotate the same items several times each. A preference is 1 where the first response is better, 2 where the
 * second is, 1.5 for a tie, and anything between from a judge that tells how sure it is.
 */
import { quantile } from '../../stats/summary.ts';
import type { JudgedPair } from './items.ts';
import { type Decision, decisionsOf, modes } from './verdicts.ts';

/** The preferences of one item, each list in the order in which they were given. */
export interface AnnotatedItem {
  readonly judge: readonly number[];
  readonly people: readonly number[];
}

/** The columns of AlpacaEval's leaderboard of evaluators, as shares; undefined where there are too few annotations. */
export interface AnnotatorAnalysis {
  /** How often one annotation says what most people say: `Human agreement`. */
  readonly agreement: number | undefined;
  /** 1 − agreement of what the judge says most with what people say most: `Bias`. */
  readonly bias: number | undefined;
  /** 1 − agreement of one annotation of the judge with most of its others: `Variance`. */
  readonly variance: number | undefined;
  /** Annotations that are not skips: `# parsed`. */
  readonly parsed: number;
}

/**
 * A judge beside people. Two preferences agree by 1 − |difference|, so that a tie is half an agreement. What is said most
 * is the mode, or the median where a preference lies between 1, 1.5 and 2. Where modes share the most votes AlpacaEval
 * draws one; here the mean over them stands, which is what its draws average to.
 */
export function annotatorAnalysis(items: readonly AnnotatedItem[]): AnnotatorAnalysis {
  const bias = meanOf(items.map(({ judge, people }) => agreementOf(centers(judge), centers(people))));
  const variance = leaveOneOut(items.map(({ judge }) => judge));
  return {
    agreement: oneAgainst(items.map(({ judge, people }) => judge.map((one) => agreementOf([one], centers(people))))),
    bias: bias === undefined ? undefined : 1 - bias,
    variance: variance === undefined ? undefined : 1 - variance,
    parsed: items.reduce((sum, { judge }) => sum + judge.length, 0),
  };
}

/** People beside each other: `agreement` is of one with most of the others; the bias is 0 by definition. */
export function peopleAnalysis(annotations: readonly (readonly number[])[]): AnnotatorAnalysis {
  const agreement = leaveOneOut(annotations);
  return {
    agreement,
    bias: 0,
    variance: agreement === undefined ? undefined : 1 - agreement,
    parsed: annotations.reduce((sum, { length }) => sum + length, 0),
  };
}

/** The preferences of a judge and of people, in the form of this analysis. */
export const annotatedItems = (pairs: readonly JudgedPair[], judge: string): AnnotatedItem[] =>
  pairs.map((pair) => ({
    judge: decisionsOf(pair.said.get(judge) ?? []).map(preferenceOf),
    people: preferencesOfPeople(pair),
  }));

/** What people said of an item, likewise. */
export const preferencesOfPeople = ({ people }: JudgedPair): number[] => people.map(preferenceOf);

const preferenceOf = (decision: Decision): number => ({ a: 1, tie: 1.5, b: 2 })[decision];

/** Of one annotation with most of the item's others. */
const leaveOneOut = (annotations: readonly (readonly number[])[]): number | undefined =>
  oneAgainst(
    annotations.map((item) => item.map((one, i) => agreementOf([one], centers(item.filter((_, j) => j !== i))))),
  );

/** The mean over first annotations, over second ones and so on, and the mean of those: as many items may lack the later. */
function oneAgainst(agreements: readonly (readonly (number | undefined)[])[]): number | undefined {
  const most = agreements.reduce((longest, { length }) => Math.max(longest, length), 0);
  return meanOf(Array.from({ length: most }, (_, i) => meanOf(agreements.map((item) => item[i]))));
}

/** What was said most: all of them where several share the most votes. */
function centers(preferences: readonly number[]): number[] {
  if (preferences.every((one) => one === 1 || one === 1.5 || one === 2)) return modes(preferences);
  return [quantile(Float64Array.from(preferences).sort(), 0.5)];
}

/** The mean of 1 − |p − q| over what each said most. */
const agreementOf = (these: readonly number[], those: readonly number[]): number | undefined =>
  meanOf(these.flatMap((p) => those.map((q) => 1 - Math.abs(p - q))));

function meanOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length;
}
