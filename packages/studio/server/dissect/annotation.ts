/** The annotation of a project's judged comparisons by a chat model, in the background. */

import { setImmediate as turn } from 'node:timers/promises';
import {
  type Annotated,
  annotate,
  dialogue,
  estimateAnnotation,
  nothingSpent,
  type Plan,
  type RawSample,
  type Remarks,
  standardProperties,
  standardScenarios,
} from '@attune/preferences';
import type { Annotation, AnnotationEstimate, AnnotationPage, NewAnnotation } from '../../shared/annotation.ts';
import type { Message } from '../../shared/queue.ts';
import { record } from '../audit.ts';
import type { Person } from '../auth/identify.ts';
import type { Db } from '../db/open.ts';
import { write } from '../db/write.ts';
import { AT_A_TIME, billOf, checkEndpoint, modelChoices, openEndpoint } from '../jobs/endpoints.ts';
import { latestJob, type Outcome, startJob, stopJob, type Work } from '../jobs/job.ts';
import { textPages } from '../jobs/textPages.ts';
import { Refusal } from '../refusal.ts';
import type { Studio } from '../studio.ts';
import { countJudged, judgedItems } from './judged.ts';
import { annotatorsOf } from './rated.ts';

const placeOf = (projectId: string) => ({ projectId, name: 'annotation' as const });

const plan = (): Plan => ({ properties: standardProperties(), scenarios: standardScenarios() });

export async function annotationPage(studio: Studio, projectId: string): Promise<AnnotationPage> {
  return {
    choices: modelChoices(studio, projectId),
    judged: await countJudged(studio.db, projectId),
    annotators: await annotatorsOf(studio.db, projectId),
    annotation: latestJob<Annotation>(studio, placeOf(projectId)),
  };
}

const LOOKED_AT = 500; // comparisons from which an estimate is made: each takes milliseconds

/**
 * What an annotation will cost, without asking for anything. Of many comparisons some are looked at, evenly spread.
 *
 * @throws Refusal 400 where the model cannot be asked
 */
export async function annotationEstimate(
  studio: Studio,
  projectId: string,
  settings: NewAnnotation,
): Promise<AnnotationEstimate> {
  checkEndpoint(studio, settings);
  const ids = await comparisonsLeft(studio.db, projectId, settings);
  const step = Math.max(1, ids.length / LOOKED_AT);
  const some = Array.from({ length: Math.min(ids.length, LOOKED_AT) }, (_, i) => ids[Math.floor(i * step)]!);
  using endpoint = openEndpoint(studio, settings, { temperature: 0, stop: AbortSignal.abort() });
  const sum = { calls: 0, cached: 0, input: 0, output: 0 };
  for await (const page of samplePages(studio.db, some)) {
    for (const sample of page) {
      const one = await estimateAnnotation([sample], plan(), endpoint.chat());
      for (const what of ['calls', 'cached', 'input', 'output'] as const) sum[what] += step * one[what];
      await turn(); // others are served meanwhile: it is all arithmetic
    }
  }
  const [calls, cached, input, output] = [sum.calls, sum.cached, sum.input, sum.output].map(Math.round) as Four;
  const tokens = { ...nothingSpent, calls, cached, input, output };
  const { costOf } = billOf(settings);
  return { comparisons: ids.length, calls, cached, input, output, cost: costOf?.(tokens) ?? null };
}

type Four = [number, number, number, number];

/**
 * Lets a chat model rate comparisons that somebody judged, and that it has not rated.
 *
 * @throws Refusal 400 where it cannot be asked, or has rated as many; 409 where one is at work
 */
export async function startAnnotation(
  studio: Studio,
  person: Person,
  projectId: string,
  settings: NewAnnotation,
  before?: Annotation,
): Promise<Annotation> {
  checkEndpoint(studio, settings);
  const ids = await comparisonsLeft(studio.db, projectId, settings);
  const { model, most } = settings;
  if (ids.length === 0) {
    throw new Refusal(400, 'nothing_left', `${model} has rated all of the judged comparisons, or ${most} of them.`);
  }
  const work = workOf(studio, projectId, settings, ids);
  const annotation = startJob(studio, placeOf(projectId), work, { settings }, before);
  const action = before ? 'annotation.resume' : 'annotation.start';
  const details = { model, left: ids.length };
  await record(studio.db, { at: studio.now(), userId: person.id, action, subject: projectId, details });
  return annotation;
}

