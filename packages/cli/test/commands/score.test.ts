import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { toText } from '@attune/preferences';
import { assertClose } from '../../../align/test/assertClose.ts';
import { attune } from '../train/attune.ts';
import { pairs, tinyModel, workshop, writeLines } from '../train/fixture.ts';
import { plainScore, tinyRewardModel } from '../train/rewardFixture.ts';
import { readLines } from './lines.ts';

const root = workshop();
const [model, language] = [join(root, 'reward'), join(root, 'language')];
const data = join(root, 'pairs.jsonl');
const out = join(root, 'scores.jsonl');
const given = pairs(9);
before(async () => {
  await tinyRewardModel(model);
  await tinyModel(language);
  writeLines(data, given);
});

// The same sums in another order, float32: the most that a batch may move a score.
const close = { atol: 1e-5 };

async function score(...args: string[]) {
  const ended = await attune('score', '--model', model, '--out', out, '--threads', '1', ...args);
  assert.equal(ended.code, 0, ended.stderr);
  return { ...ended, lines: readLines(out) };
}

test('pairs get the scores of both responses and their lengths, in their order, whatever is batched together', async () => {
  const { lines, stdout } = await score('--data', data, '--json');
  assert.deepEqual(
    lines.map(({ id }) => id),
    given.map(({ id }, i) => id ?? String(i + 1)),
  );
  for (const [i, { prompt, chosen, rejected }] of given.entries()) {
    assertClose(lines[i].chosen, await plainScore(model, prompt, chosen), close);
    assertClose(lines[i].rejected, await plainScore(model, prompt, rejected), close);
  }
  const account = JSON.parse(stdout);
  const right = lines.filter(({ chosen, rejected }) => chosen > rejected).length;
  assert.deepEqual([account.pairs, account.right, account.n], [9, right, 9]);

  const alone = writeLines(join(root, 'alone.jsonl'), given.slice(4, 5));
  const [line] = (await score('--data', alone)).lines;
  assertClose([line.chosen, line.rejected], [lines[4].chosen, lines[4].rejected], close);
  assert.deepEqual([line.chosenTokens, line.rejectedTokens], [lines[4].chosenTokens, lines[4].rejectedTokens]);
});

test('comparisons give a line for each that was decided, and say how many were not', async () => {
  const responses = ['the cat', 'the mat'].map((text, i) => ({ id: `r${i}`, text }));
  const comparison = (id: string, choice: string) => ({
    id,
    prompt: [{ role: 'user', content: 'Tell.' }],
    responses,
    choice,
    judge: 'me',
  });
  const file = writeLines(join(root, 'comparisons.jsonl'), [
    comparison('x', 'b'),
    comparison('y', 'tie'),
    comparison('z', 'skip'),
  ]);
  const { lines, stdout } = await score('--data', file, '--json');
  assert.deepEqual(
    lines.map(({ id }) => id),
    ['x'],
  );
  const { pairs: count, undecided } = JSON.parse(stdout);
  assert.deepEqual([count, undecided], [1, { ties: 1, skips: 1 }]);
  const said = (content: string) => [{ role: 'assistant' as const, content }];
  assertClose(lines[0].chosen, await plainScore(model, [{ role: 'user', content: 'Tell.' }], said('the mat')), close);
});

test('single responses, whether text, messages or labelled, get one score each', async () => {
  const rows = [
    { id: 'a', prompt: 'The cat', response: ' sat' },
    { prompt: [{ role: 'user', content: 'Hi' }], completion: [{ role: 'assistant', content: 'the mat' }] },
    { id: 7, prompt: 'The cat', response: ' with another cat' },
  ];
  const { lines } = await score('--data', writeLines(join(root, 'single.jsonl'), rows));
  assert.deepEqual(
    lines.map(({ id }) => id),
    ['a', '2', '7'],
  );
  assertClose(
    lines.map((line) => line.score),
    [
      await plainScore(model, 'The cat', ' sat'),
      await plainScore(model, [{ role: 'user', content: 'Hi' }], [{ role: 'assistant', content: 'the mat' }]),
      await plainScore(model, 'The cat', ' with another cat'),
    ],
    close,
  );
  const conversation = {
    messages: [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'the mat' },
    ],
  };
  const labelled = { id: 'l', prompt: 'The cat', completion: ' sat', label: false };
  const talk = await score('--data', writeLines(join(root, 'talk.jsonl'), [conversation]));
  assertClose(talk.lines[0].score, lines[1].score, close);
  const unpaired = await score('--data', writeLines(join(root, 'unpaired.jsonl'), [labelled]));
  assertClose(unpaired.lines[0].score, lines[0].score, close);
});

const prompts = [
  { id: 'p', prompt: 'The cat' },
  { prompt: [{ role: 'user', content: 'Hi' }] },
  { id: 'same', prompt: 'Say it' },
  { id: 'unanswered', prompt: 'Never' },
];
const sampled = [
  { id: 'p', index: 0, text: ' sat on the mat', tokens: [1], logprobs: [-1], finish: 'stop' },
  { id: 'p', index: 1, text: ' with', finish: 'stop' },
  { id: 'p', index: 2, text: ' other other', finish: 'length' },
  { id: '2', index: 1, text: 'the hat', finish: 'stop' },
  { id: '2', index: 0, text: 'another cat', finish: 'stop' },
  { id: 'same', index: 0, text: ' it', finish: 'stop' },
  { id: 'same', index: 1, text: ' it', finish: 'stop' },
];

