import {
  type Battle,
  bradleyTerry,
  type Controls,
  davidson,
  standings,
  styleControls,
  usualMethod,
} from '@attune/preferences';
import type { ArenaBoard, Ratings } from '../../shared/arena.ts';
import type { Db } from '../db/open.ts';

const outcomes: Readonly<Record<string, number>> = { first: 1, second: 0, tie: 0.5, bothBad: 0.5 };

/** The ratings of a project's models by its votes: Davidson's where there are ties, else Bradley and Terry's. */
export async function arenaBoard(db: Db, projectId: string): Promise<ArenaBoard> {
  const { battles, responses } = await readBattles(db, projectId);
  if (battles.length === 0) return { votes: 0, plain: null, styled: null };
  const controls = styleControls(responses);
  return {
    votes: battles.length,
    plain: ratingsOf(battles),
    styled: controls.names.length === 0 ? null : ratingsOf(battles, controls),
  };
}

function ratingsOf(battles: readonly Battle[], controls?: Controls): Ratings {
  const method = usualMethod(battles);
  const fit = (method === 'davidson' ? davidson : bradleyTerry)(battles, controls && { controls });
  const { models, better, controls: held } = standings(fit);
  return {
    method,
    models: models.map(({ standardError: _, interval, ranks, ...row }) => ({
      ...row,
      interval: [interval[0], interval[1]],
      ranks: [ranks[0], ranks[1]],
    })),
    better: better.map((row) => [...row]),
    controls: held.map(({ name, points, interval }) => ({ name, points, interval: [interval[0], interval[1]] })),
  };
}

/** Votes with what both sides said. Talks that began with the same words are not independent of each other. */
async function readBattles(db: Db, projectId: string) {
  const votes = await db
    .selectFrom('arena_votes')
    .innerJoin('arena_chats', 'arena_chats.id', 'arena_votes.chat_id')
    .innerJoin('arena_models as one', 'one.id', 'arena_chats.first_model')
    .innerJoin('arena_models as other', 'other.id', 'arena_chats.second_model')
    .select(['arena_votes.chat_id', 'choice', 'one.name as a', 'other.name as b'])
    .where('arena_votes.project_id', '=', projectId)
    .whereRef('one.name', '!=', 'other.name')
    .orderBy('arena_votes.at')
    .execute();
  const turns = await db
    .selectFrom('arena_turns')
    .innerJoin('arena_votes', 'arena_votes.chat_id', 'arena_turns.chat_id')
    .select(['arena_turns.chat_id', 'prompt', 'first', 'second'])
    .where('arena_votes.project_id', '=', projectId)
    .orderBy('arena_turns.chat_id')
    .orderBy('turn')
    .execute();
  const said = Map.groupBy(turns, ({ chat_id }) => chat_id);
  const own = (chat: string) => said.get(chat) ?? [];
  return {
    battles: votes.map(
      ({ chat_id, choice, a, b }): Battle => ({
        a,
        b,
        outcome: outcomes[choice]!,
        prompt: own(chat_id)[0]?.prompt ?? chat_id,
      }),
    ),
    responses: votes.map(({ chat_id }): [string, string] => [
      own(chat_id)
        .map(({ first }) => first)
        .join('\n\n'),
      own(chat_id)
        .map(({ second }) => second)
        .join('\n\n'),
    ]),
  };
}
