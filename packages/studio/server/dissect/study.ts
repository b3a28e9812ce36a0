import { createHash } from 'node:crypto';
import type { BinaryLabel } from '@attune/preferences';
import type { DissectGroup, DissectJudge } from '../../shared/dissect.ts';
import type { Message } from '../../shared/queue.ts';
import type { Db } from '../db/open.ts';
import { isJudge, nameOf, namesIn } from '../names.ts';
import { notFound } from '../refusal.ts';
import { groupPrompts } from './groups.ts';
import { judgedItems } from './judged.ts';
import { groupRated, readRated } from './rated.ts';

/** More comparisons tell little more of their properties, and take longer. */
const MOST = 10_000;

/** What a project's judges said, ready to be fitted. Everything in the order of `ids`. */
export interface Study {
  readonly version: string;
  readonly comparisons: number;
  readonly unchecked: number;
  readonly ids: readonly string[];
  readonly prompts: readonly (readonly Message[])[];
  readonly texts: readonly (readonly [string, string])[];
  /** [comparisons][29], where a chat model has rated them; null where properties are counted in the texts. */
  readonly rated: readonly (readonly number[])[] | null;
  readonly judges: readonly (DissectJudge & { readonly said: readonly BinaryLabel[] })[];
  readonly groups: ReadonlyMap<DissectGroup, readonly number[]>;
}

/** A hash of how many votes and annotations there are of each kind, and of the newest: another one, another hash. */
export async function versionOf(db: Db, projectId: string, annotator?: string): Promise<string> {
  const count = (table: 'votes' | 'withdrawn_votes' | 'adjudications' | 'labels' | 'annotations') =>
    db
      .selectFrom(table)
      .select(({ fn }) => [fn.countAll<number>().as('n'), fn.max('at').as('newest')])
      .where('project_id', '=', projectId);
  const counts = [];
  for (const table of ['votes', 'withdrawn_votes', 'adjudications', 'labels'] as const) {
    counts.push(await count(table).executeTakeFirstOrThrow());
  }
  if (annotator !== undefined) {
    counts.push(await count('annotations').where('annotator', '=', annotator).executeTakeFirstOrThrow());
  }
  const text = JSON.stringify([
    projectId,
    counts.map(({ n, newest }) => [Number(n), Number(newest ?? 0)]),
    ...(annotator === undefined ? [] : [annotator]),
  ]);
  return createHash('sha256').update(text).digest('hex').slice(0, 20);
}

/**
 * Reads a project's comparisons that somebody judged, at most ten thousand by the chance of their import.
 *
 * @param annotator only those that this chat model has rated, with its ratings
 * @throws Refusal 404 where it has rated none
 */
export async function readStudy(db: Db, projectId: string, annotator?: string): Promise<Study> {
  const version = await versionOf(db, projectId, annotator);
  const rated = annotator === undefined ? undefined : await readRated(db, projectId, annotator);
  if (rated?.size === 0) throw notFound('annotator', annotator!);
  const ofProject = judgedItems(db, projectId).$if(annotator !== undefined, (query) =>
    query.where(({ exists, selectFrom }) =>
      exists(
        selectFrom('annotations')
          .select('at')
          .whereRef('annotations.item_id', '=', 'items.id')
          .where('annotator', '=', annotator!),
      ),
    ),
  );
  const { n } = await ofProject.select(({ fn }) => fn.countAll<number>().as('n')).executeTakeFirstOrThrow();
  const found = await ofProject
    .innerJoin('texts', 'texts.item_id', 'items.id')
    .leftJoin('adjudications', 'adjudications.item_id', 'items.id')
    .select(['items.id', 'prompt', 'a', 'b', 'a_votes', 'b_votes', 'adjudications.choice as adjudicated'])
    .orderBy('shuffle')
    .limit(MOST)
    .execute();
  const items = rated ? found.filter(({ id }) => rated.get(id)?.features) : found;
  const unchecked = found.length - items.length;
  const prompts = items.map(({ prompt }) => JSON.parse(prompt) as Message[]);
  const everyone = items.map(({ a_votes, b_votes, adjudicated }) =>
    adjudicated === null ? labelOf(a_votes > b_votes ? 'a' : a_votes < b_votes ? 'b' : 'tie') : labelOf(adjudicated),
  );
  const places = new Map(items.map(({ id }, i) => [id, i]));
  const own = rated && items.map(({ id }) => rated.get(id)!);
  return {
    ...{ version, comparisons: Number(n) - unchecked, unchecked },
    ids: items.map(({ id }) => id),
    prompts,
    texts: items.map(({ a, b }) => [a ?? '', b ?? ''] as const),
    rated: own?.map(({ features }) => features!) ?? null,
    judges: [
      { id: 'everyone', name: '', kind: 'everyone', labels: counted(everyone), said: everyone },
      ...(await annotators(db, projectId, places)),
      ...(await uploaded(db, projectId, places)),
    ],
    groups: own ? groupRated(own) : groupPrompts(prompts),
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
