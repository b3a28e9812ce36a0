import { existsSync, readdirSync, statSync } from 'node:fs';
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
  /** The project's pairs as they were when the run began. */
  readonly data: string;
  /** Which process is at it. */
  readonly process: string;
  /** What that process said. */
  readonly log: string;
}

/** @param name of the form of RunName; `projectId` is that of a project in the database */
export function placeOf({ folder: home }: Pick<Studio, 'folder'>, projectId: string, name: string): RunPlace {
  const folder = join(home, 'runs', projectId, RunName.parse(name));
  const files = { settings: 'settings.yaml', data: 'data.jsonl', process: 'process.json', log: 'log.txt', run: 'run' };
  return {
    name,
    folder,
    ...(Object.fromEntries(Object.entries(files).map(([key, file]) => [key, join(folder, file)])) as typeof files),
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
export function choices(studio: Studio, projectId: string): Omit<RunChoices, 'pairs'> {
  const lying = foldersIn(join(studio.folder, 'models')).map((name) => ({ id: `models/${name}`, name }));
  const made = runsOf(studio, projectId).map(({ name }) => ({ id: `runs/${name}`, name }));
  return {
    models: [...lying, ...made].filter(({ id }) => existsSync(join(modelFolder(studio, projectId, id), 'config.json'))),
    files: namesIn(join(studio.folder, 'data')).filter((name) => /\.(jsonl?|parquet)(\.gz)?$/.test(name)),
  };
}

/** @throws Refusal 400 where it is none of the choices, nor a folder that the owner names */
export function modelAt(studio: Studio, projectId: string, person: Person, id: string): string {
  if (choices(studio, projectId).models.some((model) => model.id === id)) return modelFolder(studio, projectId, id);
  if (person.owner && isAbsolute(id) && existsSync(id)) return id;
  const remedy = person.owner ? ' or give the full path of one' : '';
  throw new Refusal(400, 'no_model', `There is no model ${id}. Put its folder into models/${remedy}.`, 'body.model');
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
