import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { encodePair, letterTokens, loadModel, openModel, saveModel } from '@attune/align';
import {
  type Pair,
  pairwiseQuestion,
  pairwiseText,
  readComparisons,
  toText,
  wilsonInterval,
} from '@attune/preferences';
import { noGrad } from '@attune/torch';
import { assertClose } from '../../../align/test/assertClose.ts';
import { logitsOf, responseLogp } from '../../../align/test/models/plain.ts';
import { attune } from '../train/attune.ts';
import { pairs, tinyModel, workshop, writeLines } from '../train/fixture.ts';
import { plainScore, tinyRewardModel } from '../train/rewardFixture.ts';
import { readLines } from './lines.ts';

const root = workshop();
const [policy, reference, reward] = ['policy', 'reference', 'reward'].map((name) => join(root, name)) as [
  string,
  string,
  string,
];
const [talker, writer] = ['talker', 'writer'].map((name) => join(root, name)) as [string, string]; // judges by letters
const given = pairs(12);
const data = join(root, 'pairs.jsonl');
const out = join(root, 'comparisons.jsonl');
const open = (path: string) => openModel(path, { dtype: 'float32', device: 'cpu' });

before(async () => {
  await tinyModel(reference);
  await tinyRewardModel(reward);
  cpSync(reference, policy, { recursive: true });
  using model = loadModel(policy);
  noGrad(() => {
    for (const parameter of model.parameters()) if (parameter.shape.length === 2) parameter.mul_(8); // has opinions
  });
  saveModel(model, policy);
  for (const judge of [talker, writer]) {
    cpSync(policy, judge, { recursive: true });
    const config = JSON.parse(readFileSync(join(judge, 'config.json'), 'utf8'));
    writeFileSync(join(judge, 'config.json'), JSON.stringify({ ...config, max_position_embeddings: 2048 }));
  }
  rmSync(join(writer, 'chat_template.jinja'));
  writeLines(data, given);
});

const self = ['--judge', 'self', '--model', policy, '--reference', reference] as const;

async function judge(...args: readonly string[]) {
  const ended = await attune('judge', '--out', out, '--threads', '1', '--json', ...args);
  assert.equal(ended.code, 0, ended.stderr);
  return { account: JSON.parse(ended.stdout), lines: readLines(out) };
}

async function refused(message: RegExp, ...args: readonly string[]): Promise<void> {
  const { code, stderr } = await attune('judge', '--out', out, '--threads', '1', ...args);
  assert.equal(code, 2, stderr);
  assert.match(stderr, message);
}

// The same sums in another order, float32, over some 40 tokens.
const close = { atol: 1e-4 };
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Σ log π(y_t | …) by one plain pass over prompt and response. */
async function likelihoods(path: string): Promise<{ logps: [number, number]; lengths: [number, number] }[]> {
  using opened = await open(path);
  return given.map((pair) => {
    const { prompt, chosen, rejected } = encodePair(opened.tokenizer, pair);
    const logp = (response: number[]) => noGrad(() => responseLogp(opened.model, prompt, response).item());
    return { logps: [logp(chosen), logp(rejected)], lengths: [chosen.length, rejected.length] };
  });
}

test("self: a response's worth is its log-probability less the reference's, and the verdict the formula of SPA", async () => {
  const [own, held] = [await likelihoods(policy), await likelihoods(reference)];
  const { lines, account } = await judge(...self, '--data', data, '--beta', '0.3');
  let right = 0;
  for (const [i, line] of lines.entries()) {
    const rewards = own[i]!.logps.map((logp, k) => logp - held[i]!.logps[k]!);
    assertClose(line.rewards, rewards, close);
    assertClose(line.probability, sigmoid(0.3 * (rewards[0]! - rewards[1]!)), close);
    assert.equal(line.choice, rewards[0]! > rewards[1]! ? 'a' : 'b');
    right += Number(line.choice === 'a');
  }
  assert.ok(right > 0 && right < 12, 'some of each');
  const { right: said, wrong, ties, n, interval } = account.choseA;
  assert.deepEqual([said, wrong, ties, n], [right, 12 - right, 0, 12]);
  assert.deepEqual(interval, wilsonInterval(right, 12));
  assert.deepEqual(account.agreement, account.choseA);
});

test('self: without a reference likelihood alone decides, and a length penalty costs each token as much', async () => {
  const own = await likelihoods(policy);
  const { lines } = await judge('--judge', 'self', '--model', policy, '--reference', 'none', '--data', data);
  for (const [i, line] of lines.entries()) assertClose(line.rewards, own[i]!.logps, close);
  const heavy = await judge(...self, '--data', data, '--length-penalty', '1000');
  for (const [i, line] of heavy.lines.entries()) {
    const [a, b] = own[i]!.lengths;
    if (a !== b) assert.equal(line.choice, a < b ? 'a' : 'b'); // the shorter one
  }
});

