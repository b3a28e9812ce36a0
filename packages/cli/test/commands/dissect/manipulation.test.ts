import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { dataFolder } from '../dataFolder.ts';

const { path, write, lines, attune } = dataFolder();
const dissect = (...args: readonly string[]) => attune('dissect', ...args);

const close = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

// A judge that likes questions (σ(ln 4) = 80 %) and is slightly against length (σ(−0.1) = 47.5 %).
const properties = write(
  'properties.yaml',
  `name: two
properties:
  - { name: asks, from: text, function: questions, about: It asks something., ask: Ask much. }
  - { name: long, from: text, function: characters, worth: true, about: It is longer. }
`,
);
const weightLine = (group: string, asks: number, long: number) => ({
  judge: 'ann',
  group,
  properties: [
    { name: 'asks', mean: asks, sd: 0.1 },
    { name: 'long', mean: long, sd: 0.1 },
  ],
});
const weights = write('weights.jsonl', [weightLine('all', Math.log(4), -0.1)]);
const byScenario = write('scenarios.jsonl', [weightLine('Code', 1, -1), weightLine('Advice', -1, 1)]);
const judge = (file: string) => ['--weights', file, '--judge', 'ann', '--properties', properties];

test('dissect steer prints the message, and nothing else, for what a judge prefers most', async () => {
  const { status, stdout } = await dissect('steer', ...judge(weights), '--count', '1');
  assert.equal(status, 0);
  assert.match(stdout, /^Whatever you are asked/);
  assert.match(stdout, /\n- asks: Ask much\.\n/);
  assert.doesNotMatch(stdout, /long/);
});

test('dissect steer --json tells what is asked for; --least the other end', async () => {
  const { stdout } = await dissect(
    'steer',
    ...judge(byScenario),
    '--scenario',
    'Code',
    '--least',
    '--count',
    '1',
    '--json',
  );
  const { properties: asked, group, end } = JSON.parse(stdout);
  assert.deepEqual([group, end, asked], ['Code', 'least', [{ name: 'long', weight: -1 }]]);
});

test('dissect steer gives each prompt the message of its own scenario, before its own system message', async () => {
  const prompts = write('prompts.jsonl', [
    { id: 1, prompt: 'Why?', scenario: 'code_generation' }, // a class that Code merges
    {
      prompt: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'How?' },
      ],
      group: 'Advice',
    },
  ]);
  const { status, stdout } = await dissect(
    ...['steer', ...judge(byScenario), '--count', '1', '--prompts', prompts, '--out', 'steered.jsonl', '--json'],
  );
  assert.equal(status, 0);
  assert.deepEqual(JSON.parse(stdout), { out: 'steered.jsonl', prompts: 2, groups: { Code: 1, Advice: 1 } });
  const [code, advice] = lines('steered.jsonl');
  assert.deepEqual([code.id, code.prompt[1]], ['1', { role: 'user', content: 'Why?' }]);
  assert.match(code.prompt[0].content, /- asks: Ask much\./);
  assert.deepEqual(
    advice.prompt.map(({ role }: { role: string }) => role),
    ['system', 'user'],
  );
  assert.match(advice.prompt[0].content, /- long: It is longer\.\n[\s\S]*\n\nBe brief\.$/);
});

test('dissect steer says which prompt is of no group that the judge has weights of', async () => {
  const prompts = write('strange.jsonl', [{ prompt: 'a', group: 'Code' }, { prompt: 'b' }]);
  const { status, stderr } = await dissect(
    'steer',
    ...judge(byScenario),
    '--count',
    '1',
    '--prompts',
    prompts,
    '--out',
    'none.jsonl',
  );
  assert.equal(status, 2);
  assert.match(stderr, /line 2: ann has no weights of a group that is not told/);
  assert.ok(!existsSync(path('none.jsonl')));
  const several = await dissect('steer', ...judge(byScenario));
  assert.equal(several.status, 2);
  assert.match(several.stderr, /ann has weights of Code, Advice\. Choose with --scenario/);
});

const samples = write('samples.jsonl', [
  { id: 1, prompt: 'p', response_a: 'So?', response_b: 'So!' }, // asks in A, equally long: 80 %
  { id: 2, prompt: 'p', response_a: 'So it is.', response_b: 'So?' }, // asks in B, longer A: σ(−ln 4 − 0.1) = 18.4 %
  { id: 3, prompt: 'p', response_a: 'So it is.', response_b: 'So!' }, // longer only: 47.5 %
  { id: 4, prompt: 'p', response_a: 'So.', response_b: 'So.' },
]);

