/** From ratings to comparison features (Li et al. 2024, arXiv:2402.11296, section 3), one number per property. */
import { RowError } from '../data/parse.ts';
import { mean } from '../stats/summary.ts';
import { anyOrNone, clearlyLonger, normed, normedLength, signFrom } from './compare.ts';
import { holds, type QueryInfo } from './conditions.ts';
import { isRated, levelsOf, type Property, type PropertySet, type RatedProperty, ratingKeyOf } from './properties.ts';
import { type DatasetRow, type Entry, errorsKey, notJudged, type ResolvedSample } from './samples.ts';
import { textFunctions } from './textFunctions.ts';

/** What was answered for response 1 and for response 2, in an annotator's own words or numbers. */
export type RatingPair = readonly [unknown, unknown];

/** The errors found in a response, or that they could not be looked for. */
export interface ErrorReport {
  readonly checkable: boolean;
  readonly errors: readonly { readonly severity: string; readonly [detail: string]: unknown }[];
}

/** All that is known about a sample; response 1 is A, response 2 is B. */
export interface Annotation {
  readonly queryInfo: QueryInfo;
  /** By the key that is rated; a list with a pair per item for properties that are rated by item. */
  readonly ratings: Readonly<Record<string, RatingPair | readonly RatingPair[]>>;
  readonly errors?: readonly [ErrorReport, ErrorReport];
  readonly texts: readonly [string, string];
  /** Counts of words that take the place of our own. */
  readonly words?: readonly [number, number];
}

/** An answer that is none of those a property allows; it counts as 0. */
export interface Unread {
  readonly key: string;
  readonly value: unknown;
}

/** The comparison features of an annotated sample. */
export interface Resolved {
  readonly sample: ResolvedSample;
  /** Answers that could not be read: what a validator should have refused. */
  readonly unread: readonly Unread[];
}

/**
 * Compares the ratings of both responses, property by property. Exchanging the responses negates every number.
 * Errors that were not looked for, in either response, are marked as not judged.
 */
export function resolveSample(set: PropertySet, annotation: Annotation): Resolved {
  const unread: Unread[] = [];
  const entries: Record<string, Entry> = {};
  for (const property of set.properties) {
    if (property.from === 'errors') entries[errorsKey] ??= errorsEntry(set, annotation.errors);
    else entries[ratingKeyOf(property)] = entryOf(property, annotation, (one) => unread.push(one));
  }
  return { sample: { query_info: annotation.queryInfo, comparison: entries }, unread };
}

type Tell = (unread: Unread) => void;

const applies = ({ when }: Property, info: QueryInfo): boolean => when === undefined || holds(when, info);

const doesNotApply: Entry = { comparison: 0, diff: 0, norm_diff: 0, meta: null };

function entryOf(property: Exclude<Property, { from: 'errors' }>, annotation: Annotation, tell: Tell): Entry {
  if (!applies(property, annotation.queryInfo)) return doesNotApply;
  return isRated(property) ? ratedEntry(property, annotation, tell) : textEntry(property, annotation);
}

function ratedEntry(property: RatedProperty, { ratings }: Annotation, tell: Tell): Entry {
  const key = ratingKeyOf(property);
  const given = ratings[key] ?? (property.from === 'items' ? [] : [undefined, undefined]);
  const pairs = property.from === 'items' ? (given as readonly RatingPair[]) : [given as RatingPair];
  if (pairs.length === 0) return doesNotApply;
  const worth = (value: unknown) => ratingValue(property, value, () => tell({ key, value }));
  const [a, b] = [mean(pairs.map(([one]) => worth(one))), mean(pairs.map(([, two]) => worth(two)))];
  const values = Object.values(levelsOf(property));
  const { least = 0, range = Math.max(...values) - Math.min(...values), compare } = property;
  const meta = (side: 0 | 1) => (property.from === 'items' ? pairs.map((pair) => pair[side]) : pairs[0]![side]);
  return {
    comparison: compare === 'any-or-none' ? anyOrNone(a, b) : signFrom(a - b, least),
    diff: a - b,
    norm_diff: normed(a - b, range),
    meta: { 'Response 1': meta(0), 'Response 2': meta(1) },
  };
}

