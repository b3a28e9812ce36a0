import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { encodePrompt, loadModel, openModel, pairwiseLogOdds, type RewardModel, selfRewards } from '@attune/align';
import { type Content, promptKey } from '@attune/preferences';
import { scoreAlone } from '../../../align/test/models/plain.ts';
import { attune } from './attune.ts';
import { settingsFile, workshop, writeLines } from './fixture.ts';
import { contents } from './kills.ts';
import { tinyRewardModel } from './rewardFixture.ts';
import { linesIn, quickSpa, type SpaFiles, spaFiles } from './spaFixture.ts';

const root = workshop();
let files: SpaFiles;
let run: string;

before(async () => {
  files = await spaFiles(root);
  run = (await spa('plain', {})).path;
});

/** A small run with some settings of its own. */
async function spa(name: string, settings: object, ...sets: string[]): Promise<{ path: string; stderr: string }> {
  const file = settingsFile(join(root, name), 'run', { ...quickSpa(files), ...settings });
  const { code, stderr } = await attune('train', 'spa', file, ...sets);
  assert.equal(code, 0, stderr);
  return { path: join(root, name, 'run'), stderr };
}

interface Judgment {
  readonly id: string;
  readonly prompt: Content;
  readonly responses: readonly { text: string; tokens: number; reward: number; finish: string }[];
  readonly chosen?: number;
  readonly rejected?: number;
  readonly probability: number;
}

interface SampledLine {
  readonly id: string;
  readonly index: number;
  readonly tokens: readonly number[];
  readonly finish: string;
}

const judgmentsOf = (path: string, round: number) =>
  linesIn(path, `round-${round}`, 'judgments.jsonl') as unknown as Judgment[];
const responsesOf = (path: string, round: number) =>
  linesIn(path, `round-${round}`, 'responses.jsonl') as unknown as SampledLine[];
const metricsOf = (path: string) => linesIn(path, 'metrics.jsonl') as Record<string, number>[];
const weights = (folder: string) => readFileSync(join(folder, 'model.safetensors'), 'base64');
const keysIn = (...path: string[]) => linesIn(...path).map(({ prompt }) => promptKey(prompt as Content));

test('a run leaves its seed, every round’s data, models and numbers, and the last model as its result', () => {
  for (const round of ['round-1', 'round-2']) {
    for (const name of ['prompts', 'responses', 'judgments', 'pairs']) {
      assert.ok(existsSync(join(run, round, `${name}.jsonl`)), `${round} ${name}`);
    }
    assert.ok(existsSync(join(run, round, 'train', 'report.html')));
  }
  assert.deepEqual(
    metricsOf(run).map(({ step }) => step),
    [1, 2],
  );
  assert.equal(weights(join(run, 'final')), weights(join(run, 'round-2', 'train', 'final')));
  assert.notEqual(weights(join(run, 'final')), weights(join(run, 'round-1', 'train', 'final')));
  assert.match(readFileSync(join(run, 'report.html'), 'utf8'), /<html/);
});

test('no prompt of a round is in another round or in the seed', () => {
  const blocks = [
    keysIn(run, 'seed.jsonl'),
    ...['round-1', 'round-2'].map((round) => keysIn(run, round, 'prompts.jsonl')),
  ];
  assert.deepEqual(
    blocks.map((block) => block.length),
    [10, 8, 6],
  );
  assert.equal(new Set(blocks.flat()).size, 24);
});

test('the seed stage is train dpo on the labelled pairs, to the last bit', async () => {
  const { model, data } = files;
  const { learning_rate, warmup_steps, save_steps, seed_epochs } = quickSpa(files);
  const batch = { per_device_train_batch_size: 2, gradient_accumulation_steps: 2, truncation_mode: 'keep_end' };
  const optimizer = { learning_rate, warmup_steps, lr_scheduler_type: 'cosine', save_steps, max_length: 2048 };
  const settings = { model, data, ...batch, ...optimizer, num_train_epochs: seed_epochs };
  const { code, stderr } = await attune('train', 'dpo', settingsFile(join(root, 'dpo'), 'run', settings));
  assert.equal(code, 0, stderr);
  assert.equal(weights(join(run, 'seed', 'final')), weights(join(root, 'dpo', 'run', 'final')));
});

test('labels and responses of pairs outside of the seed change nothing', async () => {
  const all = [...linesIn(files.data), ...linesIn(files.prompts).map(goldOf(' good', ' bad'))];
  const share = { prompts: undefined, seed_share: 10 / 24, data: join(root, 'gold.jsonl') };
  writeLines(share.data, all);
  const { path } = await spa('gold', share);
  const gold = contents(path);
  const isSeed = new Set(keysIn(path, 'seed.jsonl'));
  const noise = goldOf(' 7 seas', ' not at all, you see');
  writeLines(
    share.data,
    all.map((pair) => (isSeed.has(promptKey((pair as { prompt: Content }).prompt)) ? pair : noise(pair))),
  );
  const again = await spa('noise', share);
  const noisy = contents(again.path);
  assert.equal(isSeed.size, 10);
  assert.deepEqual(Object.keys(noisy), Object.keys(gold));
  for (const name of Object.keys(gold)) if (name !== 'config.yaml') assert.equal(noisy[name], gold[name], name);
});

