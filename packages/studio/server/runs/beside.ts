/** Compares a run's result with its start: responses of both, what a reward model gives them, and a queue to ask people. */
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wilsonInterval } from '@attune/preferences';
import { parse } from 'yaml';
import {
  type BesidePage,
  BesidePair,
  type BesideSummary,
  type BesideVotes,
  type NewBeside,
  type Rate,
} from '../../shared/beside.ts';
import type { Person } from '../auth/identify.ts';
import { itemsOf } from '../db/itemsOf.ts';
import { type Tx, write } from '../db/write.ts';
import { type ImportRow, unkeepable } from '../imports/row.ts';
import { takeRows } from '../imports/store.ts';
import { runAttune } from '../jobs/attune.ts';
import { type JobPlace, latestJob, type Outcome, startJob, stopJob } from '../jobs/job.ts';
import { notFound, Refusal } from '../refusal.ts';
import type { Studio } from '../studio.ts';
import { hasChatTemplate, type RunPlace, rewardModelAt } from './places.ts';
import { readProcess } from './process.ts';
import { type PromptText, projectPrompts, promptTexts } from './prompts.ts';
import { audit } from './startRun.ts';

const SHOWN = 20;
const TOGETHER = 16; // prompts for which the models are opened once
const TEMPERATURE = '0.8';

const jobOf = (projectId: string, { name }: RunPlace): JobPlace => ({ projectId, name: `beside-${name}` });
const fileOf = ({ folder }: RunPlace): string => join(folder, 'beside.jsonl');
const resultOf = ({ run }: RunPlace): string => join(run, 'final');
const startOf = ({ settings }: RunPlace): string => String(parse(readFileSync(settings, 'utf8'))?.model);

export async function besidePage(studio: Studio, projectId: string, place: RunPlace): Promise<BesidePage> {
  const pairs = pairsOf(place);
  const sources = sourcesOf(studio, place);
  return {
    start: sources.start,
    job: pairs === undefined ? null : latestJob(studio, jobOf(projectId, place)),
    summary: pairs && pairs.length > 0 ? summaryOf(pairs) : null,
    votes: pairs ? await votesOn(studio, projectId, sources) : null,
    pairs: pairs?.slice(0, SHOWN) ?? [],
  };
}

/**
 * Lets the result and its start respond to some of the project's prompts.
 *
 * @throws Refusal 409 where the run has no result, or is compared already; 400 where it writes none or there are no prompts
 */
export async function startBeside(
  studio: Studio,
  person: Person,
  projectId: string,
  place: RunPlace,
  settings: NewBeside,
): Promise<BesidePage> {
  if (!existsSync(resultOf(place))) throw new Refusal(409, 'run_not_finished', `${place.name} has no result yet.`);
  if (readProcess(place).stage === 'reward') {
    throw new Refusal(400, 'is_reward_model', `${place.name} scores responses and writes none.`);
  }
  const reward = settings.rewardModel === null ? undefined : rewardModelAt(studio, projectId, settings.rewardModel);
  const prompts = await somePrompts(studio, projectId, settings.prompts);
  if (prompts.length === 0) {
    throw new Refusal(400, 'no_prompts', 'This project has no prompts to respond to. Import some on the Data page.');
  }
  const models = { start: startOf(place), result: resultOf(place) };
  const asking: Asking = { models, reward, maxTokens: settings.maxTokens };
  const run = (signal: AbortSignal) => compare(studio, place, asking, prompts, signal);
  startJob(studio, jobOf(projectId, place), { left: prompts.length, run }, { settings });
  const details = { name: place.name, prompts: prompts.length };
  await audit(studio, person, projectId, { action: 'run.compare', details });
  return besidePage(studio, projectId, place);
}

export const stopBeside = (studio: Studio, projectId: string, place: RunPlace): Promise<void> =>
  stopJob(studio, jobOf(projectId, place));

/**
 * Has people judge which is better: every pair becomes a comparison, in which nobody sees which model said what.
 *
 * @returns how many are new to the project
 * @throws Refusal 404 where nothing has been compared
 */
export async function askPeople(studio: Studio, person: Person, projectId: string, place: RunPlace): Promise<number> {
  const pairs = pairsOf(place);
  if (!pairs || pairs.length === 0) throw notFound('comparison of the run', place.name);
  const sources = sourcesOf(studio, place);
  const rows = pairs
    .map(({ prompt, start, result }) => ({ prompt, start: start.text.trim(), result: result.text.trim() }))
    .filter(({ start, result }) => start !== '' && result !== '' && start !== result)
    .map(
      ({ prompt, start, result }): ImportRow => ({
        ...{ line: 1, prompt },
        responses: [
          { text: start, source: sources.start },
          { text: result, source: sources.result },
        ],
      }),
    )
    .filter((row) => !unkeepable(row));
  const plan = await write(studio.db, (tx: Tx) => takeRows(tx, studio, projectId, { rows, answers: 'leave' }));
  const added = plan.items.filter(({ isNew }) => isNew).length;
  await audit(studio, person, projectId, { action: 'run.ask', details: { name: place.name, comparisons: added } });
  return added;
}

interface Sources {
  readonly start: string;
  readonly result: string;
}

/** What the comparisons say that the responses come from. */
const sourcesOf = (studio: Studio, place: RunPlace): Sources => ({
  start: nameOf(studio, startOf(place)),
  result: `runs/${place.name}`,
});

/** Undefined where the two have not been compared. */
function pairsOf(place: RunPlace): BesidePair[] | undefined {
  if (!existsSync(fileOf(place))) return undefined;
  const lines = readFileSync(fileOf(place), 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => BesidePair.parse(JSON.parse(line)));
}

