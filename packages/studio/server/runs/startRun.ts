import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { missing, type Need, needInWords } from '../../shared/runNeeds.ts';
import type { NewRun, Run, TrainStage } from '../../shared/runs.ts';
import { record } from '../audit.ts';
import type { Person } from '../auth/identify.ts';
import { Refusal } from '../refusal.ts';
import type { Studio } from '../studio.ts';
import { dataFileAt, hasChatTemplate, placeOf, type RunPlace, rewardModelAt, startAt } from './places.ts';
import { isAlive, launch, readProcess } from './process.ts';
import { readRun } from './readRun.ts';
import { type Form, linesFor, stockOf } from './runData.ts';
import { withoutFolder, withoutSecrets } from './secrets.ts';

/** What the form asks for by itself: paths, which nobody may write by hand. */
const ours = [
  ...['model', 'data', 'eval_data', 'output_dir', 'reward_model', 'sft_data'],
  ...['prompts', 'initial_model', 'judge_model'],
];

/**
 * Starts a run: writes what it needs into its folder, lets `attune train` check the settings, and starts it.
 *
 * @throws Refusal 409 where the name is taken; 400 where the project lacks something that it needs, or where settings, model
 *   or data are wrong, in the command line's words
 */
export async function startRun(studio: Studio, person: Person, projectId: string, asked: NewRun): Promise<Run> {
  const place = placeOf(studio, projectId, asked.name);
  const given = settingsOf(asked.settings);
  await refuseLack(studio, projectId, asked, given);
  const model = startAt(studio, projectId, person, asked.model);
  const form: Form = hasChatTemplate(model) ? 'messages' : 'text';
  const lines = await linesFor(studio, projectId, asked, form);
  const settings = {
    ...given, // first, so that the lines that it is told about are those that somebody wrote
    ...{ ...(form === 'text' && asked.stage !== 'ppo' && { moved_boundary: 'split' }), ...asked.fields, ...given },
    ...{ model, data: place.data, output_dir: place.run },
    ...(asked.data.from === 'file' && { data: dataFileAt(studio, projectId, asked.data.file) }),
    ...(asked.stage === 'ppo' && { reward_model: rewardModelAt(studio, projectId, asked.rewardModel) }),
    ...(asked.stage === 'spa' && { prompts: place.prompts }),
  };
  await prepare(studio, place, { stage: asked.stage, settings, files: lines });
  launch(studio, place, { stage: asked.stage, resume: false });
  const { name, stage } = asked;
  const details = { name, stage, lines: lines.data.length };
  await audit(studio, person, projectId, { action: 'run.start', details });
  return readRun(place);
}

/** Refuses what the project has too little for, in the words that the page says it with. */
async function refuseLack(
  studio: Studio,
  projectId: string,
  { stage, data, fields }: NewRun,
  given: Record<string, unknown>,
): Promise<void> {
  const rounds = given.prompts_per_round ?? ('prompts_per_round' in fields ? fields.prompts_per_round : undefined);
  const promptsPerRound = Array.isArray(rounds) ? rounds.map(Number) : undefined;
  const stock = await stockOf(studio, projectId);
  const [lack] = missing({ stage, data, ...(promptsPerRound && { promptsPerRound }) }, stock).filter(isOfProject);
  if (lack) throw new Refusal(400, lack.code, needInWords(lack), 'body.data');
}

/** The owner may name a model of which the studio knows nothing. */
const isOfProject = ({ code }: Need): boolean => code !== 'no_model';

/** Writes the folder of a run, which has its name only when everything in it is found to be right. */
async function prepare(
  studio: Studio,
  place: RunPlace,
  { stage, settings, files }: { stage: TrainStage; settings: object; files: Record<'data' | 'prompts', object[]> },
): Promise<void> {
  const partial = `${place.folder}.${Date.now()}.partial`;
  mkdirSync(partial, { recursive: true, mode: 0o700 });
  const inside = (path: string) => join(partial, path.slice(place.folder.length));
  try {
    for (const name of ['data', 'prompts'] as const) {
      const lines = files[name].map((line) => `${JSON.stringify(line)}\n`);
      if (lines.length > 0) writeFileSync(inside(place[name]), lines.join(''));
    }
    writeFileSync(inside(place.settings), stringify(settings));
    await check(studio, stage, inside(place.settings));
    moveTo(place, partial);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/**
 * Goes on from the newest checkpoint, or from the start where there is none.
 *
 * @throws Refusal 409 where it is running, or has come to its end
 */
export async function resumeRun(studio: Studio, person: Person, projectId: string, place: RunPlace): Promise<Run> {
  const known = readProcess(place);
  if (isAlive(known)) throw new Refusal(409, 'run_at_work', `${place.name} is running.`);
  if (existsSync(join(place.run, 'final'))) throw new Refusal(409, 'run_finished', `${place.name} is finished.`);
  launch(studio, place, { stage: known.stage, resume: existsSync(join(place.run, 'config.yaml')) });
  await audit(studio, person, projectId, { action: 'run.resume', details: { name: place.name } });
  return readRun(place);
}

/** Removes a run with everything in it. @throws Refusal 409 while it is running */
export async function removeRun(studio: Studio, person: Person, projectId: string, place: RunPlace): Promise<void> {
  if (isAlive(readProcess(place))) throw new Refusal(409, 'run_at_work', `${place.name} is running. Stop it first.`);
  await audit(studio, person, projectId, { action: 'run.remove', details: { name: place.name } });
  const doomed = `${place.folder}.removed`;
  renameSync(place.folder, doomed);
  rmSync(doomed, { recursive: true, force: true });
}

export const audit = (
  { db, now }: Studio,
  { id: userId }: Person,
  subject: string,
  { action, details }: { action: string; details: Record<string, unknown> },
): Promise<void> => record(db, { at: now(), userId, action, subject, details });

/** Nothing is there under a run's name until all of it is. */
function moveTo({ name, folder }: RunPlace, partial: string): void {
  mkdirSync(dirname(folder), { recursive: true, mode: 0o700 });
  if (existsSync(folder))
    throw new Refusal(409, 'name_taken', `There is a run ${name}. Choose another name.`, 'body.name');
  renameSync(partial, folder);
}

function settingsOf(text: string): Record<string, unknown> {
  const wrong = (why: string) => new Refusal(400, 'wrong_settings', why, 'body.settings');
  let given: unknown;
  try {
    given = parse(text) ?? {};
  } catch (error) {
    throw wrong(`The settings are not YAML: ${(error as Error).message}`);
  }
  if (typeof given !== 'object' || Array.isArray(given) || given === null) {
    throw wrong('The settings must be lines of the form "setting: value".');
  }
  const taken = ours.find((name) => name in given);
  if (taken) throw wrong(`${taken} is chosen above; it cannot be a setting here.`);
  return given as Record<string, unknown>;
}

/** `attune train STAGE FILE --explain` reads the settings, and says in its own words what is wrong with them. */
function check({ attune, folder, env }: Studio, stage: TrainStage, file: string): Promise<void> {
  const [program, ...first] = attune;
  const done = Promise.withResolvers<void>();
  const command = [...first, 'train', stage, file, '--explain', '--json'];
  execFile(program!, command, { env: withoutSecrets(env) }, (error, _, said) => {
    if (!error) return done.resolve();
    const why = withoutFolder(said.replaceAll(file, 'settings'), folder)
      .replace(/^\w+Error: /, '')
      .trim();
    done.reject(new Refusal(400, 'wrong_settings', why || error.message, 'body.settings'));
  });
  return done.promise;
}
