import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ArenaHardGame, arenaHardScore } from '../../../src/evals/benchmarks/arenaHard.ts';
import { arenaHard } from '../../../src/judges/presets/arenaHard.ts';
import { seededRandom } from '../../../src/stats/random.ts';
import { said } from '../../judges/presets/reply.ts';

const game = (question: string, verdict: string): ArenaHardGame => ({
  question,
  verdict: arenaHard.read(said(verdict), { prompt: '', first: '', second: '' }),
});

test('what is much better counts three times, and a reply without a verdict nowhere', () => {
  const games = [
    game('1', '[[A>>B]]'),
    game('1', '[[A>B]]'),
    game('2', '[[B>A]]'),
    game('2', '[[A=B]]'),
    game('3', '?'),
  ];
  const { score, interval, ...counts } = arenaHardScore(games, { seed: 1 })!;
  assert.equal(score, (100 * (3 + 1 + 0 + 0.5)) / (3 + 1 + 1 + 1));
  assert.deepEqual(counts, { questions: 2, games: 4, failures: 1 });
  assert.ok(interval[0] <= score && score <= interval[1]);
  assert.equal(arenaHardScore([game('1', '')], { seed: 1 }), undefined);
});

test('the other side of all games has the rest of the points', () => {
  const verdicts = ['[[A>>B]]', '[[A>B]]', '[[A=B]]', '[[B>A]]', '[[B>>A]]', '[[B>A]]'];
  const exchanged = (verdict: string) => verdict.replaceAll(/[AB]/g, (side) => (side === 'A' ? 'B' : 'A'));
  const score = (all: readonly string[]) =>
    arenaHardScore(
      all.map((verdict, i) => game(String(i), verdict)),
      { seed: 1 },
    )!.score;
  assert.ok(Math.abs(score(verdicts) + score(verdicts.map(exchanged)) - 100) < 1e-12); // sums in another order
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
    const [low, high] = arenaHardScore(games, { seed: run, resamples: 200 })!.interval;
    if (low <= 50 && 50 <= high) covered++;
  }
  // 95 % less what 200 resamples of 60 questions lose; three standard errors of a share of 300 are 4 points. Rows drawn
  // one by one, six for each question, would cover about 58 %.
  assert.ok(covered / runs > 0.9 && covered / runs < 0.99, String(covered / runs));
});
