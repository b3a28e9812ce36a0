import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Person } from '../server/auth/identify.ts';
import type { ProjectRow } from '../server/db/schema.ts';
import { itemKey } from '../server/imports/row.ts';
import { type Candidate, chooseNext, EXPLORATION, expectedInformation } from '../server/queue/choose.ts';
import { queuePage } from '../server/queue/page.ts';
import { castVote, withdrawVote } from '../server/queue/votes.ts';
import { Refusal } from '../server/refusal.ts';
import type { Studio } from '../server/studio.ts';
import { testOnBoth } from './both.ts';

const PEOPLE = 4;

type Action =
  | { readonly kind: 'queue'; readonly who: number; readonly prefetch: number }
  | { readonly kind: 'vote'; readonly who: number; readonly choice: 'first' | 'tie' | 'skip' }
  | { readonly kind: 'undo'; readonly who: number }
  | { readonly kind: 'wait'; readonly minutes: number };

const who = fc.nat({ max: PEOPLE - 1 });
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('queue' as const), who, prefetch: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('vote' as const), who, choice: fc.constantFrom('first', 'tie', 'skip') }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('undo' as const), who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 15 }) }) },
);
/** Actions of a batch run at once. */
const story = fc.array(fc.array(action, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 15 });

async function people(studio: Studio): Promise<Person[]> {
  const rows = Array.from({ length: PEOPLE }, (_, i) => ({
    ...{ id: randomUUID(), name: `P${i}`, email: `${randomUUID()}@example.org`, password_hash: '', owner: 0 },
    ...{ created_at: 0, disabled_at: null },
  }));
  await studio.db.insertInto('users').values(rows).execute();
  return rows.map(({ id, name, email }) => ({ id, name, email, owner: false }));
}

async function project({ db }: Studio, { items, overlap }: { items: number; overlap: number }): Promise<ProjectRow> {
  const row = {
    ...{ id: randomUUID(), name: 'P', guidelines: '', criteria: '[]', overlap, gold_share: 0.2, repeat_share: 0 },
    ...{ language: 'en', created_at: 0, hidden_from: null },
  };
  await db.insertInto('projects').values(row).execute();
  for (let i = 0; i < items; i++) {
    const prompt = [{ role: 'user' as const, content: `${i}` }];
    const [id, gold] = [randomUUID(), i === 0 ? 'a' : null];
    const key = itemKey({ prompt, responses: [{ text: 'x' }, { text: 'y' }] });
    const kind = gold ? 'gold' : 'comparison';
    await db
      .insertInto('items')
      .values({ id, project_id: row.id, kind, position: i, shuffle: i / items, key, gold, created_at: 0 })
      .execute();
    await db
      .insertInto('texts')
      .values({ item_id: id, prompt: JSON.stringify(prompt), a: 'x', b: 'y' })
      .execute();
  }
  return row;
}

testOnBoth(
  'whatever annotators do at once, no item has more votes than its overlap, and none is lost or counted twice',
  async (t, place) => {
    let clock = 1_800_000_000_000;
    const studio: Studio = { ...place.studio, now: () => clock };
    const everybody = await people(studio);
    const runs = 12;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 5 }),
        story,
        async (overlap, items, batches) => {
          const of = await project(studio, { items, overlap });
          const held = everybody.map((): string[] => []);
          const acknowledged = new Set<string>();
          const act = async (step: Action): Promise<void> => {
            if (step.kind === 'wait') clock += step.minutes * 60_000;
            else if (step.kind === 'queue') {
              const page = await queuePage(studio, everybody[step.who]!, of, step.prefetch);
              held[step.who] = page.items.map(({ itemId }) => itemId);
            } else if (step.kind === 'vote') {
              const itemId = held[step.who]!.shift();
              if (itemId === undefined) return;
              const vote = { itemId, choice: step.choice, seconds: 1 };
              const sent = [1, 2].map(() => castVote(studio, everybody[step.who]!, of, vote)); // twice, at once
              await Promise.all(sent);
              acknowledged.add(itemId);
            } else {
              const mine = await studio.db
                .selectFrom('votes')
                .select('id')
                .where('project_id', '=', of.id)
                .where('annotator', '=', everybody[step.who]!.id)
                .execute();
              const last = mine.at(-1)?.id;
              if (last === undefined) return;
              await withdrawVote(studio, everybody[step.who]!, of, last);
              acknowledged.delete(last);
            }
          };
          const refusals = (error: unknown) => {
            if (!(error instanceof Refusal)) throw error;
          };
          for (const batch of batches) {
            await Promise.all(batch.map((step) => act(step).catch(refusals)));
            clock += 1;
            await check(studio, of, acknowledged);
          }
        },
      ),
      { numRuns: runs, seed: 11 },
    );
    t.diagnostic(`${runs} stories, seed 11`);
  },
);

