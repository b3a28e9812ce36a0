import { constants, cpSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandContext } from '../command.ts';
import { RunError } from '../errors.ts';
import { runReport } from '../report/runReport.ts';
import { sync, writeWhole } from '../run/durable.ts';
import { readStepLines } from '../run/lines.ts';
import { checkRun, isFinished, RunFolder } from '../run/RunFolder.ts';
import type { SpaSettings } from '../settings/spa.ts';
import { formatCount } from '../terminal/format.ts';
import type { Outcome } from './session.ts';
import { kindOf } from './setup.ts';
import { roundInWords, roundMetrics } from './spa/account.ts';
import { agreement } from './spa/agreement.ts';
import { expand, keepPrompts } from './spa/expand.ts';
import { isOver, isTrained, roundFolder, trainFolder } from './spa/folder.ts';
import { judge } from './spa/judge.ts';
import { doubtsOf, labelled, learn, writePairs } from './spa/learn.ts';
import { type Prepared, prepare } from './spa/prepare.ts';
import type { Round } from './spa/Round.ts';
import { trainSeed } from './spa/seedStage.ts';

/**
 * Spread preference annotation: Kim et al. 2025 (arXiv:2406.04412). A model with a few labels labels its own preference
 * data, round after round:
 *
 *   π₀ ← DPO from π_init on the seed
 *   for each block of prompts X_i:
 *     y₁, y₂ ~ π_{i−1}(· | x)                               expand
 *     chosen, rejected by log π_{i−1}/π_init                judge
 *     π_i ← DPO from π_{i−1}, doubtful labels smoothed      learn
 *
 * Whatever a part has finished lies in the run's folder, and is not done again.
 */
export async function trainSpa(
  context: CommandContext,
  settings: SpaSettings,
  path: string,
  resume: boolean,
): Promise<Outcome> {
  checkRun(path, settings, { resume });
  const rounds = settings.prompts_per_round.length;
  if (resume && isFinished(path)) {
    context.say(`${path} is finished: nothing was trained.`);
    return ended(path, rounds);
  }
  const prepared = await prepare(context, settings, kindOf(settings));
  const over = roundsOver(path, rounds);
  using folder = resume ? RunFolder.resume(path, settings, undefined, over) : RunFolder.create(path, settings);
  try {
    const last = await selfAnnotate(context, settings, folder, prepared);
    await folder.final((to) => cpSync(last, to, { recursive: true, mode: constants.COPYFILE_FICLONE }));
  } catch (error) {
    if (!context.signal.aborted || error !== context.signal.reason) throw error;
  }
  return ended(path, rounds);
}

/** @returns the folder of the last round's model */
async function selfAnnotate(
  context: CommandContext,
  settings: SpaSettings,
  folder: RunFolder,
  { seed, heldOut, rounds, endId }: Prepared,
): Promise<string> {
  const { path } = folder;
  const policies = [seed.length > 0 ? await trainSeed(context, settings, seed, path) : settings.model];
  for (const [i, prompts] of rounds.entries()) {
    const endOfCut = settings.as_released.includes('eos') ? endId : undefined;
    const number = i + 1;
    const folderOf = { number, folder: roundFolder(path, number) };
    const round: Round = { context, settings, ...folderOf, prompts, policies, heldOut, endOfCut };
    keepPrompts(round);
    if (!isOver(round.folder)) await annotate(round, folder);
    policies.push(join(trainFolder(round.folder), 'final'));
  }
  return policies.at(-1)!;
}

/** A round. */
async function annotate(round: Round, run: RunFolder): Promise<void> {
  const { context, settings, number, prompts } = round;
  context.say(`Round ${number} of ${settings.prompts_per_round.length}: ${formatCount(prompts.length)} prompts`);
  const responses = await expand(round);
  const judged = await judge(round, responses);
  refuseNothing(round, labelled(judged).length);
  const agreed = await agreement(round);
  if (!isTrained(trainFolder(round.folder))) await learn(round, judged);
  context.signal.throwIfAborted();

  const doubts = doubtsOf(round);
  const numbers = { ...roundMetrics(round, judged, doubts), ...agreed };
  run.metrics(number, numbers);
  sync(join(run.path, 'metrics.jsonl'));
  context.say(roundInWords(numbers));
  writePairs(round, judged, doubts); // the round is over
}

function refuseNothing({ number, prompts }: Round, pairs: number): void {
  if (pairs > 0) return;
  throw new RunError(
    `Round ${number}: the responses to each of its ${prompts.length} prompts read the same, so that there is nothing to ` +
      'learn. Raise temperature or response_length.',
  );
}

/** Rounds that are over, without a gap. */
function roundsOver(path: string, rounds: number): number {
  let over = 0;
  while (over < rounds && isOver(roundFolder(path, over + 1))) over++;
  return over;
}

/** Leaves the report, and gives what there is to say of the run so far. */
function ended(path: string, rounds: number): Outcome {
  writeWhole(join(path, 'report.html'), runReport(path));
  const last = readStepLines(join(path, 'metrics.jsonl')).at(-1);
  const { step = 0, time: _, ...metrics } = (last ?? {}) as Record<string, number>;
  return { run: path, step, steps: rounds, unit: 'round', finished: isFinished(path), metrics };
}
