/** Judges vote on a project's comparisons; their votes stand beside those of people. */
import type { JudgedComparison } from '@attune/preferences';
import type { Judging, JudgingPage, NewJudging } from '../../shared/judging.ts';
import { record } from '../audit.ts';
import type { Person } from '../auth/identify.ts';
import { itemsOf } from '../db/itemsOf.ts';
import { write } from '../db/write.ts';
import { type ImportRow, unkeepable } from '../imports/row.ts';
import { takeRows } from '../imports/store.ts';
import { modelChoices } from '../jobs/endpoints.ts';
import { latestJob, type Outcome, startJob, stopJob, type Work } from '../jobs/job.ts';
import { Refusal } from '../refusal.ts';
import type { Studio } from '../studio.ts';
import { type Contest, comparisonsLeft, contests } from './comparisons.ts';
import { judgeOf, pairPresets, type StudioJudge } from './judges.ts';

const placeOf = (projectId: string) => ({ projectId, name: 'judging' as const });

export async function judgingPage(studio: Studio, projectId: string): Promise<JudgingPage> {
  const { n } = await itemsOf(studio.db, projectId)
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .where('kind', 'in', ['comparison', 'gold'])
    .executeTakeFirstOrThrow();
  return {
    choices: modelChoices(studio, projectId),
    presets: pairPresets.map(({ name }) => name),
    comparisons: Number(n),
    judging: latestJob<Judging>(studio, placeOf(projectId)),
  };
}

/**
 * Lets a judge vote on every comparison and gold item that it has not voted on.
 *
 * @throws Refusal 400 where it cannot be asked, or has voted on all; 409 where one is at work
 */
export async function startJudging(
  studio: Studio,
  person: Person,
  projectId: string,
  settings: NewJudging,
  before?: Judging,
): Promise<Judging> {
  const judge = judgeOf(studio, person, projectId, settings);
  const ids = await comparisonsLeft(studio.db, projectId, judge.name);
  if (ids.length === 0) {
    throw new Refusal(400, 'nothing_left', `${judge.name} has voted on every comparison of this project.`);
  }
  const work = workOf(studio, projectId, judge, ids);
  const judging = startJob(studio, placeOf(projectId), work, { settings, judge: judge.name }, before);
  const action = before ? 'judging.resume' : 'judging.start';
  const details = { judge: judge.name, left: ids.length };
  await record(studio.db, { at: studio.now(), userId: person.id, action, subject: projectId, details });
  return judging;
}

/** Goes on with the latest; what failed is tried again. @throws Refusal 404 where there was none */
export async function resumeJudging(studio: Studio, person: Person, projectId: string): Promise<Judging> {
  const before = latestJob<Judging>(studio, placeOf(projectId));
  if (!before) throw new Refusal(404, 'not_found', 'No judge has been started in this project.');
  return startJudging(studio, person, projectId, before.settings, before);
}

/** Lets nothing more begin. What is under way is still kept. */
export async function stopJudging(studio: Studio, person: Person, projectId: string): Promise<void> {
  await stopJob(studio, placeOf(projectId));
  await record(studio.db, { at: studio.now(), userId: person.id, action: 'judging.stop', subject: projectId });
}

const workOf = (studio: Studio, projectId: string, judge: StudioJudge, ids: readonly string[]): Work => ({
  left: ids.length,
  ...(judge.costOf && { costOf: judge.costOf }),
  async *run(signal) {
    for await (const { contest, spent, ...judged } of judge.judge(contests(studio.db, ids), signal)) {
      const rest = spent ? { spent } : {};
      if ('failure' in judged) yield { failure: judged.failure, ...rest };
      else yield { ...(await keep(studio, projectId, { contest, judge: judge.name }, judged.comparisons)), ...rest };
    }
  },
});

/** All votes of a pair, or none: of a judge that saw both orders, half would tell of the place and not of the worth. */
async function keep(
  studio: Studio,
  projectId: string,
  { contest, judge }: { contest: Contest; judge: string },
  comparisons: readonly JudgedComparison[],
): Promise<Outcome> {
  const [a, b] = contest.candidates;
  const rows = comparisons.map(({ choice, shownFirst, at }): ImportRow => {
    const said = { id: contest.id, judge, choice, at, ...(shownFirst && { shownFirst }) };
    return { line: 1, prompt: contest.prompt, responses: [{ text: a.text }, { text: b.text }], said };
  });
  const bad = rows.map(unkeepable).find((one) => one !== undefined);
  if (bad) return { failure: { reason: 'cannot be kept', said: bad.message } };
  await write(studio.db, (tx) => takeRows(tx, studio, projectId, { rows, answers: 'votes' }));
  return {};
}