test('dissect inject writes pairs for train dpo and accounts for every sample', async () => {
  const { status, stdout } = await dissect(
    'inject',
    ...judge(weights),
    '--data',
    samples,
    '--out',
    'pairs.jsonl',
    '--json',
  );
  assert.equal(status, 0);
  assert.deepEqual(JSON.parse(stdout), {
    ...{ out: 'pairs.jsonl', samples: 4, pairs: 2 },
    ...{ close: 1, same: 1, featureless: 0, weightless: 0 },
  });
  assert.deepEqual(lines('pairs.jsonl'), [
    { id: '1', prompt: 'p', chosen: 'So?', rejected: 'So!' },
    { id: '2', prompt: 'p', chosen: 'So?', rejected: 'So it is.' },
  ]);
});

test('dissect inject --against prefers the other response, and --margin sets what is too close', async () => {
  const { stdout } = await dissect(
    ...['inject', ...judge(weights), '--data', samples, '--out', 'against.jsonl', '--against', '--margin', '31'],
  );
  assert.match(
    stdout,
    /1 pairs against what ann prefers, of 4 samples\. No pair from 2 foretold within 50 ± 31 %, 1 with/,
  );
  assert.deepEqual(lines('against.jsonl'), [{ id: '2', prompt: 'p', chosen: 'So it is.', rejected: 'So?' }]);
});

test('features from a file must be of the same lines', async () => {
  const line = { features: { asks: 1, long: 0 } };
  const few = write('few.jsonl', [line]);
  const args = ['inject', ...judge(weights), '--data', samples, '--out', 'x.jsonl', '--features'];
  const short = await dissect(...args, few);
  assert.equal(short.status, 2);
  assert.match(short.stderr, /few\.jsonl: has 1 lines; samples\.jsonl has 4/);
  const moved = write(
    'moved.jsonl',
    [1, 3, 2, 4].map((id) => ({ id, ...line })),
  );
  const { status, stderr } = await dissect(...args, moved);
  assert.equal(status, 2);
  assert.match(stderr, /moved\.jsonl: record 2 is of 3; that of samples\.jsonl is 2/);
});

test('a set that is rated needs features, and the error says where they come from', async () => {
  const { status, stderr } = await dissect(
    'inject',
    ...['--weights', weights, '--judge', 'ann'],
    '--data',
    samples,
    '--out',
    'x',
  );
  assert.equal(status, 2);
  assert.match(stderr, /--features is needed: harmless, .* are rated, not computed\. attune dissect annotate/);
});

/** 90 comparisons, in 60 of which the second system asks and wins. */
const comparisons = write(
  'comparisons.jsonl',
  Array.from({ length: 90 }, (_, i) => {
    const [first, second] = i < 60 ? ['So!', 'So?'] : ['So!', 'So.'];
    return {
      id: `c${i}`,
      prompt: [{ role: 'user', content: 'p' }],
      responses: [
        { id: 'a', text: first, source: 'old' },
        { id: 'b', text: second, source: 'new' },
      ],
      choice: i < 60 ? 'b' : i % 2 ? 'a' : 'b',
      judge: 'ann',
    };
  }),
);

test('dissect explain-winrate: points of each property, by hand, and a warning in words', async () => {
  const args = ['explain-winrate', ...judge(weights), '--data', comparisons];
  const { status, stdout } = await dissect(...args, '--json');
  assert.equal(status, 0);
  const found = JSON.parse(stdout);
  close(found.observed.winRate, (100 * 75) / 90);
  close(found.alone.value, (60 * 80 + 30 * 50) / 90); // by questions alone
  close(found.properties[0].value, (60 * 30) / 90);
  assert.deepEqual(
    found.properties.map(({ name, more, less }: Record<string, unknown>) => [name, more, less]),
    [['asks', 60, 0]],
  );
  assert.deepEqual([found.worthProperties, found.worth.value, found.warning], [['long'], 0, 'most']);
  const text = (await dissect(...args)).stdout;
  assert.match(text, /new wins 83\.3 % \(/);
  assert.match(text, /Warning: 20\.0 of the 33\.3 points of lead \(60\.0 %/);
  assert.match(text, /would win 70\.0 %/);
});

test('seen from the other system the same is a lag', async () => {
  const { stdout } = await dissect(
    'explain-winrate',
    ...judge(weights),
    '--data',
    comparisons,
    '--system',
    'old',
    '--json',
  );
  const { observed, liking, properties: parts } = JSON.parse(stdout);
  close(observed.winRate, (100 * 15) / 90);
  close(liking.value, -(60 * 30) / 90);
  assert.deepEqual([parts[0].more, parts[0].less], [0, 60]);
});

test('--worth chooses anew what is no weakness of the judge', async () => {
  const args = ['explain-winrate', ...judge(weights), '--data', comparisons];
  const { warning, worthProperties } = JSON.parse((await dissect(...args, '--worth', 'asks', '--json')).stdout);
  assert.deepEqual([warning, worthProperties], ['none', ['asks']]);
  const { status, stderr } = await dissect(...args, '--worth', 'kind');
  assert.equal(status, 2);
  assert.match(stderr, /--worth kind: the properties are asks, long/);
});