/** What an answer is worth: a level by its words (in any case) or its number, also as text; 0 for anything else. */
function ratingValue(property: RatedProperty, value: unknown, tellUnread: () => void): number {
  const levels = Object.entries(levelsOf(property));
  const said = typeof value === 'string' ? value.trim().toLowerCase() : undefined;
  const number = typeof value === 'number' ? value : said ? Number(said) : Number.NaN;
  const level = levels.find(([words, worth]) => words.toLowerCase() === said || worth === number);
  if (!level) tellUnread();
  return level?.[1] ?? 0;
}

function textEntry(property: Extract<Property, { from: 'text' }>, { texts, words }: Annotation): Entry {
  const { function: name, compare, least = 0, range = 1 } = property;
  const [a, b] = name === 'words' && words ? words : [textFunctions[name](texts[0]), textFunctions[name](texts[1])];
  return {
    comparison: compare === 'clearly-longer' ? clearlyLonger(a, b) : signFrom(a - b, least),
    diff: a - b,
    norm_diff: compare === 'clearly-longer' ? normedLength(a - b) : normed(a - b, range),
    meta: { 'Response 1': a, 'Response 2': b },
  };
}

/** Severities as resolved samples have them. */
const severityKeys = { severe: 'Severe', moderate: 'Moderate', minor: 'Minor' } as const;

function errorsEntry(set: PropertySet, reports: Annotation['errors']): Entry {
  const meta = reports && { 'Response 1': reports[0], 'Response 2': reports[1] };
  if (!reports?.every(({ checkable }) => checkable)) {
    return { comparison: notJudged, diff: notJudged, norm_diff: notJudged, meta };
  }
  const [comparison, diff, norm_diff]: Record<string, number>[] = [{}, {}, {}];
  for (const property of set.properties) {
    if (property.from !== 'errors') continue;
    const { severity, least = 0, range = 5 } = property;
    const [a, b] = reports.map((report) => errorCount(report, severity)) as [number, number];
    const key = severityKeys[severity];
    comparison![key] = signFrom(b - a, least); // fewer is better
    diff![key] = b - a;
    norm_diff![key] = normed(b - a, range);
  }
  return { comparison: comparison!, diff, norm_diff, meta };
}

const errorCount = ({ errors }: ErrorReport, severity: string): number =>
  errors.filter((error) => error.severity.trim().toLowerCase() === severity).length;

/** The sign of the difference, which the study uses throughout; the difference; or that within −1 and 1. */
export const featureModes = ['comparison', 'diff', 'norm_diff'] as const;
export type FeatureMode = (typeof featureModes)[number];

/**
 * The features of a resolved sample in the order of the set; undefined where errors could not be judged or a step of its
 * annotation failed, which leaves the sample out of every fit.
 *
 * @throws RowError naming a feature that the sample lacks
 */
export function featureVector(
  set: PropertySet,
  { comparison: entries, failed }: ResolvedSample,
  mode: FeatureMode = 'comparison',
): Float64Array | undefined {
  if (failed) return undefined;
  if (set.properties.some(({ from }) => from === 'errors') && entries[errorsKey]?.comparison === notJudged) {
    return undefined;
  }
  return Float64Array.from(set.properties, (property) => {
    const value = featureOf(property, entries, mode);
    return property.polarity === 'less' ? 0 - value : value;
  });
}

function featureOf(property: Property, entries: ResolvedSample['comparison'], mode: FeatureMode): number {
  const key = property.from === 'errors' ? errorsKey : ratingKeyOf(property);
  const form = entries[key]?.[mode];
  const value = property.from === 'errors' && typeof form === 'object' ? form[severityKeys[property.severity]] : form;
  if (typeof value === 'number') return value;
  if (property.when && entries[key] === undefined) return 0;
  throw new RowError(`"comparison.${key}.${mode}" of the property ${property.name} is missing`, `comparison.${key}`);
}

/** What a row of the published dataset tells of its annotation: query information, words and the basic ratings. */
export function annotationOfRow(set: PropertySet, row: DatasetRow): Annotation {
  const ratings = Object.fromEntries(
    Object.keys(row.basic_response_1).map((key): [string, RatingPair] => [
      key,
      [row.basic_response_1[key], row.basic_response_2[key]],
    ]),
  );
  return {
    queryInfo: Object.fromEntries(set.query.map(({ key }) => [key, row[key] as string | string[]])),
    ratings,
    texts: [row.response_1.content, row.response_2.content],
    words: [row.response_1.num_words, row.response_2.num_words],
  };
}
