import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PropertySet } from '@attune/preferences';
import type { DissectGroup, JudgeSimilarity, JudgeWeights } from '../../shared/dissect.ts';
import type { Language } from '../../shared/projects.ts';
import { Refusal } from '../refusal.ts';
import type { Studio } from '../studio.ts';
import { Threads } from '../threads.ts';
import { propertiesOf } from './properties.ts';
import { readStudy, type Study, versionOf } from './study.ts';

/** What a thread is asked for: the texts of a group, and what its judges said of them (1 for the first, 0 for the second). */
export interface GroupTask {
  readonly set: PropertySet;
  readonly texts: readonly (readonly [string, string])[];
  /** The features of texts that a chat model has rated; null where they are to be counted. */
  readonly rated: readonly (readonly number[])[] | null;
  readonly judges: readonly { readonly judge: string; readonly said: readonly (0 | 1 | null)[] }[];
}

/** Its answer. */
export interface Fitted {
  /** [comparisons][properties] */
  readonly features: readonly (readonly number[])[];
  readonly judges: readonly JudgeWeights[];
  readonly similarity: readonly JudgeSimilarity[];
}

/** Form of the files below: of another one they are made anew. */
const FORM = 1;
const KEPT = 4;

const threads = new Threads<GroupTask, Fitted>(new URL('./worker.ts', import.meta.url));

/**
 * Dissections of projects. Reading is kept in memory for the newest few, fits are files in the studio's folder under the
 * hash of their votes, and what is being fitted is fitted once, however many ask.
 */
export class Dissections {
  readonly #studio: Studio;
  readonly #studies = new Map<string, Promise<Study>>();
  readonly #underWay = new Map<string, Promise<Fitted>>();
  readonly #closing = new AbortController();

  constructor(studio: Studio) {
    this.#studio = studio;
  }

  /** @throws Refusal 404 where the annotator has rated nothing here */
  async study(projectId: string, annotator?: string): Promise<Study> {
    const version = await versionOf(this.#studio.db, projectId, annotator);
    const key = `${projectId} ${version}`;
    const known = this.#studies.get(key);
    if (known) return known;
    const read = readStudy(this.#studio.db, projectId, annotator);
    read.catch(() => this.#studies.delete(key));
    this.#studies.set(key, read);
    for (const old of [...this.#studies.keys()].slice(0, -KEPT)) this.#studies.delete(old);
    return read;
  }

  /** @throws Refusal 404 where no prompt is of this group */
  async fits(projectId: string, language: Language, study: Study, group: DissectGroup): Promise<Fitted> {
    const places = study.groups.get(group);
    if (!places) throw new Refusal(404, 'no_such_group', `No prompt of this project is in the group ${group}.`);
    const folder = join(this.#studio.folder, 'dissections', projectId);
    const file = join(folder, `${study.version}-${language}-${group}-${FORM}.json`);
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
    const known = this.#underWay.get(file);
    if (known) return known;
    const fitting = threads.ask(taskOf(study, places, language), this.#closing.signal).then((fitted) => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(`${file}.partial`, JSON.stringify(fitted));
      renameSync(`${file}.partial`, file);
      return fitted;
    });
    this.#underWay.set(file, fitting);
    const done = () => this.#underWay.delete(file);
    fitting.then(done, done);
    return fitting;
  }

  /** Ends the threads that are at work. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('The dissection was stopped.'));
    await Promise.allSettled(this.#underWay.values());
  }
}

function taskOf(study: Study, places: readonly number[], language: Language): GroupTask {
  const { texts, rated, judges } = study;
  const asNumber = { A: 1, B: 0 } as const;
  return {
    set: propertiesOf(study, language),
    rated: rated && places.map((i) => rated[i]!),
    texts: places.map((i) => texts[i]!),
    judges: judges.map(({ id, said }) => ({
      judge: id,
      said: places.map((i) => {
        const label = said[i];
        return label === undefined ? null : asNumber[label];
      }),
    })),
  };
}
