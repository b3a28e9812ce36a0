import { createHash } from 'node:crypto';
import type { BinaryLabel } from '@attune/preferences';
import type { DissectGroup, DissectJudge } from '../../shared/dissect.ts';
import type { Message } from '../../shared/queue.ts';
import type { Db } from '../db/open.ts';
import { isJudge, nameOf, namesIn } from '../names.ts';
import { groupPrompts } from './groups.ts';

/** More comparisons tell little more of ten properties, and take longer. */
const MOST = 10_000;

/** What a project's judges said, ready to be fitted. Everything in the order of `ids`. */
export interface Study {
  readonly version: string;
  readonly comparisons: number;
  readonly ids: readonly string[];
  readonly prompts: readonly (readonly Message[])[];
  readonly texts: readonly (readonly [string, string])[];
  readonly judges: readonly (DissectJudge & { readonly said: readonly BinaryLabel[] })[];
  readonly groups: ReadonlyMap<DissectGroup, readonly number[]>;
}

/** A hash of how many votes there are of each kind, and of the newest: another vote, another hash. */
export async function versionOf(db: Db, projectId: string): Promise<string> {
  const count = (table: 'votes' | 'withdrawn_votes' | 'adjudications' | 'labels') =>
    db
      .selectFrom(table)
      .select(({ fn }) => [fn.countAll<number>().as('n'), fn.max('at').as('newest')])
      .where('project_id', '=', projectId)
      .executeTakeFirstOrThrow();
  const counts = [];
  for (const table of ['votes', 'withdrawn_votes', 'adjudications', 'labels'] as const) counts.push(await count(table));
  const text = JSON.stringify([projectId, counts.map(({ n, newest }) => [Number(n), Number(newest ?? 0)])]);
  return createHash('sha256').update(text).digest('hex').slice(0, 20);
}

/** Reads a project's comparisons that somebody judged, at most ten thousand by the chance of their import. */
export async function readStudy(db: Db, projectId: string): Promise<Study> {
  const version = await versionOf(db, projectId);
  const ofProject = db
    .selectFrom('items')
    .where('items.project_id', '=', projectId)
    .where('kind', '=', 'comparison')
    .where(({ or, eb, exists, selectFrom }) =>
      or([
        eb(eb('a_votes', '+', eb.ref('b_votes')), '>', 0),
        exists(selectFrom('labels').select('label').whereRef('labels.item_id', '=', 'items.id')),
      ]),
    );
  const { n } = await ofProject.select(({ fn }) => fn.countAll<number>().as('n')).executeTakeFirstOrThrow();
  const items = await ofProject
    .innerJoin('texts', 'texts.item_id', 'items.id')
    .leftJoin('adjudications', 'adjudications.item_id', 'items.id')
    .select(['items.id', 'prompt', 'a', 'b', 'a_votes', 'b_votes', 'adjudications.choice as adjudicated'])
    .orderBy('shuffle')
    .limit(MOST)
    .execute();
  const prompts = items.map(({ prompt }) => JSON.parse(prompt) as Message[]);
  const everyone = items.map(({ a_votes, b_votes, adjudicated }) =>
    adjudicated === null ? labelOf(a_votes > b_votes ? 'a' : a_votes < b_votes ? 'b' : 'tie') : labelOf(adjudicated),
  );
  const places = new Map(items.map(({ id }, i) => [id, i]));
  return {
    version,
    comparisons: Number(n),
    ids: items.map(({ id }) => id),
    prompts,
    texts: items.map(({ a, b }) => [a ?? '', b ?? ''] as const),
    judges: [
      { id: 'everyone', name: '', kind: 'everyone', labels: counted(everyone), said: everyone },
      ...(await annotators(db, projectId, places)),
      ...(await uploaded(db, projectId, places)),
    ],
    groups: groupPrompts(prompts),
  };
}

type Places = ReadonlyMap<string, number>;

async function annotators(db: Db, projectId: string, places: Places): Promise<Study['judges'][number][]> {
  const votes = await db
    .selectFrom('votes')
    .select(['annotator', 'item_id', 'choice'])
    .where('project_id', '=', projectId)
    .where('round', '=', 0)
    .where('choice', 'in', ['a', 'b'])
    .execute();
  const names = await namesIn(db, new Set(votes.map(({ annotator }) => annotator)));
  const own = Map.groupBy(votes, ({ annotator }) => annotator);
  const judges = [...own].map(([id, cast]) => {
    const said = saidAt(
      places,
      cast.map(({ item_id, choice }) => [item_id, choice]),
    );
    const kind: DissectJudge['kind'] = isJudge(id) ? 'judge' : 'person';
    return { id, name: nameOf(id, names).annotator, kind, labels: counted(said), said };
  });
  return judges.sort((a, b) => b.labels - a.labels || (a.name < b.name ? -1 : 1));
}

async function uploaded(db: Db, projectId: string, places: Places): Promise<Study['judges'][number][]> {
  const rows = await db
    .selectFrom('labels')
    .select(['judge', 'item_id', 'label'])
    .where('project_id', '=', projectId)
    .orderBy('judge')
    .execute();
  return [...Map.groupBy(rows, ({ judge }) => judge)].map(([name, own]) => {
    const said = saidAt(
      places,
      own.map(({ item_id, label }) => [item_id, label]),
    );
    return { id: `labels:${name}`, name, kind: 'uploaded', labels: counted(said), said };
  });
}

function saidAt(places: Places, choices: readonly (readonly [string, string])[]): BinaryLabel[] {
  const said: BinaryLabel[] = Array.from({ length: places.size }, () => undefined);
  for (const [id, choice] of choices) {
    const place = places.get(id);
    if (place !== undefined) said[place] = labelOf(choice);
  }
  return said;
}

const labelOf = (choice: string): BinaryLabel => (choice === 'a' ? 'A' : choice === 'b' ? 'B' : undefined);

const counted = (said: readonly BinaryLabel[]): number => said.filter((label) => label !== undefined).length;
