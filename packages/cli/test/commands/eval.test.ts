import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ResponseLengths } from '@attune/preferences';
import { dataFolder } from './dataFolder.ts';

const { path, write, text, attune } = dataFolder();

/** A vote on what two systems answered. */
const vote = (id: number, choice: string, systems = ['ppo', 'sft'], more: object = {}) => ({
  id: String(id),
  prompt: [{ role: 'user', content: `Question ${id}` }],
  responses: systems.map((source) => ({ id: `${id}-${source}`, text: `${source} to ${id}`, source })),
  choice,
  judge: 'me',
  ...more,
});

const votes = write('votes.jsonl', [
  vote(1, 'a'),
  vote(2, 'a'),
  vote(3, 'b', ['sft', 'ppo']),
  vote(4, 'b'),
  vote(5, 'tie'),
  vote(6, 'skip'),
  vote(7, 'a', ['dpo', 'sft']),
]);

test('eval winrate --json gives rates in percent, and what did not count', async () => {
  const { status, stdout, stderr } = await attune('eval', 'winrate', '--data', votes, '--system', 'ppo', '--json');
  assert.equal(status, 0);
  const { system, against, winRate, standardError, interval, ...rest } = JSON.parse(stdout);
  assert.deepEqual([system, against, winRate], ['ppo', ['sft'], 70]); // 1 1 1 0 ½
  assert.ok(Math.abs(standardError - 20) < 1e-9); // 100 · stdev(1, 1, 1, 0, ½) / √5 by Python's statistics
  assert.ok(interval[0] < 70 && 70 < interval[1]);
  assert.deepEqual(
    [rest.wins, rest.losses, rest.ties, rest.n, rest.skips, rest.others, rest.skipped],
    [3, 1, 1, 5, 1, 1, []],
  );
  assert.match(stderr, /1 comparisons that nobody decided/);
  assert.match(stderr, /1 comparisons of other systems/);
});

test('eval winrate for people is a table; of three systems it has to be told which', async () => {
  const { status, stdout } = await attune('eval', 'winrate', '--data', votes, '--system', 'dpo');
  assert.equal(status, 0);
  assert.match(stdout, /dpo +sft +100\.0 %/);
  const unclear = await attune('eval', 'winrate', '--data', votes);
  assert.equal(unclear.status, 2);
  assert.match(unclear.stderr, /^DataError: votes\.jsonl: compares ppo, sft, dpo\. Say whose/);
  assert.equal((await attune('eval', 'winrate', '--data', votes, '--system', 'mine')).status, 2);
});

test('eval winrate of published annotations is AlpacaEval’s leaderboard', async (t) => {
  const data = join(import.meta.dirname, '../../../../../shared/data/preferences/alpaca_eval');
  if (!existsSync(data)) return t.skip('../shared/data/preferences/alpaca_eval is not here');
  const [[model, expected]] = Object.entries(
    JSON.parse(readFileSync(join(data, 'expected_winrates.json'), 'utf8')),
  ) as [[string, Record<string, number>]];
  const file = join(data, 'weighted_alpaca_eval_gpt4_turbo', `${model}.annotations.jsonl.gz`);
  const found = JSON.parse((await attune('eval', 'winrate', '--data', file, '--json')).stdout);
  assert.ok(Math.abs(found.winRate - expected.win_rate!) < 1e-9);
  assert.ok(Math.abs(found.standardError - expected.standard_error!) < 1e-9);
  assert.deepEqual(
    [found.wins, found.losses, found.ties, found.n],
    [expected.n_wins, expected.n_wins_base, expected.n_draws, expected.n],
  );
});