test('sampled responses get a score by id and index; the best against the worst of each prompt become a pair', async () => {
  const answers = ['--prompts', writeLines(join(root, 'prompts.jsonl'), prompts)];
  answers.push('--responses', writeLines(join(root, 'sampled.jsonl'), sampled), '--moved-boundary', 'split');
  const pairFile = join(root, 'dpo.jsonl');
  const { lines, stdout } = await score(...answers, '--pairs', pairFile, '--min-gap', '0', '--json');
  assert.deepEqual(
    lines.map(({ id, index }) => [id, index]),
    sampled.map(({ id, index }) => [id, index]),
  );
  const promptOf = (id: string) => prompts[{ p: 0, 2: 1, same: 2 }[id]!]!.prompt as never;
  for (const [i, { id, text }] of sampled.entries()) {
    const response = id === '2' ? [{ role: 'assistant' as const, content: text }] : text;
    assertClose(lines[i].score, await plainScore(model, promptOf(id), response), close);
  }
  const made = readLines(pairFile);
  assert.deepEqual(
    made.map(({ id }) => id),
    ['p', '2'],
  );
  for (const { id, prompt, chosen, rejected } of made) {
    const own = sampled.map((response, i) => ({ ...response, score: lines[i].score })).filter((r) => r.id === id);
    const ranked = own.sort((a, b) => b.score - a.score);
    assert.equal(toText(chosen), ranked[0]!.text);
    assert.equal(toText(rejected), ranked.at(-1)!.text);
    assert.deepEqual(prompt, promptOf(id));
  }
  assert.deepEqual(JSON.parse(stdout).pairs, { out: pairFile, pairs: 2, equal: 1, close: 0, minGap: 0 });

  const strict = await score(...answers, '--pairs', pairFile, '--min-gap', '1000');
  assert.deepEqual(readLines(pairFile), []);
  assert.match(
    strict.stdout,
    /0 pairs of 3 prompts; 1 have no two different scores, in 2 the best leads by 1000 or less/,
  );
});

test('what is too long is an error with the way out; left out or cut it is counted', async () => {
  const long = { id: 'long', prompt: 'The', chosen: ' cat'.repeat(600), rejected: ' mat' };
  const file = writeLines(join(root, 'long.jsonl'), [given[0]!, long]);
  const refused = await attune('score', '--model', model, '--data', file, '--out', join(root, 'none.jsonl'));
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /long\.jsonl, line 2: prompt and response have \d+ tokens, and 512 fit\. 1 of 2/);
  const dropped = await score('--data', file, '--truncation-mode', 'drop', '--json');
  assert.deepEqual(
    dropped.lines.map(({ id }) => id),
    [given[0]!.id],
  );
  assert.match(JSON.parse(dropped.stdout).lost, /1 too long and left out/);
  const cut = await score('--data', file, '--truncation-mode', 'keep_start', '--max-length', '40', '--json');
  assert.equal(cut.lines.length, 2);
  assert.match(JSON.parse(cut.stdout).lost, /1 cut/);
});

test('bad input is named with file, line and remedy, ends with 2 and writes nothing', async () => {
  const none = join(root, 'none.jsonl');
  const promptsFile = writeLines(join(root, 'prompts.jsonl'), prompts);
  const lines = (name: string, ...rows: object[]) => writeLines(join(root, `${name}.jsonl`), rows);
  const answer = { id: 'p', index: 0, text: 'x' };
  const cases: [args: string[], message: RegExp][] = [
    [
      ['--data', data, '--model', language],
      /language: is a language model: it has no score head\. attune train reward/,
    ],
    [[], /Give --data FILE, or --prompts FILE and --responses FILE/],
    [['--prompts', promptsFile], /Give --data FILE, or --prompts FILE and --responses FILE/],
    [['--data', data, '--pairs', none], /--pairs does not go with --data/],
    [['--data', data, '--min-gap', '1'], /--min-gap has no effect without --pairs/],
    [['--data', promptsFile], /prompts\.jsonl: holds prompts without responses/],
    [['--data', lines('texts', { text: 'a' })], /texts\.jsonl, line 1: there is no response after a prompt/],
    [
      ['--prompts', promptsFile, '--responses', lines('other', { ...answer, id: 'q' })],
      /other\.jsonl, line 1: .*prompts\.jsonl has no prompt "q"/,
    ],
    [
      ['--prompts', promptsFile, '--responses', lines('twice', answer, answer)],
      /twice\.jsonl, line 2: response 0 to prompt "p" stands there twice/,
    ],
    [
      ['--prompts', promptsFile, '--responses', lines('partly', answer, { id: 'p', index: 1 })],
      /partly\.jsonl, line 2: "text" is missing/,
    ],
    [
      ['--prompts', lines('double', prompts[0]!, prompts[0]!), '--responses', lines('one', answer)],
      /double\.jsonl, line 2: the id "p" stands there twice/,
    ],
  ];
  for (const [args, message] of cases) {
    const { code, stderr } = await attune('score', '--model', model, '--out', none, ...args);
    assert.match(stderr, message);
    assert.equal(code, 2, stderr);
  }
  assert.equal(existsSync(none), false);
});

test('a reward model is refused wherever words are asked for, with what it is for', async () => {
  const refusal = /reward: is a reward model: it scores responses and has no words of its own\..*attune score/s;
  const cases = [
    ['generate', '--model', model, '--prompt', 'Hi'],
    ['generate', '--model', model, '--prompts', data, '--out', out],
    ['logps', '--model', model, '--data', data, '--out', out],
    ['logps', '--model', language, '--reference', model, '--data', data, '--out', out],
  ];
  for (const args of cases) {
    const { code, stderr } = await attune(...args);
    assert.match(stderr, refusal);
    assert.equal(code, 2);
  }
});
