import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { type RunChoices, RunName } from '../../shared/runs.ts';
import type { Person } from '../auth/identify.ts';
import { notFound, Refusal } from '../refusal.ts';
import type { Studio } from '../studio.ts';

/**
 * A run's own folder, `runs/PROJECT/NAME/` in the studio's: everything that is known of a run is in it, and nothing of it
 * anywhere else, so that the studio and the training may each die without the other.
 */
export interface RunPlace {
  readonly name: string;
  readonly folder: string;
  /** The command line's run folder: `config.yaml`, `metrics.jsonl`, `checkpoints/`, `final/`. */
  readonly run: string;
  /** What was asked for, as `attune train` reads it. */
  readonly settings: string;
  /** What is trained on of the project, as it was when the run began: pairs, texts or prompts. */
  readonly data: string;
  /** Prompts beside the data, for trainings that respond to some. */
  readonly prompts: string;
  /** Which process is at it. */
  readonly process: string;
  /** What that process said. */
  readonly log: string;
}

/** @param name of the form of RunName; `projectId` is that of a project in the database */
export function placeOf({ folder: home }: Pick<Studio, 'folder'>, projectId: string, name: string): RunPlace {
  const folder = join(home, 'runs', projectId, RunName.parse(name));
  const files = { settings: 'settings.yaml', data: 'data.jsonl', prompts: 'prompts.jsonl', run: 'run' };
  const all = { ...files, process: 'process.json', log: 'log.txt' };
  return {
    name,
    folder,
    ...(Object.fromEntries(Object.entries(all).map(([key, file]) => [key, join(folder, file)])) as typeof all),
  };
}

/** @throws Refusal 404 where the project has no such run */
export function runThatIs(studio: Studio, projectId: string, name: string): RunPlace {
  if (!RunName.safeParse(name).success) throw notFound('run', name);
  const place = placeOf(studio, projectId, name);
  if (!existsSync(place.process)) throw notFound('run', name);
  return place;
}

/** All runs of a project, by name. */
export function runsOf(studio: Studio, projectId: string): RunPlace[] {
  return foldersIn(join(studio.folder, 'runs', projectId))
    .filter((name) => RunName.safeParse(name).success)
    .map((name) => placeOf(studio, projectId, name))
    .filter(({ process }) => existsSync(process));
}

/** Models and files that a run can be started from: those in `models/` and `data/`, and results of the project's runs. */
export function choices(studio: Studio, projectId: string): Pick<RunChoices, 'models' | 'rewardModels' | 'files'> {
  const all = modelsOf(studio, projectId);
  const scores = new Set(all.filter(({ id }) => isRewardModel(modelFolder(studio, projectId, id))));
  return {
    models: all.filter((model) => !scores.has(model)),
    rewardModels: [...scores],
    files: namesIn(join(studio.folder, 'data')).filter((name) => /\.(jsonl?|parquet)(\.gz)?$/.test(name)),
  };
}

/** Everything with weights: what lies in `models/`, and what the project's runs have made. */
export function modelsOf(studio: Studio, projectId: string): RunChoices['models'] {
  const lying = foldersIn(join(studio.folder, 'models')).map((name) => ({ id: `models/${name}`, name }));
  const made = runsOf(studio, projectId).map(({ name }) => ({ id: `runs/${name}`, name }));
  return [...lying, ...made].filter(({ id }) => configOf(modelFolder(studio, projectId, id)) !== undefined);
}

/** The file that makes a folder a model, or adapters on one; undefined where there is none. */
const configOf = (folder: string): string | undefined =>
  ['config.json', 'adapter_config.json'].map((name) => join(folder, name)).find(existsSync);

/** Whether a model, or what its adapters make of it, has a head that scores. */
function isRewardModel(folder: string): boolean {
  try {
    const { architectures, task_type } = JSON.parse(readFileSync(configOf(folder)!, 'utf8'));
    return task_type === 'SEQ_CLS' || /ForSequenceClassification$/.test(architectures?.[0]);
  } catch {
    return false; // whoever opens it says what is wrong with it
  }
}

/** A model without a chat template reads text as it stands. */
export function hasChatTemplate(folder: string): boolean {
  if (existsSync(join(folder, 'chat_template.jinja'))) return true;
  const config = join(folder, 'tokenizer_config.json');
  return existsSync(config) && 'chat_template' in JSON.parse(readFileSync(config, 'utf8'));
}

/** @throws Refusal 400 where it is none of the models, nor a folder that the owner names */
export function modelAt(studio: Studio, projectId: string, person: Person, id: string): string {
  if (modelsOf(studio, projectId).some((model) => model.id === id)) return modelFolder(studio, projectId, id);
  if (person.owner && isAbsolute(id) && existsSync(id)) return id;
  const remedy = person.owner ? ' or give the full path of one' : '';
  throw new Refusal(400, 'no_model', `There is no model ${id}. Put its folder into models/${remedy}.`, 'body.model');
}

/** A model to train. @throws Refusal 400 where it is none, or scores in place of writing */
export function startAt(studio: Studio, projectId: string, person: Person, id: string): string {
  const folder = modelAt(studio, projectId, person, id);
  if (!isRewardModel(folder)) return folder;
  const message = `${id} is a reward model: it scores responses and writes none. Choose a language model to start from.`;
  throw new Refusal(400, 'is_reward_model', message, 'body.model');
}

/** @throws Refusal 400 where it is no reward model of the choices */
export function rewardModelAt(studio: Studio, projectId: string, id: string): string {
  const found = choices(studio, projectId).rewardModels.some((model) => model.id === id);
  if (found) return modelFolder(studio, projectId, id);
  const message = `${id} is no reward model here. Choose the result of a finished run of "Reward model".`;
  throw new Refusal(400, 'no_such_reward_model', message, 'body.rewardModel');
}

/** @throws Refusal 400 */
export function dataFileAt(studio: Studio, projectId: string, file: string): string {
  if (choices(studio, projectId).files.includes(file)) return join(studio.folder, 'data', file);
  throw new Refusal(400, 'no_file', `There is no file ${file} in the studio's data folder.`, 'body.data.file');
}

function modelFolder(studio: Studio, projectId: string, id: string): string {
  const name = id.slice(id.indexOf('/') + 1);
  return id.startsWith('runs/')
    ? join(placeOf(studio, projectId, name).run, 'final')
    : join(studio.folder, 'models', name);
}

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).sort() : []);

const foldersIn = (folder: string): string[] =>
  namesIn(folder).filter((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory());