test('eval human gives win, tie and lose per category beside what the paper reports', async () => {
  const categories = write('categories.jsonl', [
    { prompt: 'Question 1', category: 'writing' },
    { prompt: 'Question 2', category: 'writing' },
    { id: 4, category: 'maths' },
    { id: 5, category: 'maths' },
  ]);
  const args = ['eval', 'human', '--data', votes, '--system', 'ppo', '--categories', categories];
  const { status, stdout, stderr } = await attune(...args, '--json');
  assert.equal(status, 0);
  const { overall, reported, ...found } = JSON.parse(stdout);
  assert.deepEqual(
    found.categories.map(({ category, win, tie, lose, net, n }: Record<string, unknown>) => [
      category,
      win,
      tie,
      lose,
      net,
      n,
    ]),
    [
      ['writing', 100, 0, 0, 100, 2],
      ['no category', 100, 0, 0, 100, 1],
      ['maths', 0, 50, 50, -50, 2],
    ],
  );
  assert.deepEqual([overall.win, overall.tie, overall.lose, overall.net, overall.n], [60, 20, 20, 40, 5]);
  // by hand: √((0.6 + 0.2 − 0.4²) / 5)
  assert.ok(Math.abs(overall.standardError - 100 * Math.sqrt(0.64 / 5)) < 1e-9);
  assert.deepEqual([reported.win, reported.net, reported.n], [30, 15, 400]);
  assert.match(stderr, /has no category for 1 comparisons/);
  const table = (await attune(...args)).stdout;
  assert.match(table, /^overall +60\.0 +20\.0 +20\.0 +40\.0 /m);
  assert.match(table, /PPO against SFT, reported +30\.0 +55\.0 +15\.0 +15\.0 +3\.3 /);
});

test('eval human says when the same responses were judged more than once', async () => {
  const twice = write('twice.jsonl', [vote(1, 'a'), vote(1, 'b', ['ppo', 'sft'], { judge: 'you' })]);
  const { status, stderr } = await attune('eval', 'human', '--data', twice);
  assert.equal(status, 0);
  assert.match(stderr, /2 comparisons are of 1 pairs of responses/);
  const undecided = await attune('eval', 'human', '--data', write('skips.jsonl', [vote(1, 'skip')]));
  assert.equal(undecided.status, 2);
  assert.match(undecided.stderr, /nobody decided between sft and/);
});

test('eval lengths measures comparisons by system and generated responses by file', async () => {
  const generated = write('mine.jsonl', [
    { id: '1', index: 0, text: 'one two', tokens: [1], logprobs: [0], finish: 'stop' },
    { id: '1', index: 1, text: 'one two three', tokens: [1], logprobs: [0], finish: 'stop' },
  ]);
  const { status, stdout } = await attune('eval', 'lengths', '--data', votes, generated, '--json');
  assert.equal(status, 0);
  const { systems, reportedOrder } = JSON.parse(stdout);
  const shown = systems.map(({ system, n, words, characters }: ResponseLengths & { system: string }) => [
    system,
    n,
    words.mean.value,
    characters.median.value,
  ]);
  assert.deepEqual(shown, [
    ['ppo', 6, 3, 8],
    ['sft', 7, 3, 8],
    ['dpo', 1, 3, 8],
    ['mine', 2, 2.5, 10],
  ]);
  assert.deepEqual(reportedOrder, ['SFT', 'PPO', 'DPO']);
  assert.match(
    (await attune('eval', 'lengths', '--data', generated)).stdout,
    /mine +characters +10\.0 +7\.0 to 13\.0 +10\.0/,
  );
});

test('eval lengths of what has neither systems nor texts is refused', async () => {
  const nameless = vote(1, 'a');
  const responses = nameless.responses.map(({ source: _, ...rest }) => rest);
  const { status, stderr } = await attune(
    'eval',
    'lengths',
    '--data',
    write('nameless.jsonl', [{ ...nameless, responses }]),
  );
  assert.equal(status, 2);
  assert.match(stderr, /names no system/);
  const pairs = write('pairs.jsonl', [{ prompt: 'a', chosen: 'b', rejected: 'c' }]);
  assert.equal((await attune('eval', 'lengths', '--data', pairs)).status, 2);
});

test('eval curves lays runs over each other, and wants names and runs', async () => {
  for (const [name, values] of Object.entries({ low: [1, 2], high: [3, 5] })) {
    mkdirSync(path(name));
    write(
      join(name, 'metrics.jsonl'),
      values.map((kl, i) => ({ step: i + 1, time: i, 'objective/kl': kl })),
    );
  }
  const page = await attune(
    'eval',
    'curves',
    '--run',
    'low=low',
    '--run',
    '<b>high</b>=high',
    '--out',
    'compared.html',
  );
  assert.equal(page.status, 0, page.stderr);
  const html = text('compared.html');
  assert.match(html, /<polyline|<path/);
  assert.ok(html.includes('&lt;b&gt;high') && !html.includes('<b>high'), 'a name is text');
  for (const wrong of ['low', 'low=absent']) {
    const refused = await attune('eval', 'curves', '--run', wrong, '--out', 'other.html');
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, wrong === 'low' ? /form name=folder/ : /no run folder/);
    assert.ok(!existsSync(path('other.html')));
  }
});
