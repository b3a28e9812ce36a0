import { randomInt, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { ArenaChat, type ArenaChoice, type Side, type TurnEvent } from '../../shared/arena.ts';
import type { Message } from '../../shared/queue.ts';
import type { Person } from '../auth/identify.ts';
import { write } from '../db/write.ts';
import { notFound, Refusal } from '../refusal.ts';
import type { Studio } from '../studio.ts';
import { merged } from './merged.ts';
import { modelThatIs, selfNamingIn, serverOf } from './models.ts';
import { streamChat } from './streamChat.ts';

const MOST_TURNS = 20;

/**
 * Begins a talk with two models drawn at random, pairs with few votes more often, and either of the two first.
 *
 * @throws Refusal 409 where there are fewer than two
 */
export async function beginChat(studio: Studio, person: Person, projectId: string): Promise<ArenaChat> {
  const { db, now } = studio;
  const models = await db
    .selectFrom('arena_models')
    .select('id')
    .where('project_id', '=', projectId)
    .where('retired_at', 'is', null)
    .execute();
  const ids = models.map(({ id }) => id);
  if (ids.length < 2) throw new Refusal(409, 'too_few_models', 'The arena needs two models. Its editors add them.');
  const random = studio.random ?? (() => randomInt(2 ** 32) / 2 ** 32);
  const pair = drawn(ids, await votesByPair(studio, projectId), random);
  const [first_model, second_model] = random() < 0.5 ? pair : [pair[1], pair[0]];
  const row = { id: randomUUID(), project_id: projectId, user_id: person.id, first_model, second_model };
  await write(db, async (tx) => {
    await tx
      .insertInto('arena_chats')
      .values({ ...row, created_at: now() })
      .execute();
  });
  return { id: row.id, turns: [], vote: null };
}

/** Of all pairs one, with a probability that falls with the votes it has: 1/(1 + votes). */
function drawn(ids: readonly string[], votes: ReadonlyMap<string, number>, random: () => number): [string, string] {
  const pairs = ids.flatMap((one, i) => ids.slice(i + 1).map((other): [string, string] => [one, other]));
  const weights = pairs.map((pair) => 1 / (1 + (votes.get(keyOf(pair)) ?? 0)));
  let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
  const place = weights.findIndex((weight) => (left -= weight) < 0);
  return pairs[place < 0 ? pairs.length - 1 : place]!;
}

const keyOf = (pair: readonly string[]): string => pair.toSorted().join(' ');

async function votesByPair({ db }: Studio, projectId: string): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('arena_votes')
    .innerJoin('arena_chats', 'arena_chats.id', 'arena_votes.chat_id')
    .select(({ fn }) => ['first_model', 'second_model', fn.countAll<number>().as('n')])
    .where('arena_votes.project_id', '=', projectId)
    .groupBy(['first_model', 'second_model'])
    .execute();
  const votes = new Map<string, number>();
  for (const { first_model, second_model, n } of rows) {
    const key = keyOf([first_model, second_model]);
    votes.set(key, (votes.get(key) ?? 0) + Number(n));
  }
  return votes;
}

/** A talk of the person who asks; of another's it is not told that there is one. @throws Refusal 404 */
async function chatRow({ db }: Studio, person: Person, { projectId, chatId }: OfChat) {
  const row = await db
    .selectFrom('arena_chats')
    .selectAll()
    .where('id', '=', chatId)
    .where('project_id', '=', projectId)
    .where('user_id', '=', person.id)
    .executeTakeFirst();
  if (!row) throw notFound('chat', chatId);
  return row;
}

export interface OfChat {
  readonly projectId: string;
  readonly chatId: string;
}

