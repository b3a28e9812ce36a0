/** The records of an export, in the project's data contracts: what `attune` reads, and this studio imports. */
import { createHash } from 'node:crypto';
import type { Comparison, JudgedPrompt, Pair } from '@attune/preferences';
import { asText } from '@attune/preferences';
import type { ExportQuery } from '../../shared/items.ts';
import type { Message } from '../../shared/queue.ts';
import type { PromptClass } from '../../shared/triage.ts';
import { itemsOf } from '../db/itemsOf.ts';
import type { Db } from '../db/open.ts';
import type { Vote } from '../db/schema.ts';
import { isJudge, nameOf, namesIn } from '../names.ts';
import { Refusal } from '../refusal.ts';
import { type ExportItem, exportItems, standingOf } from './select.ts';

/**
 * The records of an export, some hundreds at a time.
 *
 * @throws Refusal 422 before the first of them for pairs as text whose prompts are conversations
 */
export async function exportRecords(db: Db, projectId: string, query: ExportQuery): Promise<AsyncGenerator<object[]>> {
  if (query.what === 'triage') return triageRecords(db, projectId, query);
  if (query.what === 'comparisons') return comparisonRecords(db, projectId, query);
  if (query.form === 'text') await checkSingleQuestions(db, projectId, query);
  return pairRecords(db, projectId, query);
}

async function* pairRecords(db: Db, projectId: string, query: ExportQuery): AsyncGenerator<Pair[]> {
  for await (const items of exportItems(db, projectId)) {
    const pairs = items.flatMap((item) => pairOf(item, query));
    yield query.form === 'text' ? pairs.map(asText) : pairs;
  }
}

function pairOf(item: ExportItem, query: ExportQuery): Pair[] {
  const standing = standingOf(item, query);
  if (standing !== 'a' && standing !== 'b') return [];
  const [a, b] = item.responses;
  const [chosen, rejected] = standing === 'a' ? [a, b] : [b, a];
  const said = (content: string) => [{ role: 'assistant' as const, content }];
  return [{ id: idOf(item), prompt: item.prompt, chosen: said(chosen.text), rejected: said(rejected.text) }];
}

const idOf = ({ id, externalId }: ExportItem): string => externalId ?? id;

async function checkSingleQuestions(db: Db, projectId: string, query: ExportQuery): Promise<void> {
  let conversations = 0;
  for await (const items of exportItems(db, projectId)) {
    for (const item of items) {
      if (pairOf(item, query).length > 0 && (item.prompt.length > 1 || item.prompt[0]!.role !== 'user'))
        conversations++;
    }
  }
  if (conversations === 0) return;
  throw new Refusal(
    422,
    'conversations',
    `${conversations} of the prompts are conversations, and text holds a single question. Take the form "messages".`,
    'querystring.form',
  );
}

async function* comparisonRecords(db: Db, projectId: string, query: ExportQuery): AsyncGenerator<Comparison[]> {
  for await (const items of exportItems(db, projectId)) {
    const kept = items.filter((item) => standingOf(item, query) !== 'below');
    const said = await saidOf(db, kept);
    const names = await namesIn(
      db,
      [...said.values()].flat().map(({ annotator }) => annotator),
    );
    const judge = (annotator: string) => judgeName(projectId, annotator, query, names);
    yield kept.flatMap((item) => (said.get(item.id) ?? []).map((vote) => comparisonOf(item, vote, judge)));
  }
}

type Saying = Omit<Vote, 'id' | 'project_id' | 'round'>;

/** What was said of items, an editor's last word last. */
async function saidOf(db: Db, items: readonly ExportItem[]): Promise<Map<string, Saying[]>> {
  if (items.length === 0) return new Map();
  const ids = items.map(({ id }) => id);
  const votes = await db
    .selectFrom('votes')
    .selectAll()
    .where('item_id', 'in', ids)
    .orderBy('annotator')
    .orderBy('round')
    .execute();
  const last = await db.selectFrom('adjudications').selectAll().where('item_id', 'in', ids).execute();
  const none = {
    strength: null,
    criteria: null,
    shown_first: null,
    seconds: null,
    propensity: null,
    external_id: null,
  };
  const words = last.map(({ user_id, ...word }): Saying => ({ ...none, ...word, annotator: user_id }));
  return Map.groupBy([...votes, ...words], ({ item_id }) => item_id);
}

function comparisonOf(item: ExportItem, vote: Saying, judge: (annotator: string) => string): Comparison {
  const { choice, strength, criteria, note, shown_first: shownFirst, seconds, propensity, at } = vote;
  return {
    ...{ id: vote.external_id ?? idOf(item), prompt: item.prompt, responses: [item.responses[0], item.responses[1]] },
    ...{ choice: (choice === 'bothBad' ? 'tie' : choice) as Comparison['choice'], judge: judge(vote.annotator) },
    ...(choice === 'bothBad' && { bothBad: true }),
    ...(strength !== null && { strength }),
    ...(criteria !== null && { criteria: JSON.parse(criteria) }),
    ...(shownFirst !== null && { shownFirst: shownFirst as 'a' | 'b' }),
    ...(seconds !== null && { seconds }),
    ...(propensity !== null && { propensity }),
    ...(at !== null && { at: new Date(at).toISOString() }),
    ...(note !== null && { note }),
  };
}

/** People by name, or by a pseudonym of the project that says nothing of who they are; judges by their names. */
function judgeName(
  projectId: string,
  annotator: string,
  { annotators }: ExportQuery,
  names: ReadonlyMap<string, string>,
): string {
  if (annotators === 'names' || isJudge(annotator)) return nameOf(annotator, names).annotator;
  const digest = createHash('sha256').update(`${projectId} ${annotator}`).digest('hex');
  return `annotator-${digest.slice(0, 8)}`;
}

/** What each class answers to the paper's three questions: of several faults only the first is known. */
const answers: Record<PromptClass, Pick<JudgedPrompt, 'intent' | 'semantics' | 'answerable'>> = {
  kept: { intent: true, semantics: true, answerable: true },
  'unclear intent': { intent: false, semantics: true, answerable: true },
  'unclear semantics': { intent: true, semantics: false, answerable: true },
  unanswerable: { intent: true, semantics: true, answerable: false },
};

/** As `attune data quality --judgments` reads them. */
async function* triageRecords(db: Db, projectId: string, query: ExportQuery): AsyncGenerator<JudgedPrompt[]> {
  for (let after = -1; ; ) {
    const items = await itemsOf(db, projectId)
      .innerJoin('texts', 'texts.item_id', 'items.id')
      .select(['items.id', 'external_id', 'position', 'prompt'])
      .where('kind', '=', 'prompt')
      .where('position', '>', after)
      .orderBy('position')
      .limit(500)
      .execute();
    if (items.length === 0) return;
    const ids = items.map(({ id }) => id);
    const said = await db.selectFrom('triage').selectAll().where('item_id', 'in', ids).orderBy('at').execute();
    const names = await namesIn(
      db,
      said.map(({ annotator }) => annotator),
    );
    const byItem = Map.groupBy(said, ({ item_id }) => item_id);
    yield items.flatMap(({ id, external_id, prompt }) =>
      (byItem.get(id) ?? []).map((row) => ({
        ...{ id: external_id ?? id, prompt: JSON.parse(prompt) as Message[] },
        judge: judgeName(projectId, row.annotator, query, names),
        ...answers[row.class as PromptClass],
      })),
    );
    after = items.at(-1)!.position;
  }
}