test('self: a model against itself has no opinion, and says so', async () => {
  const { lines, account } = await judge('--judge', 'self', '--model', policy, '--reference', policy, '--data', data);
  for (const { choice, probability, rewards } of lines) {
    assert.deepEqual([choice, probability, rewards], ['tie', 0.5, [0, 0]]);
  }
  assert.deepEqual([account.choseA.accuracy, account.choseA.ties], [0.5, 12]);
});

test('a reward model judges by its scores, whose difference is the log-odds', async () => {
  const { lines, account } = await judge('--judge', reward, '--data', data);
  for (const [i, { prompt, chosen, rejected }] of given.entries()) {
    const scores = [await plainScore(reward, prompt, chosen), await plainScore(reward, prompt, rejected)];
    assertClose(lines[i].rewards, scores, close);
    assertClose(lines[i].probability, sigmoid(scores[0]! - scores[1]!), close);
  }
  assert.equal(account.judge, reward);
  assert.equal(account.consistent, undefined);
});

for (const [name, path] of [
  ['that holds conversations', talker],
  ['without a chat template', writer],
] as const) {
  test(`a language model ${name} judges by the letter after each whole question, in both orders`, async () => {
    const asText = ({ prompt, chosen, rejected }: Pair) => ({
      prompt,
      chosen: toText(chosen),
      rejected: toText(rejected),
    });
    using opened = await open(path);
    const { tokenizer, model } = opened;
    const { lead, a, b } = letterTokens(tokenizer);
    const odds = (prompt: Pair['prompt'], first: string, second: string) => {
      const [asked, answer] = pairwiseQuestion(prompt, first, second);
      const text =
        path === writer
          ? pairwiseText(prompt, first, second)
          : `user:\n${asked!.content}<|endoftext|>assistant:\n${answer!.content}`; // the tiny template, by hand
      const last = logitsOf(model, [...tokenizer.encode(text), ...lead]).at(-1)!;
      return last[a[0]!]! - last[b[0]!]!; // this tokenizer has one token for each letter
    };
    const { lines, account } = await judge('--judge', path, '--data', data);
    let same = 0;
    for (const [i, { prompt, chosen, rejected }] of given.map(asText).entries()) {
      const [ab, ba] = [odds(prompt, chosen, rejected), odds(prompt, rejected, chosen)];
      const { letters, probability, choice } = lines[i];
      assertClose(letters.ab.response_a - letters.ab.response_b, ab, close);
      assertClose(letters.ba.response_a - letters.ba.response_b, ba, close);
      assertClose(probability, sigmoid((ab - ba) / 2), close);
      assert.equal(choice, ab > ba ? 'a' : 'b');
      same += Number(Math.sign(ab) === -Math.sign(ba));
    }
    assert.deepEqual([account.consistent.share, account.consistent.n], [same / 12, 12]);
  });
}

test('what is written are comparisons that say who judged and when, and are read as such', async () => {
  await judge(...self, '--data', data);
  const { comparisons } = await readComparisons(out);
  for (const [i, { id, prompt, responses, judge: who, at, shownFirst }] of comparisons.entries()) {
    assert.equal(id, given[i]!.id ?? String(i + 1));
    assert.deepEqual(prompt.map(({ content }) => content).join(), toText(given[i]!.prompt));
    assert.deepEqual(
      responses.map(({ text }) => text),
      [toText(given[i]!.chosen), toText(given[i]!.rejected)],
    );
    assert.equal(who, `${policy} (own reward against ${reference})`);
    assert.ok(Math.abs(Date.parse(at!) - Date.now()) < 3_600_000);
    assert.equal(shownFirst, undefined); // each was read alone
  }
});

test('comparisons are all judged, and held against the choices that stand in them', async () => {
  const said = (id: string, choice: string, texts: readonly string[]) => ({
    id,
    prompt: [{ role: 'user', content: 'Tell.' }],
    responses: texts.map((text, i) => ({ id: `${id}${i}`, text, source: `s${i}` })),
    choice,
    judge: 'me',
  });
  const texts = ['the cat sat', 'another mat with the hat'];
  const rows = [
    said('x', 'a', texts),
    said('y', 'b', texts),
    said('z', 'tie', texts),
    said('same', 'tie', ['on', 'on']),
  ];
  const file = writeLines(join(root, 'votes.jsonl'), rows);
  for (const by of [self, ['--judge', reward], ['--judge', talker], ['--judge', writer]]) {
    const { lines, account } = await judge(...by, '--data', file);
    const choices = lines.map(({ choice }) => choice);
    assert.ok(choices[0] !== 'tie' && choices[0] === choices[1] && choices[1] === choices[2]);
    assert.equal(choices[3], 'tie');
    const { right, wrong, ties, n } = account.agreement;
    assert.deepEqual([right, wrong, ties, n], [1, 1, 0, 2]); // x and y say the opposite of the same
    assert.deepEqual([account.choseA.n, account.choseA.ties], [4, 1]);
    assert.deepEqual(lines[0].responses, rows[0]!.responses);
  }
});

