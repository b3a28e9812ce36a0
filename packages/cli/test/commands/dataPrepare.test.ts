import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { dataFolder } from './dataFolder.ts';

const { write, lines, data, path } = dataFolder();

const sentence = (i: number) =>
  `Question ${i}: how do the things numbered ${i * 7} and ${i * 13} differ from each other?`;
const words = (count: number) => Array.from({ length: count }, () => 'word').join(' ');

test('data balance keeps both sides of every bucket equal, says what went, and is the same for any order', async () => {
  // differences of 5 words: 6 pairs whose better response is longer, 2 whose better one is shorter; of 30: 1 against 0
  const lengths = [...Array(6).fill([10, 5]), ...Array(2).fill([5, 10]), [40, 10], [7, 7]];
  const pairs = lengths.map(([chosen, rejected], i) => ({
    id: `p${i}`,
    prompt: sentence(i),
    chosen: words(chosen),
    rejected: words(rejected),
  }));
  const { status, stdout } = await data('balance', write('unbalanced.jsonl', pairs), 'balanced.jsonl', '--json');
  assert.equal(status, 0);
  const { buckets, unit, kept, dropped, equal } = JSON.parse(stdout);
  assert.deepEqual([unit, kept, dropped, equal], ['pieces', 5, 5, 1]);
  assert.deepEqual(buckets[0], {
    from: 0,
    to: 10,
    before: { betterLonger: 6, betterShorter: 2 },
    after: { betterLonger: 2, betterShorter: 2 },
    dropped: 4,
  });
  assert.deepEqual(buckets[2].before, { betterLonger: 1, betterShorter: 0 });
  const written = lines('balanced.jsonl');
  assert.deepEqual(
    written,
    pairs.filter(({ id }) => written.some((pair: { id: string }) => pair.id === id)),
  );

  await data('balance', write('reversed.jsonl', pairs.toReversed()), 'again.jsonl');
  assert.deepEqual(lines('again.jsonl').toReversed(), written);

  const shown = await data('balance', 'unbalanced.jsonl', 'balanced.jsonl', '--edges', '0,20');
  assert.match(shown.stdout, /1 to 19 +6 +2 +2 +2 +4\n20 and more +1 +0 +0 +0 +1\n/);
  assert.match(shown.stdout, /Of 10 pairs 5 stay and 5 are dropped/);
});

test('data balance refuses edges that do not rise from 0', async () => {
  for (const edges of ['5,10', '0,a', '0,5,5']) {
    const { status, stderr } = await data('balance', 'unbalanced.jsonl', 'never.jsonl', '--edges', edges);
    assert.equal(status, 2);
    assert.match(stderr, /rising from 0/);
  }
  assert.ok(!existsSync(path('never.jsonl')));
});

test('data dedupe drops what repeats, also nearly, and names the line that stays', async () => {
  const long = 'Plan a trip of three days to the capital for two people who like to walk';
  const prompts = [long, 'Why is the sky blue?', `${long}.`, ' Why is the sky blue?\n'].map((prompt) => ({ prompt }));
  const { status, stdout } = await data('dedupe', write('prompts.jsonl', prompts), 'distinct.jsonl', '--json');
  assert.equal(status, 0);
  const { kept, repeated, near, dropped } = JSON.parse(stdout);
  assert.deepEqual([kept, repeated, near], [2, 1, 1]);
  assert.deepEqual(dropped, [
    { line: 3, of: 1, similarity: 14 / 15, reason: 'near-duplicate prompt' }, // 14 trigrams, the sign adds one
    { line: 4, of: 2, similarity: 1, reason: 'repeated' },
  ]);
  assert.deepEqual(lines('distinct.jsonl'), prompts.slice(0, 2));
});

test('data dedupe keeps different pairs on one prompt, and the votes of several judges', async () => {
  const pair = (chosen: string) => ({ prompt: sentence(1), chosen, rejected: 'No.' });
  await data('dedupe', write('pairs.jsonl', [pair('Yes.'), pair('Maybe.'), pair('Yes.')]), 'out.jsonl');
  assert.deepEqual(lines('out.jsonl'), [pair('Yes.'), pair('Maybe.')]);
  const votes = ['ann', 'bob'].map((judge) => vote('1', 'a', judge));
  await data('dedupe', write('votes.jsonl', votes), 'out.jsonl');
  assert.deepEqual(lines('out.jsonl'), votes);
});

const vote = (id: string, choice: string, judge = 'me', texts = ['Blue.', 'Green.']) => ({
  id,
  prompt: [{ role: 'user', content: 'Sky?' }],
  responses: texts.map((text, i) => ({ id: `${id}-${i}`, text })),
  choice,
  judge,
});

