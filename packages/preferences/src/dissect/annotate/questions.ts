/** The questions themselves. The wording is the project's own; what is asked follows Li et al. 2024, section 3. */
import { z } from 'zod';
import { quoted } from '../../judges/quoting.ts';
import { holds, itemsOf, type QueryInfo } from '../conditions.ts';
import { levelsOf, type PropertySet, type RatedProperty, ratingKeyOf } from '../properties.ts';
import type { ScenarioSet } from '../scenarios.ts';
import { type Question, question, ratedIn, type StepName, textQuestion } from './steps.ts';

/** What the questions are about: response 1 is A, response 2 is B. */
export interface Texts {
  readonly prompt: string;
  readonly responses: readonly [string, string];
}

const first = 'response 1';
const second = 'response 2';

/** Makes a form once for each set: that takes milliseconds, and there are thousands of samples. */
function perSet<S extends object, T>(make: (set: S) => z.ZodType<T>): (set: S) => z.ZodType<T> {
  const made = new WeakMap<S, z.ZodType<T>>();
  return (set) => {
    const form = made.get(set) ?? make(set);
    made.set(set, form);
    return form;
  };
}

const onlyJson = 'Reply with one JSON object of exactly this form, and nothing else:';

const queryInfoForm = perSet(({ query }: PropertySet) => {
  const answers = query.map(({ key, answer }) => [
    key,
    answer === 'list' ? z.array(z.string()) : z.enum(['Yes', 'No']),
  ]);
  return z.strictObject(Object.fromEntries(answers)) as z.ZodType<QueryInfo>;
});

/** What is known about a prompt: the questions of the set, each answered from the prompt alone. */
export function queryInfoQuestion(set: PropertySet, { prompt }: Texts): Question<QueryInfo> {
  const { query } = set;
  const lines = query.map(({ key, answer, about }) => `- ${JSON.stringify(key)}, ${answerForms[answer]}: ${about}`);
  const example = Object.fromEntries(query.map(({ key, answer }) => [key, answer === 'list' ? ['…'] : 'Yes']));
  return question(
    'query-info',
    queryInfoForm(set),
    'Read this prompt, which somebody sent to a language model.',
    quoted({ prompt }),
    `Say about it:\n${lines.join('\n')}\nName only what the prompt openly states, each item in a few of its own words.`,
    `${onlyJson}\n${JSON.stringify(example)}`,
  );
}

const answerForms = { 'yes-no': '"Yes" or "No"', list: 'a list of short texts, empty where there are none' } as const;

/** A rating of each response. */
export type Rated = { readonly [first]: string | number; readonly [second]: string | number };

/** Ratings of both responses by the rated key; by item ("1", "2", …) where items are rated. */
export type RatedAnswer = Readonly<Record<string, Rated | Readonly<Record<string, Rated>>>>;

/** The steps whose ratings wait for nothing. */
type Always = Extract<StepName, 'query-free' | 'query-aware-once'>;

const alwaysForm = (step: Always) => perSet((set: PropertySet) => ratingsForm(alone(ratedIn(set, step))));
const alwaysForms = { 'query-free': alwaysForm('query-free'), 'query-aware-once': alwaysForm('query-aware-once') };

/** Properties that are not rated by item. */
const alone = (properties: readonly RatedProperty[]): Applied[] => properties.map((property) => [property, undefined]);

/** Ratings that need no prompt, or none of its particulars. */
export function ratingsQuestion(step: Always, set: PropertySet, texts: Texts): Question<RatedAnswer> {
  const properties = ratedIn(set, step);
  const shown = step === 'query-free' ? responsesOf(texts) : { prompt: texts.prompt, ...responsesOf(texts) };
  const opening =
    step === 'query-free'
      ? 'Here are two responses to the same prompt. The prompt is left out on purpose: judge the responses by themselves.'
      : 'Here are a prompt and two responses to it.';
  return question(
    step,
    alwaysForms[step](set),
    opening,
    quoted(shown),
    `Rate each response on each of these properties, by one standard for both:\n${properties.map(line).join('\n')}`,
    howToRate(properties),
    `${onlyJson}\n${exampleOf(alone(properties))}`,
  );
}

/** A property that applies, with the items that it is rated for. */
type Applied = readonly [property: RatedProperty, items: readonly string[] | undefined];

/** Ratings that wait for what is known about the prompt; undefined where none applies. */
export function queryAwareQuestion(set: PropertySet, texts: Texts, info: QueryInfo): Question<RatedAnswer> | undefined {
  const applied = ratedIn(set, 'query-aware-twice')
    .filter(({ when }) => holds(when!, info))
    .map((property): Applied => [property, property.from === 'items' ? itemsOf(property.when, info) : undefined]);
  if (applied.length === 0) return undefined;
  const lists = applied.flatMap(([property, items]) => (items ? [[listName(property), numbered(items)] as const] : []));
  const lines = applied.map(([property, items]) =>
    items ? `${line(property)} Rated for each item of "${listName(property)}", by its number.` : line(property),
  );
  return question(
    'query-aware-twice',
    ratingsForm(applied),
    'Here are a prompt and two responses to it, and what was found in the prompt.',
    quoted({ prompt: texts.prompt, ...responsesOf(texts), ...Object.fromEntries(lists) }),
    `Rate each response, by one standard for both:\n${lines.join('\n')}`,
    howToRate(applied.map(([property]) => property)),
    `${onlyJson}\n${exampleOf(applied)}`,
  );
}

const responsesOf = ({ responses: [a, b] }: Texts) => ({ [first]: a, [second]: b });

const listName = ({ when }: RatedProperty): string => Object.keys(when!)[0]!;

const numbered = (items: readonly string[]): string => items.map((item, i) => `${i + 1}. ${item}`).join('\n');