test('what was sampled to prompts is judged, the first response against the second', async () => {
  const prompts = writeLines(join(root, 'prompts.jsonl'), [{ id: 'p', prompt: 'The cat' }, { prompt: 'Say it' }]);
  const sampled = [
    { id: 'p', index: 1, text: ' with' },
    { id: 'p', index: 0, text: ' sat on the mat' },
    { id: '2', index: 0, text: ' hat' },
    { id: '2', index: 1, text: ' mat' },
  ];
  const responses = writeLines(join(root, 'sampled.jsonl'), sampled);
  const { lines, account } = await judge(...self, '--prompts', prompts, '--responses', responses);
  assert.deepEqual(
    lines.map(({ id, responses: [a, b] }) => [id, a.text, b.text]),
    [
      ['p', ' sat on the mat', ' with'],
      ['2', ' hat', ' mat'],
    ],
  );
  assert.equal(account.agreement, undefined);
  const three = writeLines(join(root, 'three.jsonl'), [...sampled, { id: 'p', index: 2, text: ' on' }]);
  await refused(/line 1: the prompt "p" has 3 responses/, ...self, '--prompts', prompts, '--responses', three);
});

test('what is too long is refused, left out or cut, and counted', async () => {
  const long = { prompt: 'Tell.', chosen: ' the cat'.repeat(400), rejected: ' sat' };
  const file = writeLines(join(root, 'long.jsonl'), [given[0]!, long]);
  for (const by of [self, ['--judge', writer, '--max-length', '400']]) {
    await refused(/long\.jsonl, line 2: .*\d+.*1 of 2 are too long/s, ...by, '--data', file);
    const dropped = await judge(...by, '--data', file, '--truncation-mode', 'drop');
    assert.deepEqual([dropped.lines.length, dropped.account.lost], [1, '1 too long and left out']);
    assert.deepEqual(dropped.account.reasons, { 'too long': 1 });
    const cut = await judge(...by, '--data', file, '--truncation-mode', 'keep_start');
    assert.equal(cut.lines.length, 2);
    assert.match(cut.account.lost, /^1 cut/);
    assert.equal(cut.lines[1].responses[0].text, long.chosen); // the line tells what was compared, whole
  }
  await refused(/keep_end has no meaning/, '--judge', writer, '--data', file, '--truncation-mode', 'keep_end');
  const prompt = writeLines(join(root, 'longPrompt.jsonl'), [{ ...long, prompt: 'Tell '.repeat(200), chosen: ' hat' }]);
  await refused(
    /longPrompt\.jsonl, line 1: .*tokens, and 392 fit/s,
    '--judge',
    writer,
    '--data',
    prompt,
    '--max-length',
    '400',
  );
});

test('wrong usage says what is missing or has no effect', async () => {
  await refused(/needs --model DIR and --reference DIR/, '--judge', 'self', '--model', policy, '--data', data);
  await refused(/--beta belongs to --judge self/, '--judge', reward, '--beta', '1', '--data', data);
  await refused(/Give either --data FILE/, '--judge', reward);
  await refused(/no such file or folder/, '--judge', join(root, 'nobody'), '--data', data);
  const foreign = await tinyModel(join(root, 'foreign'), { vocabSize: 260 }); // fewer than the tokenizer writes
  await refused(
    /foreign: the policy has \d+ tokens and this model only 260/,
    ...self.slice(0, 5),
    foreign,
    '--data',
    data,
  );
  await refused(/is a reward model/, '--judge', 'self', '--model', reward, '--reference', 'none', '--data', data);
  const broken = writeLines(join(root, 'broken.jsonl'), [{ prompt: 'x', chosen: 'y' }]);
  await refused(/broken\.jsonl, line 1.*rejected/s, ...self, '--data', broken);
});

test('people read how often the judge agrees, and whether the order matters to it', async () => {
  const { stdout } = await attune('judge', '--judge', writer, '--data', data, '--out', out, '--threads', '1');
  assert.match(stdout, /comparisons\.jsonl: 12 comparisons\n\n +share +95 % interval +yes +ties +no +n\n/);
  assert.match(stdout, /chose the chosen +\d+\.\d %/);
  assert.match(stdout, /The same response is better in both orders in \d+\.\d % \(.*\) of them\./);
});
