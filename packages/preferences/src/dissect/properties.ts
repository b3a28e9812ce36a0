/** Properties of responses as data: what is rated or computed, and how two values become one comparison feature. */
import { join } from 'node:path';
import { z } from 'zod';
import { Condition, Question, wrongCondition } from './conditions.ts';
import { readDefinition } from './definition.ts';
import { type TextFunction, textFunctions } from './textFunctions.ts';

const about = z.string().min(1);

const common = {
  /** Short, for tables and plots; unique in its set. */
  name: z.string().min(1),
  /** Its name in data files; the `name` where left out. */
  key: z.string().min(1).optional(),
  /** What a response is like that has the property: what annotators read. */
  about,
  /** How one asks a model for it; `about` where left out. */
  ask: about.optional(),
  /** `less`: the feature is the opposite of what is rated. */
  polarity: z.enum(['more', 'less']).default('more'),
  /** It makes the answer itself better, not only better liked: a judge that likes it is not fooled by it. */
  worth: z.literal(true).optional(),
  /** What the feature waits for in the prompt; it is 0 where this does not hold. */
  when: Condition.optional(),
  /** The smallest difference that counts as one; any where left out. */
  least: z.number().positive().optional(),
  /** The difference that counts as a whole one in `norm_diff`. */
  range: z.number().positive().optional(),
};

const rated = {
  ...common,
  /** What is rated, where that is named otherwise than the feature. */
  rating: z.string().min(1).optional(),
  /** The least and the greatest rating, whole numbers; 0 to 3 where neither this nor `levels` is given. */
  scale: z.tuple([z.int(), z.int()]).optional(),
  /** Ratings in words, and what each is worth. */
  levels: z.record(z.string(), z.number()).optional(),
  /** `any-or-none`: only a response that has something of it differs from one that has nothing. */
  compare: z.enum(['sign', 'any-or-none']).default('sign'),
};

/** One property. `from` says what its value is found in. */
export const Property = z.discriminatedUnion('from', [
  /** Rated from both responses, the prompt not shown. */
  z.strictObject({ from: z.literal('responses'), ...rated }),
  /** Rated from both responses with the prompt. */
  z.strictObject({ from: z.literal('prompt'), ...rated }),
  /** Rated for each item of the list that `when` names; the mean of the ratings is compared. */
  z.strictObject({ from: z.literal('items'), ...rated, when: Condition }),
  /** The number of errors of a severity; fewer is better. */
  z.strictObject({ from: z.literal('errors'), ...common, severity: z.enum(['minor', 'moderate', 'severe']) }),
  /** Computed from each response's text. */
  z.strictObject({
    from: z.literal('text'),
    ...common,
    function: z.enum(Object.keys(textFunctions) as [TextFunction, ...TextFunction[]]),
    /** `clearly-longer`: the table of lengths in compare.ts, for counts of words. */
    compare: z.enum(['sign', 'clearly-longer']).default('sign'),
  }),
]);
export type Property = z.infer<typeof Property>;

/** A property that an annotator rates. */
export type RatedProperty = Extract<Property, { from: 'responses' | 'prompt' | 'items' }>;

/** A set of properties, in the order of every vector of features and weights made with it. */
export const PropertySet = z
  .strictObject({
    name: z.string().min(1),
    /** What is asked about the prompt alone. */
    query: z.array(Question).default([]),
    properties: z.array(Property).min(1),
  })
  .superRefine((set, context) => {
    const fault = (path: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path, message });
    const [names, keys] = [new Set<string>(), new Set<string>()];
    set.properties.forEach((property, i) => {
      if (names.has(property.name)) fault(['properties', i, 'name'], 'a name that no other property has');
      else if (keys.has(keyOf(property))) {
        fault(['properties', i, property.key === undefined ? 'name' : 'key'], 'a key that no other property has');
      }
      names.add(property.name);
      keys.add(keyOf(property));
      const wrong = property.when && wrongCondition(property.when, set.query);
      if (wrong) fault(['properties', i, 'when'], wrong);
      if (property.from === 'items' && Object.values(property.when)[0] !== 'some') {
        fault(['properties', i, 'when'], 'the list whose items are rated, as {explicit constraints: some}');
      }
      if (isRated(property)) {
        if (property.scale && property.levels) fault(['properties', i, 'levels'], 'either scale or levels, not both');
        if (property.scale && property.scale[0] >= property.scale[1]) {
          fault(['properties', i, 'scale'], 'the least rating before the greatest');
        }
      }
    });
  });
export type PropertySet = z.infer<typeof PropertySet>;

/** Whether an annotator rates it. */
export const isRated = (property: Property): property is RatedProperty =>
  'rating' in property || !('severity' in property || 'function' in property);

/** Its name in data files. */
export const keyOf = (property: Property): string => property.key ?? property.name;

/** What an annotator rates it as, which is where its ratings are found in data files. */
export const ratingKeyOf = (property: Property): string =>
  (isRated(property) ? property.rating : undefined) ?? keyOf(property);

/** What an annotator may answer, in words or numbers, and what each answer is worth. */
export function levelsOf({ scale = [0, 3], levels }: RatedProperty): Readonly<Record<string, number>> {
  if (levels) return levels;
  const [least, most] = scale;
  return Object.fromEntries(Array.from({ length: most - least + 1 }, (_, i) => [String(least + i), least + i]));
}

/** The kinds of the published study: by counted errors, only for some prompts, or neither. */
export type Category = 'basic' | 'error-detection' | 'query-specific';

/** Its kind. */
export function categoryOf(property: Property): Category {
  if (property.from === 'errors') return 'error-detection';
  return property.when ? 'query-specific' : 'basic';
}

/** The names of a set's properties, in its order. */
export const namesOf = (set: PropertySet): string[] => set.properties.map(({ name }) => name);

/** The names of those that make an answer itself better. */
export const worthOf = (set: PropertySet): string[] =>
  set.properties.filter(({ worth }) => worth).map(({ name }) => name);

/** The set with only the properties that `keep` says. */
export const subsetOf = (set: PropertySet, keep: (property: Property) => boolean): PropertySet => ({
  ...set,
  properties: set.properties.filter(keep),
});

/**
 * A property set from a YAML file; docs/dissection.md explains its fields.
 *
 * @throws DataError listing every fault with its line and field
 */
export const readPropertySet = (file: string): PropertySet => readDefinition(PropertySet, file);

let standard: PropertySet | undefined;

/** The 29 properties of Li et al. 2024 (arXiv:2402.11296), in the order of its weights. */
export const standardProperties = (): PropertySet =>
  (standard ??= readPropertySet(join(import.meta.dirname, 'standard.yaml')));
