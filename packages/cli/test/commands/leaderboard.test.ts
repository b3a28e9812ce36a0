import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openRows, seededRandom } from '@attune/preferences';
import { dataFolder } from './dataFolder.ts';

const { attune, path, text, write } = dataFolder();

/** Runs `attune eval …` in the folder. */
const evaluate = (...args: string[]) => attune('eval', ...args);

interface Vote {
  readonly systems: readonly [string | undefined, string | undefined];
  readonly choice: 'a' | 'b' | 'tie' | 'skip';
  readonly texts?: readonly [string, string];
}

const comparison = (prompt: number, { systems, choice, texts = ['one', 'two'] }: Vote) => ({
  id: `${prompt}-${systems.join('-')}`,
  prompt: [{ role: 'user', content: `Question ${prompt}` }],
  responses: systems.map((source, i) => ({ id: `${i}`, text: texts[i], ...(source && { source }) })),
  choice,
  judge: 'me',
});

/** 240 comparisons of three systems on 60 prompts: `large` wins most, `small` least, and `large` writes most. */
const random = seededRandom(3);
const strength = { large: 1, middle: 0, small: -1 } as const;
const names = ['large', 'middle', 'small'] as const;
const votes = write(
  'votes.jsonl',
  Array.from({ length: 240 }, (_, i) => {
    const a = names[i % 3]!;
    const b = names[(i + 1) % 3]!;
    const p = 1 / (1 + Math.exp(strength[b] - strength[a]));
    const choice = random.uniform() < 0.15 ? 'tie' : random.uniform() < p ? 'a' : 'b';
    const words = (name: keyof typeof strength) => name + ' word'.repeat(8 + 4 * strength[name] + random.below(9));
    return comparison(i % 60, { systems: [a, b], choice, texts: [words(a), words(b)] });
  }),
);

test('eval leaderboard --json ranks the systems of several files, and says what is not among them', async () => {
  const more = write('more.jsonl', [
    comparison(1, { systems: ['large', 'newcomer'], choice: 'a' }),
    comparison(2, { systems: ['large', 'newcomer'], choice: 'skip' }),
    comparison(3, { systems: ['large', 'large'], choice: 'a' }),
    comparison(4, { systems: ['large', undefined], choice: 'a' }),
  ]);
  const { status, stdout, stderr } = await evaluate(
    'leaderboard',
    '--data',
    votes,
    more,
    '--resamples',
    '50',
    '--json',
  );
  assert.equal(status, 0, stderr);
  const board = JSON.parse(stdout);
  assert.deepEqual([board.method, board.battles, board.prompts], ['davidson', 241, 60]);
  assert.deepEqual([board.skips, board.alone, board.unnamed, board.caution], [1, 1, 1, 'undecided']);
  const ranked = board.models.map(({ model }: { model: string }) => model);
  assert.deepEqual(
    ranked.filter((name: string) => name !== 'newcomer'),
    ['large', 'middle', 'small'],
  );
  for (const { rating, interval, bootstrap, battles, wins, ties, losses } of board.models) {
    assert.ok(interval[0] < rating && rating < interval[1] && bootstrap[0] <= bootstrap[1]);
    assert.equal(wins + ties + losses, battles);
  }
  assert.match(stderr, /more\.jsonl: 1 comparisons that nobody decided/);
  assert.match(stderr, /more\.jsonl: 1 comparisons of a system with itself/);
  assert.match(stderr, /more\.jsonl: 1 comparisons whose responses do not name/);
  assert.match(stderr, /Fewer than 30 comparisons: newcomer \(1\)/);
});

test('eval leaderboard writes its table as a file, and a page that shows hostile names as text', async () => {
  const name = '<script>alert(1)</script>';
  const hostile = write(
    'hostile.jsonl',
    Array.from({ length: 40 }, (_, i) =>
      comparison(i, { systems: [name, 'other'], choice: i % 3 === 0 ? 'b' : 'a', texts: ['**a** b', 'a'] }),
    ),
  );
  const common = ['--data', hostile, '--style-control', '--resamples', '20'];
  const args = [...common, '--out', 'board.csv', '--report', 'board.html', '--anchor', 'other=1200'];
  const { status, stdout, stderr } = await evaluate('leaderboard', ...args);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /other +1200 +1200 to 1200/);
  const [head, first, ...rest] = text('board.csv').trimEnd().split('\n');
  assert.match(head!, /^system,rating,standardError,low,high,bootstrapLow,bootstrapHigh,bestRank/);
  assert.ok(first!.startsWith(`${name},`));
  assert.equal(rest.length, 1);
  const page = text('board.html');
  assert.ok(page.includes('&lt;script&gt;') && !page.includes('<script'));
  assert.match(page, /other is 1200\./);
  assert.equal((await evaluate('leaderboard', ...common, '--out', 'board.parquet')).status, 0);
  const systems: unknown[] = [];
  for await (const { row } of (await openRows(path('board.parquet'))).rows) systems.push(row?.system);
  assert.deepEqual(systems, [name, 'other']);
});

