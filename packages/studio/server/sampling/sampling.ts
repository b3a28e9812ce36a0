/** Responses on demand: prompts in, comparisons out. */
import type { NewSampling, Sampling, SamplingPage } from '../../shared/sampling.ts';
import { record } from '../audit.ts';
import type { Person } from '../auth/identify.ts';
import { write } from '../db/write.ts';
import { addingAlone } from '../imports/hidden.ts';
import type { ImportRow } from '../imports/row.ts';
import { unkeepable } from '../imports/row.ts';
import { takeRows } from '../imports/store.ts';
import { billOf, checkEndpoint, modelChoices } from '../jobs/endpoints.ts';
import { latestJob, type Outcome, startJob, stopJob, type Work } from '../jobs/job.ts';
import { Refusal } from '../refusal.ts';
import { modelAt } from '../runs/places.ts';
import type { Studio } from '../studio.ts';
import { promptsLeft, waiting } from './prompts.ts';
import { type Sampled, sampleFromEndpoint } from './sample.ts';
import { sampleHere } from './sampleHere.ts';

const placeOf = (projectId: string) => ({ projectId, name: 'sampling' as const });

export async function samplingPage(studio: Studio, projectId: string): Promise<SamplingPage> {
  const { all, kept } = await promptsLeft(studio.db, projectId);
  return {
    choices: modelChoices(studio, projectId),
    left: { all: all.length, kept: kept.length },
    sampling: latestJob<Sampling>(studio, placeOf(projectId)),
  };
}

/**
 * Begins to sample responses.
 *
 * @throws Refusal 400 where the model cannot be asked, or no prompt waits; 409 where it is under way
 */
export async function startSampling(
  studio: Studio,
  person: Person,
  projectId: string,
  settings: NewSampling,
  before?: Sampling,
): Promise<Sampling> {
  const work = await workOf(studio, person, projectId, settings);
  if (work.left === 0) {
    throw new Refusal(400, 'nothing_left', 'No prompt of this choice waits for responses.', 'body.prompts');
  }
  const sampling = startJob(studio, placeOf(projectId), work, { settings }, before);
  const { source, prompts } = settings;
  const details = { model: source.model, prompts, left: work.left };
  const action = before ? 'sampling.resume' : 'sampling.start';
  await record(studio.db, { at: studio.now(), userId: person.id, action, subject: projectId, details });
  return sampling;
}

/** Goes on with the latest; what failed is tried again. @throws Refusal 404 where there was none */
export async function resumeSampling(studio: Studio, person: Person, projectId: string): Promise<Sampling> {
  const before = latestJob<Sampling>(studio, placeOf(projectId));
  if (!before) throw new Refusal(404, 'not_found', 'No responses have been sampled in this project.');
  return startSampling(studio, person, projectId, before.settings, before);
}

/** Lets nothing more begin. What is under way is still kept. */
export async function stopSampling(studio: Studio, person: Person, projectId: string): Promise<void> {
  await stopJob(studio, placeOf(projectId));
  const event = { action: 'sampling.stop', subject: projectId };
  await record(studio.db, { at: studio.now(), userId: person.id, ...event });
}

async function workOf(
  studio: Studio,
  person: Person,
  projectId: string,
  { source, prompts: which, ...drawing }: NewSampling,
): Promise<Work> {
  if (source.from === 'endpoint') checkEndpoint(studio, source);
  const folder = source.from === 'model' ? modelAt(studio, projectId, person, source.model) : '';
  const ids = (await promptsLeft(studio.db, projectId))[which];
  const from = source.model;
  return {
    left: ids.length,
    ...(source.from === 'endpoint' && billOf(source)),
    async *run(signal) {
      const prompts = waiting(studio.db, ids);
      const outcomes =
        source.from === 'endpoint'
          ? sampleFromEndpoint(studio, source, drawing, prompts, signal)
          : sampleHere(studio, folder, drawing, prompts, signal);
      for await (const outcome of outcomes) yield keep(studio, projectId, from, outcome);
    },
  };
}

/** A prompt stays, with its triage; beside it there is now a comparison. */
async function keep(studio: Studio, projectId: string, source: string, outcome: Sampled): Promise<Outcome> {
  const { texts, prompt } = outcome;
  if (!texts) return outcome;
  const [a, b] = texts.map((text) => ({ text, source }));
  const row: ImportRow = { line: 1, id: prompt.externalId ?? undefined, prompt: prompt.prompt, responses: [a!, b!] };
  const bad = unkeepable(row);
  if (bad) return { ...outcome, failure: { reason: 'cannot be kept', said: bad.message } };
  await addingAlone(studio.db, projectId, () =>
    write(studio.db, (tx) => takeRows(tx, studio, projectId, { rows: [row], answers: 'leave' })),
  );
  return outcome;
}