test('data split loses nothing, leaks nothing, and does not depend on order', async () => {
  const pairs = Array.from({ length: 60 }, (_, i) => ({ prompt: sentence(i >> 1), chosen: `${i}`, rejected: 'no' }));
  const split = async (rows: readonly object[]) => {
    const { status, stdout } = await data(
      'split',
      write('all.jsonl', rows),
      'train.jsonl',
      'test.jsonl',
      '--share',
      '0.2',
      '--json',
    );
    assert.equal(status, 0);
    return { ...JSON.parse(stdout), trained: lines('train.jsonl'), held: lines('test.jsonl') };
  };
  const { train, test, groups, largestGroup, trained, held } = await split(pairs);
  assert.deepEqual([train, test, groups, largestGroup], [48, 12, 30, 2]);
  const byChosen = (rows: { chosen: string }[]) => rows.toSorted((a, b) => Number(a.chosen) - Number(b.chosen));
  assert.deepEqual(byChosen([...trained, ...held]), pairs);
  const { status, stdout } = await data('check', 'train.jsonl', '--against', 'test.jsonl', '--json');
  assert.equal(status, 0);
  assert.deepEqual(JSON.parse(stdout).leaks, []);
  const again = await split(pairs.toReversed());
  assert.deepEqual(byChosen(again.held), byChosen(held));
});

test('data split of a single prompt says why it cannot, and writes nothing', async () => {
  const pairs = [1, 2, 3].map((i) => ({ prompt: 'Sky?', chosen: `${i}`, rejected: 'no' }));
  const { status, stderr } = await data('split', write('one.jsonl', pairs), 'a.jsonl', 'b.jsonl');
  assert.equal(status, 2);
  assert.match(stderr, /3 pairs form 1 groups of prompts that belong together, the largest of 3/);
  assert.ok(!existsSync(path('a.jsonl')));
});

test('data check --against finds leaks, word for word and nearly, with file and line, and exits with 2', async () => {
  const pair = (prompt: string) => ({ prompt, chosen: 'Yes.', rejected: 'No.' });
  write('learn.jsonl', [pair(sentence(1)), pair(sentence(2)), pair('Why?')]);
  write('held.jsonl', [{ prompt: sentence(3) }, { prompt: `${sentence(2)}` }, { prompt: `${sentence(1)} Please.` }]);
  const { status, stdout, stderr } = await data('check', 'learn.jsonl', '--against', 'held.jsonl', '--json');
  assert.equal(status, 2);
  const { files, leaks, findings } = JSON.parse(stdout);
  assert.deepEqual(files, [{ file: 'learn.jsonl', records: 3 }]);
  assert.deepEqual(
    findings.map(({ code, file, count, examples }: Record<string, unknown>) => [code, file, count, examples]),
    [
      ['leak', 'held.jsonl', 1, [2]],
      ['near_leak', 'held.jsonl', 1, [3]],
    ],
  );
  assert.deepEqual(
    leaks.map(({ file, line, of, exact }: Record<string, unknown>) => ({ file, line, of, exact })),
    [
      { file: 'held.jsonl', line: 2, of: { file: 'learn.jsonl', line: 2 }, exact: true },
      { file: 'held.jsonl', line: 3, of: { file: 'learn.jsonl', line: 1 }, exact: false },
    ],
  );
  assert.match(
    stderr,
    /^DataError: held\.jsonl: 2 of its prompts also stand in learn\.jsonl, such as that of line 2, which is on line 2 there\./,
  );
  const shown = await data('check', 'learn.jsonl', '--against', 'held.jsonl');
  assert.match(shown.stdout, /held\.jsonl, line 2: also in learn\.jsonl, line 2 \(word for word\)/);
});

test('data convert of comparisons to pairs leaves out ties, contradictions and cycles, and counts them', async () => {
  const votes = [
    vote('1', 'a', 'me', ['A', 'B']),
    vote('2', 'a', 'me', ['B', 'C']),
    vote('3', 'b', 'me', ['A', 'C']),
    vote('4', 'tie', 'me', ['A', 'D']),
    vote('5', 'a', 'me', ['E', 'F']),
    vote('6', 'b', 'me', ['E', 'F']),
    vote('7', 'b', 'me', ['G', 'A']),
  ];
  write('cyclic.jsonl', votes);
  const { status, stdout, stderr } = await data('convert', 'cyclic.jsonl', 'acyclic.jsonl', '--to', 'pairs', '--json');
  assert.equal(status, 0);
  assert.deepEqual(JSON.parse(stdout).leftOut, { tie: 1, skip: 0, 'same response': 0, contradiction: 2, cycle: 3 });
  assert.match(stderr, /left out 3 comparisons on a cycle of preferences/);
  assert.deepEqual(
    lines('acyclic.jsonl').map(({ id, chosen, rejected }: Record<string, { content: string }[]>) => [
      id,
      chosen![0]!.content,
      rejected![0]!.content,
    ]),
    [['7', 'A', 'G']],
  );
  const { stdout: checked } = await data('check', 'cyclic.jsonl', '--json');
  assert.deepEqual(
    JSON.parse(checked).findings.map(({ code, count }: { code: string; count: number }) => [code, count]),
    [
      ['contradiction', 2],
      ['cycle', 3],
    ],
  );
});

