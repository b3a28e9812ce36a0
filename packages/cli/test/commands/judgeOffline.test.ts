import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { attune } from '../train/attune.ts';
import { tinyModel, workshop, writeLines } from '../train/fixture.ts';
import { readLines } from './lines.ts';

const root = workshop();
const path = (name: string): string => join(root, name);
const storyteller = join(import.meta.dirname, '../../../../models/storyteller');

async function told(...args: string[]) {
  const { code, stdout, stderr } = await attune(...args, '--json');
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

test('a local model judges what two local models wrote, and the win rate is there, with no network at all', async () => {
  const names = ['Lily', 'Tom', 'Ben', 'Mia'];
  const prompts = writeLines(
    path('prompts.jsonl'),
    names.map((name) => ({ id: name, prompt: `One day, ${name}` })),
  );
  const other = await tinyModel(path('babble'));
  const sample = (model: string, out: string) =>
    told(
      ...['generate', '--model', model, '--prompts', prompts, '--out', path(out)],
      ...['--max-new-tokens', '24', '--seed', '3', '--threads', '1'],
    );
  await sample(storyteller, 'storyteller.jsonl');
  await sample(other, 'babble.jsonl');
  const out = path('comparisons.jsonl');
  const account = await told(
    ...['judge', '--judge', storyteller, '--prompts', prompts, '--responses', path('storyteller.jsonl')],
    ...['--against', path('babble.jsonl'), '--out', out, '--threads', '1'],
  );
  assert.deepEqual([account.n, account.failed, account.left, account.consistent.n], [4, 0, 0, 4]);
  const lines = readLines(out);
  for (const [i, { id, responses, judge, letters, probability, choice }] of lines.entries()) {
    assert.deepEqual([id, judge], [names[i], storyteller]);
    assert.deepEqual(
      responses.map(({ source }: { source: string }) => source),
      ['babble', 'storyteller'],
    );
    assert.ok(letters.ab && letters.ba && probability > 0 && probability < 1);
    assert.equal(choice, probability > 0.5 ? 'a' : 'b');
  }
  const { system, against, n, winRate } = await told('eval', 'winrate', '--data', out);
  assert.deepEqual([system, against, n], ['storyteller', ['babble'], 4]);
  assert.equal(winRate, 25 * lines.filter(({ choice }) => choice === 'b').length);
});

const pairs = [
  { id: 'p', prompt: 'Well?', chosen: 'Yes, it is so, and more words besides.', rejected: 'Yes.' },
  { id: 'q', prompt: 'Well?', chosen: 'No.', rejected: 'No, not at all, in no way.' },
];
writeLines(path('pairs.jsonl'), pairs);
writeFileSync(path('short.yaml'), 'weights: {words: -1}\n');
const judged = (judge: string, out: string) =>
  told('judge', '--judge', judge, '--data', path('pairs.jsonl'), '--out', path(out));

test('a written rule judges as any other judge does', async () => {
  const account = await judged(`rule:${path('short.yaml')}`, 'short.jsonl');
  assert.deepEqual([account.judge, account.n, account.agreement.accuracy], ['short', 2, 0.5]);
  assert.deepEqual(
    readLines(path('short.jsonl')).map(({ id, choice, judge }) => [id, choice, judge]),
    [
      ['p', 'b', 'short'],
      ['q', 'a', 'short'],
    ],
  );
});

test('a jury weighs comparisons that were made and judges that are asked, and counts where they are divided', async () => {
  const me = pairs.map(({ id, prompt, chosen, rejected }) => ({
    id,
    prompt: [{ role: 'user', content: prompt }],
    responses: [chosen, rejected].map((text, i) => ({ id: `${id}${i}`, text })),
    choice: 'a',
    judge: 'me',
  }));
  writeLines(path('mine.jsonl'), me);
  const members = [`{comparisons: ${path('mine.jsonl')}, weight: 3}`, `{judge: "rule:${path('short.yaml')}"}`];
  writeFileSync(path('jury.yaml'), `name: bench\nmembers:\n${members.map((member) => `  - ${member}\n`).join('')}`);
  const account = await judged(`jury:${path('jury.yaml')}`, 'jury.jsonl');
  assert.deepEqual([account.judge, account.n], ['bench', 2]);
  assert.deepEqual([account.divided.share, account.divided.n], [0.5, 2]); // of p they say the opposite
  const [p, q] = readLines(path('jury.jsonl'));
  assert.deepEqual([p.choice, q.choice], ['a', 'a']);
  assert.ok(p.probability > 0.75 && p.probability < 0.76); // (3 · 1 + nearly nothing) / 4
  assert.deepEqual(Object.keys(p.members), ['me', 'short']);
});

test('a jury that cannot sit says why', async () => {
  const refused = async (yaml: string, message: RegExp) => {
    writeFileSync(path('bad.yaml'), yaml);
    const { code, stderr } = await attune(
      ...['judge', '--judge', `jury:${path('bad.yaml')}`, '--data', path('pairs.jsonl'), '--out', path('never.jsonl')],
    );
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
  };
  await refused('members: []', /bad\.yaml, line 1/);
  await refused('members: [{judge: "http://localhost/v1"}]', /cannot be a member of a jury.*give its comparisons/);
  await refused(`members: [{comparisons: "${path('pairs.jsonl')}"}]`, /needs to be a comparison/);
});
