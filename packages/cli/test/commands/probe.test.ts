import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { encodePairs, loadModel, openModel } from '@attune/align';
import { assertClose } from '../../../align/test/assertClose.ts';
import { probeDifferences } from '../../src/models/probing.ts';
import { attune } from '../train/attune.ts';
import { pairs, tinyModel, workshop, writeLines } from '../train/fixture.ts';
import { plainScore } from '../train/rewardFixture.ts';
import { readLines } from './lines.ts';

const root = workshop();
const model = join(root, 'model');
const [few, many] = [join(root, 'few.jsonl'), join(root, 'many.jsonl')];
const given = pairs(90);
const equal = { prompt: 'Tell.', chosen: ' the cat', rejected: ' the cat' }; // says nothing, and is left out
before(async () => {
  await tinyModel(model);
  writeLines(few, [...given.slice(0, 30), equal]);
  writeLines(many, given.slice(30));
});

const probe = (out: string, ...args: string[]) =>
  attune('probe', '--model', model, '--data', few, many, '--out', out, '--threads', '1', ...args);

test('a reward model of the depth that ranks best, whose scores are its head’s, with every pair accounted for', async () => {
  const out = join(root, 'probe');
  const { code, stderr, stdout } = await probe(out, '--json', '--depths', '1,2');
  assert.equal(code, 0, stderr);
  const { chosen, byDepth, n, right, wrong, ties } = JSON.parse(stdout);
  assert.deepEqual(
    byDepth.map(({ depth }: { depth: number }) => depth),
    [1, 2],
  );
  assert.equal(chosen.loss, Math.min(...byDepth.map(({ loss }: { loss: number }) => loss)));
  assert.equal(loadModel(out).layers.length, chosen.depth);
  assert.deepEqual([n, right + wrong + ties], [given.length, given.length]);
  assert.match(stderr, /30 pairs; 1 with two equal responses left out/);
  assert.ok(!existsSync(join(out, 'states')));

  // By one plain pass of the folder that was written over prompt and response.
  const scored = await attune(
    'score',
    '--model',
    out,
    '--data',
    many,
    '--out',
    join(root, 's.jsonl'),
    '--threads',
    '1',
  );
  assert.equal(scored.code, 0, scored.stderr);
  const [line] = readLines(join(root, 's.jsonl'));
  const { prompt, chosen: preferred } = given[30]!;
  assertClose(line.chosen, await plainScore(out, prompt, preferred), { atol: 1e-5 });
});

test('scores by heads that had no part of their prompt are what attune eval rm-accuracy reads, file by file', async () => {
  const out = join(root, 'read');
  await probe(out);
  const lines = readLines(join(out, 'scores.jsonl'));
  assert.equal(lines.length, given.length);
  assert.ok(lines.every(({ chosen, rejected }) => chosen === -rejected));
  const read = await attune(
    'eval',
    'rm-accuracy',
    '--scores',
    join(out, 'scores.jsonl'),
    '--group-by',
    'source',
    '--json',
  );
  const right = (file: string) => lines.filter(({ source, chosen }) => source === file && chosen > 0).length;
  assert.deepEqual(
    JSON.parse(read.stdout).groups.map((group: { name: string; right: number }) => [group.name, group.right]),
    [few, many].map((file) => [file, right(file)]),
  );
});

test('what was computed before it was stopped is not computed again, and other weights or depths have nothing of it', async () => {
  using opened = await openModel(model, { dtype: 'float32', device: 'cpu' });
  const { examples } = encodePairs(opened.tokenizer, given, { maxLength: 512, movedBoundary: 'split' });
  const folder = join(root, 'states');
  mkdirSync(folder);
  const stopped = new AbortController();
  stopped.abort();
  const options = { folder, signal: stopped.signal };
  await assert.rejects(probeDifferences(opened.model, examples, [1, 2], options), { code: 'stopped' });
  const [kept, ...others] = readdirSync(folder);
  assert.equal(others.length, 0);
  const writtenAt = statSync(join(folder, kept!)).mtimeMs;

  const going = { folder, signal: new AbortController().signal };
  const all = await probeDifferences(opened.model, examples, [1, 2], going);
  assert.equal(statSync(join(folder, kept!)).mtimeMs, writtenAt);
  const fresh = { ...going, folder: join(root, 'fresh') };
  assert.deepEqual(all, await probeDifferences(opened.model, examples, [1, 2], fresh));
  const lots = readdirSync(folder).length;
  await probeDifferences(opened.model, examples, [2], going);
  assert.equal(readdirSync(folder).length, 2 * lots);
});

test('depths that the model has not, too few prompts, and a reward model are refused', async () => {
  const cases: [string[], RegExp][] = [
    [['--depths', '1,3'], /has 2 layers, not 3/],
    [['--depths', 'all'], /6,12,18/],
    [['--folds', '400'], /each fold needs one of its own/],
  ];
  for (const [args, message] of cases) {
    const { code, stderr } = await probe(join(root, 'refused'), ...args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
  }
  const { code, stderr } = await attune(
    'probe',
    '--model',
    join(root, 'probe'),
    '--data',
    few,
    '--out',
    join(root, 'no'),
  );
  assert.equal(code, 2);
  assert.match(stderr, /is a reward model/);
});