test('data convert --as goes to another form and back without loss', async () => {
  const pairs = [1, 2].map((i) => ({
    id: `p${i}`,
    prompt: [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello' },
      { role: 'user', content: sentence(i) },
    ],
    chosen: [{ role: 'assistant', content: 'Yes.' }],
    rejected: [{ role: 'assistant', content: 'No.' }],
    margin: i / 2,
  }));
  write('ours.jsonl', pairs);
  assert.equal((await data('convert', 'ours.jsonl', 'hh.jsonl', '--as', 'hh-rlhf')).status, 0);
  assert.match(
    lines('hh.jsonl')[0].chosen,
    /^\n\nHuman: Hi\n\nAssistant: Hello\n\nHuman: Question 1: .*\n\nAssistant: Yes\.$/,
  );
  assert.equal((await data('convert', 'hh.jsonl', 'back.jsonl')).status, 0);
  assert.deepEqual(lines('back.jsonl'), pairs);
  const { status, stderr } = await data('convert', 'ours.jsonl', 'text.jsonl', '--as', 'text');
  assert.equal(status, 2);
  assert.match(stderr, /2 lines cannot be used\. --on-error skip leaves .*\n {2}line 1: "prompt" is a conversation/);
  assert.ok(!existsSync(path('text.jsonl')));
  const wrong = await data('convert', 'ours.jsonl', 'text.jsonl', '--as', 'alpacaeval');
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /--as alpacaeval cannot hold pairs\. For pairs there are pairs, messages, text, hh-rlhf/);
});

test('comparisons that cannot be used are named by line, field and what was expected; --on-error skip lists them', async () => {
  const { responses, ...missing } = vote('2', 'a');
  const rows = [
    vote('1', 'a'),
    { ...missing, responses: responses.slice(0, 1) },
    vote('3', 'b', 'me', ['Same.', 'Same.']),
    vote('4', 'c'),
  ];
  write('broken.jsonl', rows);
  const failed = await data('convert', 'broken.jsonl', 'never.jsonl');
  assert.equal(failed.status, 2);
  assert.match(failed.stderr, /^DataError: broken\.jsonl: 3 lines cannot be used\. Each line needs id, prompt/);
  const expected = [
    '  line 2: "responses" is a list of 1; expected a list of at least 2',
    '  line 3: "responses" are two equal texts and "choice" is "b"; expected different texts, or "tie" or "skip"',
    '  line 4: "choice" is "c"; expected "a" or "b" or "tie" or "skip"',
  ];
  for (const line of expected) assert.ok(failed.stderr.includes(`\n${line}\n`), line);
  assert.ok(!existsSync(path('never.jsonl')));
  const skipped = await data('convert', 'broken.jsonl', 'rest.jsonl', '--on-error', 'skip', '--json');
  assert.equal(skipped.status, 0);
  assert.deepEqual(
    JSON.parse(skipped.stdout).skipped.map(({ line, field }: Record<string, unknown>) => [line, field]),
    [
      [2, 'responses'],
      [3, 'responses'],
      [4, 'choice'],
    ],
  );
  assert.deepEqual(lines('rest.jsonl'), [vote('1', 'a')]);
});

test('data stats shows the rows of the paper’s Table 2 beside its numbers, history apart from prompt', async () => {
  const said = (role: string, content: string) => ({ role, content });
  const prompt = [said('user', 'One two three'), said('assistant', 'Four'), said('user', 'Five six')];
  const pair = { prompt, chosen: [said('assistant', 'Yes yes')], rejected: [said('assistant', 'No')] };
  write('turns.jsonl', [pair]);
  const { stdout } = await data('stats', 'turns.jsonl', '--json');
  const { history, prompt: last, response, turns, reported } = JSON.parse(stdout);
  assert.deepEqual([history.words.mean, last.words.mean, response.words.mean, turns.mean], [4, 2, 1.5, 2]);
  // the paper's Table 2, as ../shared/data/chatglm-rlhf/reported_results.json has it
  assert.deepEqual(reported, { comparisons: 221866, turns: 2.4, promptTokens: 104.1, responseTokens: 267.7 });
  const shown = await data('stats', 'turns.jsonl');
  assert.match(shown.stdout, /comparisons +1 +221,866\nturns per dialogue +2\.0 +2\.4\n/);
});

test('every subcommand has help with an example', async () => {
  for (const name of ['stats', 'check', 'quality', 'dedupe', 'balance', 'split', 'convert']) {
    const { status, stdout } = await data(name, '--help');
    assert.equal(status, 0);
    assert.match(stdout, new RegExp(`Examples?:\\n {2}\\$ attune data ${name} `));
    assert.match(stdout, /--json/);
  }
});
