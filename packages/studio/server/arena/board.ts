import {
  type Battle,
  bradleyTerry,
  type Controls,
  davidson,
  standings,
  styleControls,
  usualMethod,
} from '@attune/preferences';
import type { z } from 'zod';
import type { ArenaBoard, BoardQuery, Ratings } from '../../shared/arena.ts';
import type { Db } from '../db/open.ts';
import { selfNamingIn } from './models.ts';

const outcomes: Readonly<Record<string, number>> = { first: 1, second: 0, tie: 0.5, bothBad: 0.5 };

/**
 * The ratings of a project's models by its votes: Davidson's where there are ties, else Bradley and Terry's.
 *
 * @param revealed whether votes on talks in which a model said which it is count too
 */
export async function arenaBoard(
  db: Db,
  projectId: string,
  { revealed }: z.infer<typeof BoardQuery>,
): Promise<ArenaBoard> {
  const all = await readBattles(db, projectId);
  const used = revealed === 'in' ? all : all.filter(({ isRevealed }) => !isRevealed);
  const told = { votes: used.length, revealed: all.filter(({ isRevealed }) => isRevealed).length };
  if (used.length === 0) return { ...told, plain: null, styled: null };
  const battles = used.map(({ battle }) => battle);
  const controls = styleControls(used.map(({ responses }) => responses));
  return {
    ...told,
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

/** A vote, and what the two it is about said in all their turns. */
interface Vote {
  readonly battle: Battle;
  readonly responses: readonly [string, string];
  readonly isRevealed: boolean;
}

/** Votes with what both sides said. Talks that began with the same words are not independent of each other. */
async function readBattles(db: Db, projectId: string): Promise<Vote[]> {
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
  const namesItself = await selfNamingIn(db, projectId);
  return votes.map(({ chat_id, choice, a, b }) => {
    const own = said.get(chat_id) ?? [];
    const responses = (['first', 'second'] as const).map((side) => own.map((turn) => turn[side]).join('\n\n'));
    return {
      battle: { a, b, outcome: outcomes[choice]!, prompt: own[0]?.prompt ?? chat_id },
      responses: responses as [string, string],
      isRevealed: responses.some(namesItself),
    };
  });
}