/** A pair of a prompt with these responses. */
const goldOf = (chosen: string, rejected: string) => (line: object) => {
  const { id, prompt } = line as { id?: string; prompt: Content };
  const said = (content: string) => (typeof prompt === 'string' ? content : [{ role: 'assistant', content }]);
  return { id, prompt, chosen: said(chosen), rejected: said(rejected) };
};

test('rewards are those of the sampled token ids: the policy of the round before against the start', async () => {
  const kind = { dtype: 'float32', device: 'cpu' } as const;
  using initial = await openModel(files.model, kind);
  for (const [round, policy] of [
    [1, 'seed/final'],
    [2, 'round-1/train/final'],
  ] as const) {
    using model = loadModel(join(run, policy));
    const sampled = responsesOf(run, round);
    for (const { id, prompt, responses } of judgmentsOf(run, round)) {
      const own = sampled.filter((response) => response.id === id).sort((a, b) => a.index - b.index);
      const group = { prompt: encodePrompt(initial.tokenizer, prompt), responses: own.map(({ tokens }) => tokens) };
      const [expected] = selfRewards(model, initial.model, [group]); // one prompt alone, in place of a batch
      responses.forEach(({ reward }, k) => void assert.ok(Math.abs(reward - expected![k]!) < 1e-3));
    }
  }
});

test('the label is the greater reward, and says how sure it is: σ(β·difference)', () => {
  for (const { responses, chosen, rejected, probability } of [...judgmentsOf(run, 1), ...judgmentsOf(run, 2)]) {
    const [better, worse] = [responses[chosen!]!.reward, responses[rejected!]!.reward];
    assert.ok(better >= worse && chosen !== rejected);
    assert.ok(Math.abs(probability - 1 / (1 + Math.exp(-0.1 * (better - worse)))) < 1e-12);
  }
});

test('it learns the sampled tokens, as many as were sampled, and leaves what it thought of each pair', async () => {
  const { tokenizer } = await openModel(files.model, { dtype: 'float32', device: 'cpu' });
  for (const round of [1, 2]) {
    const prompts = judgmentsOf(run, round).map(({ prompt }) => encodePrompt(tokenizer, prompt).length);
    const responses = responsesOf(run, round).map(({ tokens }) => tokens.length);
    const trained = linesIn(run, `round-${round}`, 'train', 'metrics.jsonl').at(-1)!;
    assert.equal(trained.num_tokens, 2 * sum([...prompts, ...responses])); // two epochs

    const seen = linesIn(run, `round-${round}`, 'train', 'samples.jsonl');
    const pairs = linesIn(run, `round-${round}`, 'pairs.jsonl');
    assert.equal(seen.length, 2 * pairs.length);
    for (const { id, flagged, extrapolated } of pairs) {
      const last = seen.findLast((line) => line.id === id)!;
      assert.deepEqual([flagged, extrapolated], [last.flagged, last.extrapolated]);
    }
    assert.ok(seen.some(({ flagged }) => flagged));
    assert.ok(seen.filter(({ step }) => step === 1).every(({ margin, flagged }) => margin === 0 && !flagged));
  }
});

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

test('cut responses are counted and get no end token, unless as the released code has it', async () => {
  const isCut = ({ finish }: { finish: string }) => finish === 'length';
  const long = { prompts_per_round: [8], temperature: 3, response_length: 60 }; // some end by themselves
  const { path } = await spa('long', long);
  const sampled = responsesOf(path, 1);
  const cut = sampled.filter(isCut).length;
  assert.ok(cut > 0 && cut < sampled.length);
  assert.equal(metricsOf(path)[0]!['spa/truncated'], cut / sampled.length);
  const judged = (of: string) => judgmentsOf(of, 1).flatMap(({ responses }) => responses);
  assert.ok(judged(path).every((one) => (isCut(one) ? one.tokens === 60 : one.tokens <= 60)));

  const { path: released } = await spa('eos', { ...long, as_released: ['eos'] });
  assert.deepEqual(responsesOf(released, 1), sampled); // what was sampled stays as it is
  assert.ok(judged(released).every((one) => (isCut(one) ? one.tokens === 61 : one.tokens <= 60)));
  const learned = (of: string) => Number(linesIn(of, 'round-1', 'train', 'metrics.jsonl').at(-1)!.num_tokens);
  assert.equal(learned(released) - learned(path), 2 * cut);
});