const line = (property: RatedProperty): string =>
  `- ${JSON.stringify(ratingKeyOf(property))}: ${property.about}${answersOf(property)}`;

/** The answers that a property allows, where they are not the ratings from 0 to 3 that are explained once for all. */
function answersOf(property: RatedProperty): string {
  if (property.levels) return ` One of: ${wordsOf(property).map(quote).join(', ')}.`;
  if (property.scale) return ` From ${property.scale[0]} (not at all) to ${property.scale[1]} (fully).`;
  return '';
}

const quote = (text: string): string => JSON.stringify(text);

const wordsOf = ({ levels = {} }: RatedProperty): string[] =>
  Object.keys(levels).sort((one, other) => levels[one]! - levels[other]!);

const isPlain = ({ levels, scale }: RatedProperty): boolean => !levels && !scale;

const howToRate = (properties: readonly RatedProperty[]): string =>
  properties.some(isPlain)
    ? 'Where no other answers are named, rate with a whole number: 0 not at all, 1 a little, 2 largely, 3 fully.'
    : 'Use the answers that are named.';

function answerForm(property: RatedProperty): z.ZodType<string | number> {
  if (property.levels) return z.enum(wordsOf(property));
  return z.literal(Object.values(levelsOf(property)));
}

function ratingsForm(applied: readonly Applied[]): z.ZodType<RatedAnswer> {
  const fields = applied.map(([property, items]) => {
    const answer = answerForm(property);
    const pair = z.strictObject({ [first]: answer, [second]: answer });
    const byItem = items && z.strictObject(Object.fromEntries(items.map((_, i) => [String(i + 1), pair])));
    return [ratingKeyOf(property), byItem ?? pair];
  });
  return z.strictObject(Object.fromEntries(fields)) as unknown as z.ZodType<RatedAnswer>;
}

function exampleOf(applied: readonly Applied[]): string {
  const fields = applied.map(([property, items]) => {
    const words = wordsOf(property);
    const [low, high] = words.length > 0 ? [words[0]!, words.at(-1)!] : extremes(property);
    const pair = { [first]: high, [second]: low };
    return [ratingKeyOf(property), items ? Object.fromEntries(items.map((_, i) => [String(i + 1), pair])) : pair];
  });
  return JSON.stringify(Object.fromEntries(fields));
}

function extremes(property: RatedProperty): [number, number] {
  const worths = Object.values(levelsOf(property));
  return [Math.min(...worths), Math.max(...worths)];
}

/** The errors of one response. */
const Errors = z.strictObject({
  checkable: z.enum(['Yes', 'No']),
  errors: z.array(
    z.strictObject({
      description: z.string(),
      kind: z.enum(['factual', 'contradicts the prompt', 'calculation', 'code']),
      severity: z.enum(['minor', 'moderate', 'severe']),
    }),
  ),
});
const BothErrors = z.strictObject({ [first]: Errors, [second]: Errors });
export type FoundErrors = z.infer<typeof BothErrors>;

/** What is wrong in each response, with a reference answer as a help where there is one. */
export function errorsQuestion(texts: Texts, reference: string | undefined): Question<FoundErrors> {
  const found = { description: '…', kind: 'factual', severity: 'moderate' } as const;
  const example: FoundErrors = {
    [first]: { checkable: 'Yes', errors: [found] },
    [second]: { checkable: 'Yes', errors: [] },
  };
  const shown = { prompt: texts.prompt, ...responsesOf(texts) };
  return question(
    'errors',
    BothErrors,
    reference === undefined
      ? 'Here are a prompt and two responses to it.'
      : 'Here are a prompt, two responses to it, and an answer by another model as a help, which may itself be wrong.',
    quoted(reference === undefined ? shown : { ...shown, 'reference answer': reference }),
    `For each response say first whether it can be checked for errors at all ("checkable": "Yes" or "No"; "No" for what
is only taste, play or invention). Then list its errors, none where it cannot be checked. Kinds of errors:
- "factual": a statement about the world that is wrong
- "contradicts the prompt": it goes against what the prompt says or gives
- "calculation": wrong arithmetic
- "code": a program that does not do what it should
How severe an error is:
- "severe": it makes the response wrong as a whole
- "moderate": it makes the response worse, not useless
- "minor": it hardly matters for the whole
Describe each error in one short sentence. Do not split hairs, and do not count as an error what is missing or could be
put better. Where both responses have the same error, describe it in the same words and give it the same severity.`,
    `${onlyJson}\n${JSON.stringify(example)}`,
  );
}

/** The prompt as it is, for an answer that helps to find errors. */
export const referenceQuestion = ({ prompt }: Texts): Question<string> => textQuestion('reference', prompt);

const classesOf = ({ scenarios }: ScenarioSet): string[] =>
  scenarios.flatMap(({ name, merges }) => (merges.length > 0 ? merges : [name]));

const scenarioForm = perSet((set: ScenarioSet) => z.strictObject({ scenario: z.enum(classesOf(set)) }));

/** The class of a prompt: one of the finer classes, or a scenario that merges none. */
export function scenarioQuestion(set: ScenarioSet, { prompt }: Texts): Question<{ scenario: string }> {
  const lines = set.scenarios.map(({ name, about, merges }) =>
    merges.length > 0
      ? `- ${name}: ${about} Classes: ${merges.map(quote).join(', ')}.`
      : `- ${name}: ${about} Class: "${name}".`,
  );
  return question(
    'scenario',
    scenarioForm(set),
    'Read this prompt, which somebody sent to a language model.',
    quoted({ prompt }),
    `Which class of tasks is it? The classes, by the scenarios they belong to:\n${lines.join('\n')}`,
    `${onlyJson}\n${JSON.stringify({ scenario: classesOf(set)[0] })}`,
  );
}