test('eval leaderboard says which systems nothing joins', async () => {
  const apart = write('apart.jsonl', [
    ...Array.from({ length: 40 }, (_, i) => comparison(i, { systems: ['p', 'q'], choice: i % 3 === 0 ? 'b' : 'a' })),
    ...Array.from({ length: 40 }, (_, i) => comparison(i, { systems: ['r', 's'], choice: i % 4 === 0 ? 'b' : 'a' })),
  ]);
  const { stdout, stderr } = await evaluate('leaderboard', '--data', apart, '--resamples', '20');
  assert.match(stderr, /fall into 2 parts that nothing joins.*\n {2}p, q\n {2}r, s\n/);
  assert.match(stdout, /^part +ranks/);
});

test('eval leaderboard cannot be asked for an anchor nobody is, style without texts, or a file of no names', async () => {
  const wrong = await evaluate('leaderboard', '--data', votes, '--anchor', 'huge=1000');
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /--anchor huge=1000: expected one of large, middle, small/);
  const bare = write('bare.jsonl', [
    { index: 0, generator_1: 'base', generator_2: 'new', preference: 1.9 },
    { index: 1, generator_1: 'base', generator_2: 'new', preference: 1.2 },
  ]);
  const style = await evaluate('leaderboard', '--data', bare, '--style-control');
  assert.equal(style.status, 2);
  assert.match(style.stderr, /needs the texts of both responses; 2 of 2 comparisons leave one out/);
  const nameless = write('nameless.jsonl', [comparison(1, { systems: [undefined, undefined], choice: 'a' })]);
  const none = await evaluate('leaderboard', '--data', nameless);
  assert.equal(none.status, 2);
  assert.match(none.stderr, /no comparison of two named systems was decided/);
});

test('eval leaderboard --weighted counts by how sure the judge was', async () => {
  const sure = write(
    'sure.jsonl',
    Array.from({ length: 40 }, (_, i) => ({
      ...comparison(i, { systems: ['p', 'q'], choice: 'a' }),
      probability: 0.75,
    })),
  );
  const common = ['--data', sure, '--resamples', '10', '--json'];
  const { models, method } = JSON.parse((await evaluate('leaderboard', ...common, '--weighted')).stdout);
  assert.equal(method, 'bradley-terry');
  // 400·log10(3) = 190.8 points apart, less what the prior takes
  assert.ok(Math.abs(models[0].rating - models[1].rating - 190.8) < 2);
  assert.ok(JSON.parse((await evaluate('leaderboard', ...common)).stdout).models[0].rating > 1400);
});

test('eval power says what a number of prompts shows, and how many a difference takes', async () => {
  const { status, stdout } = await evaluate('power', '--n', '805', '--difference', '5', '--json');
  assert.equal(status, 0);
  const { rows, power, level, standardDeviation } = JSON.parse(stdout);
  assert.deepEqual([power, level, standardDeviation], [0.8, 0.05, 50]);
  assert.ok(Math.abs(rows[0].difference - 4.9) < 0.05); // 2.8·50/√805
  assert.deepEqual(rows[1], { n: 783, difference: 5 }); // as in the test of promptsNeeded
  assert.match((await evaluate('power')).stdout, /prompts +detectable difference/);
});

test('eval power takes from a pilot how outcomes vary, also two systems’ differences', async () => {
  const pilot = write(
    'pilot.jsonl',
    [0, 1, 2, 3, 4, 5].flatMap((i) => [
      comparison(i, { systems: ['base', 'p'], choice: i < 3 ? 'a' : 'b' }),
      comparison(i, { systems: ['base', 'q'], choice: i < 2 ? 'a' : 'b' }),
    ]),
  );
  const one = JSON.parse((await evaluate('power', '--data', pilot, '--system', 'p', '--n', '100', '--json')).stdout);
  assert.ok(Math.abs(one.standardDeviation - 100 * Math.sqrt(0.3)) < 1e-9); // of 0 0 0 1 1 1, with n − 1
  const two = JSON.parse(
    (await evaluate('power', '--data', pilot, '--system', 'p', '--beside', 'q', '--n', '100', '--json')).stdout,
  );
  assert.ok(Math.abs(two.standardDeviation - 100 * Math.sqrt(1 / 6)) < 1e-9); // of 0 0 −1 0 0 0
  assert.equal((await evaluate('power', '--system', 'p')).status, 2);
  assert.equal((await evaluate('power', '--data', pilot, '--ties', '0.1')).status, 2);
  assert.equal((await evaluate('power', '--difference', '60')).status, 2);
  assert.equal((await evaluate('power', '--n', 'many')).status, 2);
});
