/** Who judges: what is known of the judges of the published study, and groupings of judges. */
import { join } from 'node:path';
import { z } from 'zod';
import { DataError } from '../errors.ts';
import { readDefinition } from './definition.ts';

/** A judge of the study. */
export const StudyJudge = z.strictObject({
  name: z.string().min(1),
  /** Billions of parameters. */
  size: z.number().positive().optional(),
  family: z.string().optional(),
  kind: z.enum(['pretrained', 'aligned', 'proprietary', 'human']),
  /** The pretrained model that an aligned one was made from. */
  base: z.string().optional(),
});
export type StudyJudge = z.infer<typeof StudyJudge>;

const JudgeList = z.strictObject({ judges: z.array(StudyJudge) });

let published: readonly StudyJudge[] | undefined;

/** The 33 judges of Li et al. 2024 (arXiv:2402.11296), in its order. */
export const publishedJudges = (): readonly StudyJudge[] =>
  (published ??= readDefinition(JudgeList, join(import.meta.dirname, 'judges.yaml')).judges);

/** Disjoint groups of judges under one heading: by size, by family, by alignment. */
export interface Grouping {
  readonly name: string;
  readonly groups: ReadonlyMap<string, readonly string[]>; // group → judges
}

/** The groupings of the study, of those of the judges that it knows: by size, by family, by alignment; open models only. */
export function publishedGroupings(judges: readonly string[]): Grouping[] {
  const open = publishedJudges().filter(({ name, size }) => size !== undefined && judges.includes(name));
  const by = (name: string, group: (judge: StudyJudge) => string): Grouping => ({
    name,
    groups: new Map(
      [...Map.groupBy(open, group)].map(([key, members]) => [key, members.map((judge) => judge.name)] as const),
    ),
  });
  return [
    by('size', ({ size }) => (size! <= 14 ? 'up to 14B' : 'over 30B')),
    by('family', ({ family }) => family!),
    by('alignment', ({ kind }) => kind),
  ].filter(({ groups }) => groups.size > 1);
}

const Members = z.array(z.string());
const GroupingFile = z.union([
  z.record(z.string(), z.record(z.string(), Members)),
  z.record(z.string(), Members),
  z.record(z.string(), z.string()),
]);

/**
 * Groupings from a YAML or JSON file, in one of three forms: grouping → group → judges; group → judges; judge → group.
 * The latter two are one grouping, called `groups`.
 *
 * @throws DataError where a judge is not among `judges`, or is in two groups of a grouping
 */
export function readGroupings(file: string, judges: readonly string[]): Grouping[] {
  const groupings = groupingsIn(readDefinition(GroupingFile, file));
  for (const { name, groups } of groupings) {
    const seen = new Set<string>();
    for (const judge of [...groups.values()].flat()) {
      if (!judges.includes(judge)) {
        throw new DataError(
          file,
          `the grouping ${name} has ${judge}, which has no weights. There are ${judges.join(', ')}.`,
        );
      }
      if (seen.has(judge)) throw new DataError(file, `the grouping ${name} has ${judge} twice.`);
      seen.add(judge);
    }
  }
  return groupings;
}

function groupingsIn(content: z.infer<typeof GroupingFile>): Grouping[] {
  const entries = Object.entries(content);
  if (
    entries.every(
      (entry): entry is [string, Record<string, string[]>] => !Array.isArray(entry[1]) && typeof entry[1] === 'object',
    )
  ) {
    return entries.map(([name, groups]) => ({ name, groups: new Map(Object.entries(groups)) }));
  }
  const isList = (entry: [string, unknown]): entry is [string, string[]] => Array.isArray(entry[1]);
  if (entries.every(isList)) return [{ name: 'groups', groups: new Map(entries) }];
  const byGroup = Map.groupBy(entries as [string, string][], ([, group]) => group);
  return [
    {
      name: 'groups',
      groups: new Map([...byGroup].map(([group, members]) => [group, members.map(([judge]) => judge)])),
    },
  ];
}