/** A talk as it is; the models' names only after the vote. */
export async function readChat(studio: Studio, person: Person, of: OfChat): Promise<ArenaChat> {
  const { db } = studio;
  const row = await chatRow(studio, person, of);
  const turns = await db
    .selectFrom('arena_turns')
    .select(['prompt', 'first', 'second'])
    .where('chat_id', '=', of.chatId)
    .orderBy('turn')
    .execute();
  const vote = await db.selectFrom('arena_votes').select('choice').where('chat_id', '=', of.chatId).executeTakeFirst();
  if (!vote) return { id: row.id, turns, vote: null };
  const [first, second] = [
    await modelThatIs(studio, of.projectId, row.first_model),
    await modelThatIs(studio, of.projectId, row.second_model),
  ];
  const namesItself = await selfNamingIn(db, of.projectId);
  const revealed = turns.some((turn) => namesItself(turn.first) || namesItself(turn.second));
  const told = { choice: vote.choice, first: first.name, second: second.name, revealed };
  return ArenaChat.parse({ id: row.id, turns, vote: told });
}

const answering = new Set<string>();

/**
 * Asks both models at once. The turn is on the disk before `done` is told; where one of them fails, or whoever asked leaves,
 * there was no such turn.
 *
 * @throws Refusal 404, or 409 after the vote, while both are answering, and after twenty turns
 */
export async function takeTurn(
  studio: Studio,
  person: Person,
  of: OfChat,
  { prompt, signal }: { prompt: string; signal: AbortSignal },
): Promise<AsyncGenerator<TurnEvent>> {
  const row = await chatRow(studio, person, of);
  const { turns, vote } = await readChat(studio, person, of);
  if (vote) throw new Refusal(409, 'voted', 'This talk has its vote. Begin another one.');
  if (turns.length >= MOST_TURNS)
    throw new Refusal(409, 'too_long', `A talk has at most ${MOST_TURNS} turns: vote now.`);
  if (answering.has(of.chatId)) throw new Refusal(409, 'answering', 'The models are still answering.');
  const servers = {
    first: serverOf(studio, await modelThatIs(studio, of.projectId, row.first_model)),
    second: serverOf(studio, await modelThatIs(studio, of.projectId, row.second_model)),
  };
  const said = (side: Side): Message[] => [
    ...turns.flatMap((turn): Message[] => [
      { role: 'user', content: turn.prompt },
      { role: 'assistant', content: turn[side] },
    ]),
    { role: 'user', content: prompt },
  ];
  return answers();

  async function* answers(): AsyncGenerator<TurnEvent> {
    answering.add(of.chatId); // here, because a generator that is never begun never ends either
    const leaving = new AbortController();
    const either = AbortSignal.any([signal, leaving.signal]);
    const whole = { first: '', second: '' };
    try {
      const sides = (['first', 'second'] as const).map((side) => ({
        side,
        of: streamChat(servers[side], said(side), either),
      }));
      for await (const event of merged(sides)) {
        if ('error' in event) {
          if (!either.aborted) console.error(`Arena, ${servers[event.side].url}: ${event.error}`);
          yield { kind: 'failed', side: event.side };
          return;
        }
        whole[event.side] += event.value;
        yield { kind: 'piece', side: event.side, text: event.value };
      }
      const turn = { chat_id: of.chatId, turn: turns.length, prompt, ...whole, at: studio.now() };
      await write(studio.db, async (tx) => void (await tx.insertInto('arena_turns').values(turn).execute()));
      yield { kind: 'done' };
    } finally {
      leaving.abort();
      answering.delete(of.chatId);
    }
  }
}

/**
 * A vote; on the disk before it is answered, and once: the same one again changes nothing.
 *
 * @throws Refusal 409 before the first turn, or where another choice is on record
 */
export async function voteOnChat(studio: Studio, person: Person, of: OfChat, choice: ArenaChoice): Promise<ArenaChat> {
  const { turns } = await readChat(studio, person, of);
  if (turns.length === 0) throw new Refusal(409, 'nothing_said', 'Ask the two models something first.');
  const row = { chat_id: of.chatId, project_id: of.projectId, user_id: person.id, choice };
  await write(studio.db, async (tx) => {
    const known = await tx
      .selectFrom('arena_votes')
      .select('choice')
      .where('chat_id', '=', of.chatId)
      .executeTakeFirst();
    if (known && isDeepStrictEqual(known.choice, choice)) return;
    if (known) throw new Refusal(409, 'voted', 'This talk has its vote already.');
    await tx
      .insertInto('arena_votes')
      .values({ ...row, at: studio.now() })
      .execute();
  });
  return readChat(studio, person, of);
}