/** What must hold after every batch. */
async function check({ db }: Studio, { id, overlap }: ProjectRow, acknowledged: ReadonlySet<string>): Promise<void> {
  const votes = await db.selectFrom('votes').selectAll().where('project_id', '=', id).execute();
  const leases = await db.selectFrom('leases').selectAll().where('project_id', '=', id).execute();
  const items = await db.selectFrom('items').selectAll().where('project_id', '=', id).execute();
  assert.deepEqual(new Set(votes.map((vote) => vote.id)), acknowledged);
  for (const item of items) {
    const counted = votes.filter((vote) => vote.item_id === item.id && vote.choice !== 'skip');
    const holding = leases.filter((lease) => lease.item_id === item.id && lease.holds === 1);
    assert.equal(new Set(counted.map(({ annotator }) => annotator)).size, counted.length);
    assert.equal(item.a_votes + item.b_votes + item.tie_votes, counted.length);
    if (item.kind === 'gold') continue;
    assert.ok(counted.length <= overlap, `${counted.length} votes for an overlap of ${overlap}`);
    assert.equal(item.vote_count, counted.length);
    assert.equal(item.taken, counted.length + holding.length);
  }
}

const candidate = fc.record({
  begun: fc.boolean(),
  a: fc.nat({ max: 5 }),
  b: fc.nat({ max: 5 }),
  ties: fc.nat({ max: 3 }),
});
const candidates = fc
  .array(candidate, { minLength: 1, maxLength: 20 })
  .map((all): Candidate[] => all.map((one, i) => ({ ...one, id: `${i}` })));

test('propensities are true: over all draws they are the shares in which items are chosen, and they add up to 1', () => {
  fc.assert(
    fc.property(candidates, (all) => {
      const propensities = new Map<string, number>();
      const grid = 40; // every pair of the two random numbers, so that the test itself has no chance in it
      const shares = new Map<string, number>();
      for (let i = 0; i < grid; i++) {
        for (let j = 0; j < 20 * 19 * 18; j += 19) {
          const draws = [(i + 0.5) / grid, (j + 0.5) / (20 * 19 * 18)];
          const { candidate: chosen, propensity } = chooseNext(all, () => draws.shift()!)!;
          propensities.set(chosen.id, propensity);
          shares.set(chosen.id, (shares.get(chosen.id) ?? 0) + 1 / (grid * 360));
        }
      }
      assert.equal(propensities.size, all.length, 'everything can be chosen');
      const sum = [...propensities.values()].reduce((total, p) => total + p, 0);
      assert.ok(Math.abs(sum - 1) < 1e-9);
      // The grid of 360 points is off by at most a point for each candidate.
      for (const [id, p] of propensities)
        assert.ok(Math.abs(shares.get(id)! - p) < 2 / 360, `${id}: ${shares.get(id)} ${p}`);
      assert.ok([...propensities.values()].every((p) => p >= EXPLORATION / all.length));
    }),
    { numRuns: 30 },
  );
});

test('expected information is the fall in variance that a vote brings on average, whatever the votes so far', () => {
  // Var of Beta(α, β) = αβ/(n²(n + 1)); the next vote is for a with probability α/n.
  const variance = (alpha: number, beta: number) => (alpha * beta) / ((alpha + beta) ** 2 * (alpha + beta + 1));
  fc.assert(
    fc.property(candidate, ({ a, b, ties }) => {
      const [alpha, beta] = [1 + a + ties / 2, 1 + b + ties / 2];
      const p = alpha / (alpha + beta);
      const fall = variance(alpha, beta) - p * variance(alpha + 1, beta) - (1 - p) * variance(alpha, beta + 1);
      assert.ok(Math.abs(expectedInformation({ a, b, ties }) - fall) < 1e-12);
    }),
  );
});

test('what is begun is finished first, and of that what is divided before what is agreed', () => {
  const of = (id: string, begun: boolean, a: number, b: number): Candidate => ({ id, begun, a, b, ties: 0 });
  const all = [of('new', false, 0, 0), of('agreed', true, 2, 0), of('divided', true, 1, 1)];
  assert.equal(chooseNext(all, () => EXPLORATION)!.candidate.id, 'divided');
  assert.equal(chooseNext([], Math.random), undefined);
});
