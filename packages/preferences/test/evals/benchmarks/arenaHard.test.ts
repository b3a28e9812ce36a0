import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ArenaHardGame, arenaHardScore, readArenaHard } from '../../../src/evals/benchmarks/arenaHard.ts';
import { arenaHard } from '../../../src/judges/presets/arenaHard.ts';
import { seededRandom } from '../../../src/stats/random.ts';
import { fileWriter, temporaryFolder } from '../../files.ts';
import { said } from '../../judges/presets/reply.ts';
import { compared } from '../comparison.ts';

/** A game of `ours` (first, a) against `base`: what a judge said that saw `ours` as A. */
function game(question: string, verdict: string): ArenaHardGame {
  const { preference, strength = 1 } = arenaHard.read(said(verdict), { prompt: '', first: '', second: '' }) ?? {};
  const choice = preference === undefined ? 'skip' : preference === 1 ? 'a' : preference === 0 ? 'b' : 'tie';
  return { ...compared(question, choice, { sources: ['ours', 'base'] }), weight: strength };
}

const contest = { system: 'ours' };

test('what is much better counts three times, and a question with an unread game nowhere', () => {
  const games = [
    ...[game('1', '[[A>>B]]'), game('1', '[[A>B]]')],
    ...[game('2', '[[B>A]]'), game('2', '[[A=B]]')],
    ...[game('3', '?'), game('3', '[[A>>B]]')],
  ];
  const { score, interval, ...counts } = arenaHardScore(contest, games, { seed: 1 })!;
  assert.equal(score, (100 * (3 + 1 + 0 + 0.5)) / (3 + 1 + 1 + 1));
  assert.deepEqual(counts, { questions: 2, games: 4, failures: 1 });
  assert.ok(interval[0] <= score && score <= interval[1]);
  assert.equal(arenaHardScore(contest, [game('1', '')], { seed: 1 }), undefined);
  assert.equal(arenaHardScore({ system: 'ours', against: 'other' }, games, { seed: 1 }), undefined);
});

test('the other side of all games has the rest of the points', () => {
  const games = ['[[A>>B]]', '[[A>B]]', '[[A=B]]', '[[B>A]]', '[[B>>A]]', '[[B>A]]'].map((verdict, i) =>
    game(String(i), verdict),
  );
  const score = (system: string) => arenaHardScore({ system }, games, { seed: 1 })!.score;
  assert.ok(Math.abs(score('ours') + score('base') - 100) < 1e-12); // sums in another order
});

test('a comparison without a weight counts once', async () => {
  const write = fileWriter(temporaryFolder());
  const file = write('games.jsonl', [compared('1', 'a', { sources: ['ours', 'base'] }), game('2', '[[B>>A]]')]);
  const games = await readArenaHard(file);
  assert.deepEqual(
    games.map(({ weight }) => weight),
    [1, 3],
  );
  assert.equal(arenaHardScore(contest, games, { seed: 1 })!.score, 25);
});

test('intervals cover a known truth as often as they say, though both orders of a question agree', () => {
  const random = seededRandom(5);
  // P(win) of a question is 0.2 or 0.8, the same in both orders: the mean is 0.5. Both orders give the same verdict.
  const runs = 300;
  let covered = 0;
  for (let run = 0; run < runs; run++) {
    const games = Array.from({ length: 60 }, (_, question) => {
      const wins = random.uniform() < (random.uniform() < 0.5 ? 0.2 : 0.8);
      const verdict = wins ? '[[A>>B]]' : '[[B>>A]]';
      return [game(String(question), verdict), game(String(question), verdict)];
    }).flat();
    const [low, high] = arenaHardScore(contest, games, { seed: run, resamples: 200 })!.interval;
    if (low <= 50 && 50 <= high) covered++;
  }
  // 95 % less what 200 resamples of 60 questions lose; three standard errors of a share of 300 are 4 points. Rows drawn
  // one by one, six for each question, would cover about 58 %.
  assert.ok(covered / runs > 0.9 && covered / runs < 0.99, String(covered / runs));
});