/** Goes on with the latest; what failed is tried again. @throws Refusal 404 where there was none */
export async function resumeAnnotation(studio: Studio, person: Person, projectId: string): Promise<Annotation> {
  const before = latestJob<Annotation>(studio, placeOf(projectId));
  if (!before) throw new Refusal(404, 'not_found', 'Nothing has been annotated in this project.');
  return startAnnotation(studio, person, projectId, before.settings, before);
}

/** Lets nothing more begin. What is under way is still kept. */
export async function stopAnnotation(studio: Studio, person: Person, projectId: string): Promise<void> {
  await stopJob(studio, placeOf(projectId));
  await record(studio.db, { at: studio.now(), userId: person.id, action: 'annotation.stop', subject: projectId });
}

/** Ids of judged comparisons that the model has not rated, by the chance of their import, until it has rated `most`. */
async function comparisonsLeft(db: Db, projectId: string, { model, most }: NewAnnotation): Promise<string[]> {
  const rated = db
    .selectFrom('annotations')
    .select('item_id')
    .where('annotations.project_id', '=', projectId)
    .where('annotator', '=', model);
  const judged = judgedItems(db, projectId);
  const { n } = await judged
    .where('items.id', 'in', rated)
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  const rows = await judged
    .where('items.id', 'not in', rated)
    .select('items.id')
    .orderBy('shuffle')
    .limit(Math.max(0, most - Number(n)))
    .execute();
  return rows.map(({ id }) => id);
}

/** Comparisons as annotators are given them, page by page. */
async function* samplePages(db: Db, ids: readonly string[]): AsyncGenerator<(RawSample & { readonly id: string })[]> {
  for await (const rows of textPages(db, ids)) {
    yield rows.map(({ item_id: id, prompt, a, b }) => ({
      ...{ id, prompt: dialogue(JSON.parse(prompt) as Message[]), response_a: a!, response_b: b! },
    }));
  }
}

/** What was odd in answers that could be used in the end is nobody's concern here. */
const remarks: Remarks = { unknown: () => {}, missing: () => {}, again: () => {} };

const workOf = (studio: Studio, projectId: string, settings: NewAnnotation, ids: readonly string[]): Work => ({
  left: ids.length,
  ...billOf(settings),
  async *run(stop) {
    using endpoint = openEndpoint(studio, settings, { temperature: 0, stop });
    const { signal } = endpoint;
    const options = { concurrency: AT_A_TIME, remarks, signal };
    for await (const page of samplePages(studio.db, ids)) {
      if (signal.aborted) return;
      for await (const annotated of annotate(page, plan(), endpoint.chat(), options)) {
        const of = { projectId, annotator: settings.model, itemId: page[annotated.place]!.id };
        yield keep(studio, of, annotated);
      }
    }
  },
});

/** An annotation is on the disk as a whole before it counts as done. */
async function keep(
  { db, now }: Studio,
  { projectId, annotator, itemId }: { projectId: string; annotator: string; itemId: string },
  annotated: Annotated,
): Promise<Outcome> {
  const { spent } = annotated;
  if ('failures' in annotated) {
    const [{ step, reason, said }] = annotated.failures as [(typeof annotated.failures)[number]];
    const what = said === undefined ? 'failed call' : 'unusable answer';
    return { spent, failure: { reason: what, said: `${step}: ${[reason, said].filter(Boolean).join(' — ')}` } };
  }
  const { id: _, reference: __, ...sample } = annotated.resolved; // the answer to compare with is among the replies
  const row = { annotator, item_id: itemId, project_id: projectId, sample: JSON.stringify(sample), at: now() };
  await write(db, async (tx) => {
    await tx
      .insertInto('annotations')
      .values(row)
      .onConflict((conflict) => conflict.columns(['item_id', 'annotator']).doNothing())
      .execute();
  });
  return { spent };
}
