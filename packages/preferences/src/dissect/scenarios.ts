/** Groups of samples, each fitted on its own: scenarios, which are disjoint, and subsets that cut across them. */
import { join } from 'node:path';
import { z } from 'zod';
import { Condition, holds, type QueryInfo } from './conditions.ts';
import { readDefinition } from './definition.ts';

const Scenario = z.strictObject({
  name: z.string().min(1),
  about: z.string().min(1),
  /** Finer classes that belong to it, as a classifier names them. */
  merges: z.array(z.string()).default([]),
});

const Subset = z.strictObject({
  name: z.string().min(1),
  /** Its name in data files. */
  key: z.string().min(1),
  when: Condition,
});

/** A set of scenarios and subsets. */
export const ScenarioSet = z
  .strictObject({ name: z.string().min(1), scenarios: z.array(Scenario).min(1), subsets: z.array(Subset).default([]) })
  .superRefine(({ scenarios, subsets }, context) => {
    const fault = (path: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path, message });
    const names = new Set<string>();
    const classes = new Set<string>();
    const claim = (seen: Set<string>, value: string, path: PropertyKey[], message: string) => {
      if (seen.has(value)) fault(path, message);
      seen.add(value);
    };
    scenarios.forEach(({ name, merges }, i) => {
      claim(names, name, ['scenarios', i, 'name'], 'a name that no other group has');
      merges.forEach((one, j) => {
        claim(classes, one, ['scenarios', i, 'merges', j], 'a class that no other scenario merges');
      });
    });
    subsets.forEach(({ key }, i) => {
      claim(names, key, ['subsets', i, 'key'], 'a key that no other group has');
    });
  });
export type ScenarioSet = z.infer<typeof ScenarioSet>;

/** The scenario that a finer class belongs to, or the one of that very name; undefined where there is none. */
export function scenarioOf(set: ScenarioSet, name: string): string | undefined {
  return set.scenarios.find((scenario) => scenario.name === name || scenario.merges.includes(name))?.name;
}

/** The keys of the subsets that a prompt belongs to. */
export const subsetsOf = (set: ScenarioSet, info: QueryInfo): string[] =>
  set.subsets.filter(({ when }) => holds(when, info)).map(({ key }) => key);

/** The keys of all groups, scenarios first. */
export const groupKeys = (set: ScenarioSet): string[] => [
  ...set.scenarios.map(({ name }) => name),
  ...set.subsets.map(({ key }) => key),
];

const [scenarioPrefix, subsetPrefix] = ['[Scenario] ', '[Query-Specific Cases] '];

/** A group as the published interface calls it: `[Scenario] Code`, `[Query-Specific Cases] Unclear User Intent`. */
export function formalName(set: ScenarioSet, key: string): string {
  const subset = set.subsets.find((one) => one.key === key);
  return subset ? subsetPrefix + subset.name : scenarioPrefix + key;
}

/** The key of a group by its key or its {@link formalName}; undefined where the set has no such group. */
export function groupKey(set: ScenarioSet, name: string): string | undefined {
  return groupKeys(set).find((key) => key === name || formalName(set, key) === name);
}

/** @throws DataError listing every fault with its line and field */
export const readScenarioSet = (file: string): ScenarioSet => readDefinition(ScenarioSet, file);

let standard: ScenarioSet | undefined;

/** The 11 scenarios and 5 subsets of Li et al. 2024 (arXiv:2402.11296). */
export const standardScenarios = (): ScenarioSet =>
  (standard ??= readScenarioSet(join(import.meta.dirname, 'scenarios.yaml')));