/** A model as the forms call it; of one elsewhere on the machine only the last part. */
function nameOf({ folder }: Studio, path: string): string {
  const [, run] = /\/runs\/[^/]+\/([^/]+)\/run\/final$/.exec(path) ?? [];
  if (run !== undefined && path.startsWith(folder)) return `runs/${run}`;
  return path.startsWith(join(folder, 'models')) ? path.slice(folder.length + 1) : path.split('/').at(-1)!;
}

/** Prompts from all over the project. */
async function somePrompts({ db }: Studio, projectId: string, count: number): Promise<PromptText[]> {
  const all = await projectPrompts(db, projectId);
  const size = Math.min(count, all.length);
  return promptTexts(
    db,
    projectId,
    Array.from({ length: size }, (_, i) => all[Math.floor((i * all.length) / size)]!),
  );
}

/** What was voted on comparisons of the two; null before the first vote. */
async function votesOn({ db }: Studio, projectId: string, { start, result }: Sources): Promise<BesideVotes | null> {
  const judged = await itemsOf(db, projectId)
    .select(['a_source', 'a_votes', 'b_votes', 'tie_votes'])
    .where('a_source', 'in', [start, result])
    .where('b_source', 'in', [start, result])
    .whereRef('a_source', '!=', 'b_source')
    .where(({ eb, ref }) => eb(eb(eb('a_votes', '+', ref('b_votes')), '+', ref('tie_votes')), '>', 0))
    .execute();
  if (judged.length === 0) return null;
  const leads = judged.map(({ a_source, a_votes, b_votes }) => (a_votes - b_votes) * (a_source === result ? 1 : -1));
  const votes = judged.reduce((sum, { a_votes, b_votes, tie_votes }) => sum + a_votes + b_votes + tie_votes, 0);
  return { comparisons: judged.length, votes, winRate: rateOf(leads) };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** How often a difference is above 0, none counting half. */
function rateOf(differences: readonly number[]): Rate {
  const wins = differences.map((one) => (Math.sign(one) + 1) / 2);
  const [low, high] = wilsonInterval(
    wins.reduce((a, b) => a + b, 0),
    wins.length,
  );
  return { rate: mean(wins), low, high };
}

function summaryOf(pairs: readonly BesidePair[]): BesideSummary {
  const scored = pairs.filter(({ start, result }) => start.score !== null && result.score !== null);
  return {
    pairs: pairs.length,
    same: pairs.filter(({ start, result }) => start.text === result.text).length,
    startTokens: mean(pairs.map(({ start }) => start.tokens)),
    resultTokens: mean(pairs.map(({ result }) => result.tokens)),
    winRate: scored.length > 0 ? rateOf(scored.map(({ start, result }) => result.score! - start.score!)) : null,
  };
}

interface Asking {
  readonly models: Readonly<Record<'start' | 'result', string>>;
  readonly reward: string | undefined;
  readonly maxTokens: number;
}

async function* compare(
  studio: Studio,
  place: RunPlace,
  asking: Asking,
  prompts: readonly PromptText[],
  signal: AbortSignal,
): AsyncGenerator<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'attune-beside-'));
  writeFileSync(fileOf(place), '');
  try {
    for (let from = 0; from < prompts.length && !signal.aborted; from += TOGETHER) {
      const some = prompts.slice(from, from + TOGETHER);
      const start = await answers(studio, folder, { ...asking, model: asking.models.start }, some, signal);
      const result = await answers(studio, folder, { ...asking, model: asking.models.result }, some, signal);
      const lines = some.map((prompt, i): BesidePair => ({ ...prompt, start: start[i]!, result: result[i]! }));
      appendFileSync(fileOf(place), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      for (const _ of some) yield {};
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One response of a model to each prompt, with its score; the same seed for both models. */
async function answers(
  studio: Studio,
  folder: string,
  { model, reward, maxTokens }: Asking & { readonly model: string },
  prompts: readonly PromptText[],
  signal: AbortSignal,
): Promise<BesidePair['start'][]> {
  const [asked, said, scores] = ['prompts', 'said', 'scores'].map((name) => join(folder, `${name}.jsonl`)) as [
    string,
    string,
    string,
  ];
  const asText = !hasChatTemplate(model);
  const lines = prompts.map(({ id, prompt }) => {
    return JSON.stringify({ id, prompt: asText && prompt.length === 1 ? prompt[0]!.content : prompt });
  });
  writeFileSync(asked, lines.map((line) => `${line}\n`).join(''));
  const drawing = ['--n', '1', '--temperature', TEMPERATURE, '--seed', '1', '--max-new-tokens', String(maxTokens)];
  await runAttune(studio, ['generate', '--model', model, '--prompts', asked, '--out', said, ...drawing], signal);
  const texts = new Map(rowsOf(said).map((row) => [row.id, row]));
  if (reward !== undefined) {
    const files = ['--prompts', asked, '--responses', said, '--out', scores, '--moved-boundary', 'split'];
    await runAttune(studio, ['score', '--model', reward, ...files], signal);
  }
  const scored = new Map(reward === undefined ? [] : rowsOf(scores).map((row) => [row.id, row.score]));
  return prompts.map(({ id }) => {
    const { text, tokens } = texts.get(id)!;
    return { text, tokens: tokens.length, score: scored.get(id) ?? null };
  });
}

/** A line of what `attune generate` or `attune score` writes. */
interface Row {
  readonly id: string;
  readonly text: string;
  readonly tokens: readonly number[];
  readonly score: number;
}

const rowsOf = (file: string): Row[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