test('responses that read the same make no pair and are counted; a run without any pair says what to do', async () => {
  const { path, stderr } = await spa('cold', { top_p: 0.006, response_length: 2, prompts_per_round: [14] });
  const dropped = linesIn(path, 'round-1', 'judgments.jsonl').filter((line) => line.dropped !== undefined);
  const equal = dropped.filter((line) => line.dropped === 'equal').length;
  const [numbers] = metricsOf(path);
  assert.ok(equal > 0 && dropped.length < 14);
  assert.ok(dropped.every(({ chosen, rejected }) => chosen === undefined && rejected === undefined));
  assert.deepEqual([numbers!['spa/equal'], numbers!['spa/empty']], [equal, dropped.length - equal]);
  assert.equal(numbers!['spa/pairs'], 14 - dropped.length);
  assert.equal(linesIn(path, 'round-1', 'pairs.jsonl').length, 14 - dropped.length);
  assert.match(stderr, new RegExp(`${14 - dropped.length} pairs of 14 prompts; left out: ${equal} whose responses`));

  const file = settingsFile(join(root, 'frozen'), 'run', { ...quickSpa(files), temperature: 1e-6 });
  const frozen = await attune('train', 'spa', file);
  assert.equal(frozen.code, 2);
  assert.match(frozen.stderr, /RunError: Round 1: the responses to each of its 8 prompts read the same/);
});

test('prompts that are too long lose their beginning, and are counted', async () => {
  const { path, stderr } = await spa('short', { max_prompt_length: 12, prompts_per_round: [14] });
  const { tokenizer } = await openModel(files.model, { dtype: 'float32', device: 'cpu' });
  const prompts = judgmentsOf(path, 1).map(({ prompt }) => encodePrompt(tokenizer, prompt).length);
  const cut = prompts.filter((length) => length > 12).length;
  assert.ok(cut > 0);
  assert.match(stderr, new RegExp(`! ${cut} prompts have more than 12 tokens: they lose their beginning`));
  assert.equal(metricsOf(path)[0]!['spa/cut_prompts'], cut);
  const read =
    sum(prompts.map((length) => Math.min(length, 12))) + sum(responsesOf(path, 1).map((r) => r.tokens.length));
  assert.equal(linesIn(path, 'round-1', 'train', 'metrics.jsonl').at(-1)!.num_tokens, 2 * read);
});

test('a reward model judges in place of the policy: the best against the worst of three', async () => {
  const reward = await tinyRewardModel(join(root, 'reward'));
  const judge = { judge: 'reward_model', judge_model: reward, num_generations: 3, prompts_per_round: [6] };
  const { path } = await spa('scored', judge);
  using opened = await openModel(reward, { dtype: 'float32', device: 'cpu' });
  for (const { id, prompt, responses, chosen, rejected } of judgmentsOf(path, 1)) {
    const own = responsesOf(path, 1).filter((response) => response.id === id);
    const ids = encodePrompt(opened.tokenizer, prompt);
    const scores = own.map(({ tokens }) => scoreAlone(opened.model as RewardModel, [...ids, ...tokens]));
    responses.forEach(({ reward: found }, k) => void assert.ok(Math.abs(found - scores[k]!) < 1e-4));
    assert.deepEqual([scores[chosen!], scores[rejected!]], [Math.max(...scores), Math.min(...scores)]);
  }
});

test('without a seed the model is held against the one it was made from, or against nothing', async () => {
  const noSeed = { data: undefined, seed_epochs: undefined, prompts_per_round: [6], model: join(run, 'final') };
  const held = await spa('no-seed', { ...noSeed, initial_model: files.model });
  assert.ok(!existsSync(join(held.path, 'seed')));
  assert.ok(judgmentsOf(held.path, 1).some(({ responses }) => responses[0]!.reward > 0));
  const alone = await spa('alone', { ...noSeed, judge_reference: 'none' });
  assert.ok(judgmentsOf(alone.path, 1).every(({ responses }) => responses.every(({ reward }) => reward < 0)));
});

test('where the policy is π_init itself every reward is 0, to rounding', async () => {
  const noSeed = { data: undefined, seed_epochs: undefined, prompts_per_round: [6], initial_model: files.model };
  const { path } = await spa('itself', noSeed);
  const judged = judgmentsOf(path, 1).filter(({ chosen }) => chosen !== undefined);
  // Half of a reward was computed with a key-value cache, half without.
  assert.ok(judged.every(({ responses }) => responses.every(({ reward }) => Math.abs(reward) < 1e-4)));
  assert.ok(judged.every(({ probability }) => Math.abs(probability - 0.5) < 1e-4));
});

test('a language model judges by letters, in both orders: its odds are the rewards’ difference', async () => {
  const judge = { judge: 'pairwise', judge_model: files.model, prompts_per_round: [6] };
  const { path } = await spa('asked', judge);
  using opened = await openModel(files.model, { dtype: 'float32', device: 'cpu' });
  for (const { prompt, responses, chosen, probability } of judgmentsOf(path, 1)) {
    const [a, b] = responses.map(({ text }) => text) as [string, string];
    const [odds] = pairwiseLogOdds(opened, [{ prompt, a, b }]); // one question alone, in place of a batch
    assert.ok(Math.abs(responses[0]!.reward - responses[1]!.reward - odds!) < 1e-4);
    assert.equal(chosen, odds! > 0 ? 0 : 1);
    assert.ok(Math.abs(probability - 1 / (1 + Math.exp(-Math.abs(odds!)))) < 1e-4);
  }
});
