import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { encodePair, loadModel, Tokenizer } from '@attune/align';
import type { Pair } from '@attune/preferences';
import { assertClose } from '../../../align/test/assertClose.ts';
import { tokenLogpsOf } from '../../../align/test/models/plain.ts';
import { attune } from '../train/attune.ts';
import { pairs, tinyModel, workshop, writeLines } from '../train/fixture.ts';
import { readLines } from './lines.ts';

const root = workshop();
const [model, other] = [join(root, 'model'), join(root, 'other')];
const data = join(root, 'pairs.jsonl');
const given = pairs(9);
before(async () => {
  await tinyModel(model);
  await tinyModel(other);
  writeLines(data, given);
});

async function logps(...args: string[]) {
  const out = join(root, 'logps.jsonl');
  const ended = await attune('logps', '--model', model, '--data', data, '--out', out, '--threads', '1', ...args);
  assert.equal(ended.code, 0, ended.stderr);
  return { ...ended, lines: readLines(out) };
}

/** Sums over the response's tokens by one plain pass over prompt and response, no packing and nothing shared. */
async function plainSums(folder: string, pair: Pair) {
  using plain = loadModel(folder);
  const { prompt, chosen, rejected } = encodePair(await Tokenizer.load(folder), pair);
  const sum = (response: number[]) =>
    tokenLogpsOf(plain, [...prompt, ...response])
      .slice(prompt.length - 1)
      .reduce((total, logp) => total + logp, 0);
  return { chosen: sum(chosen), rejected: sum(rejected), tokens: [chosen.length, rejected.length] };
}

test('logps writes sums in nats over the tokens of each response, in the order of the pairs', async () => {
  const { lines, stdout } = await logps('--json');
  assert.deepEqual(
    lines.map(({ id }) => id),
    given.map(({ id }, i) => id ?? String(i + 1)),
  );
  for (const [i, pair] of given.entries()) {
    const expected = await plainSums(model, pair);
    const tolerance = { atol: 1e-4 }; // float32, sums of some dozen terms
    assertClose([lines[i].chosen, lines[i].rejected], [expected.chosen, expected.rejected], tolerance);
    assert.deepEqual([lines[i].chosenTokens, lines[i].rejectedTokens], expected.tokens);
    assert.equal('referenceChosen' in lines[i], false);
  }
  const { pairs: count, chosenLikelier } = JSON.parse(stdout);
  assert.equal(count, given.length);
  assert.equal(chosenLikelier, lines.filter(({ chosen, rejected }) => chosen > rejected).length / lines.length);
});

test('the reference’s columns are what the reference would score as the model', async () => {
  const { lines, stdout } = await logps('--reference', other);
  const alone = (await logps('--model', other)).lines;
  assert.deepEqual(
    lines.map(({ referenceChosen, referenceRejected }) => [referenceChosen, referenceRejected]),
    alone.map(({ chosen, rejected }) => [chosen, rejected]),
  );
  assert.match(stdout, /9 pairs.*gained more on the reference/s);
});

test('bad input is named with file, line and remedy, ends with 2 and writes nothing', async () => {
  const wide = await tinyModel(join(root, 'narrow'), { vocabSize: 257 });
  const long = writeLines(join(root, 'long.jsonl'), [given[0]!, { ...given[1]!, chosen: ' cat'.repeat(600) }]);
  const half = writeLines(join(root, 'half.jsonl'), [given[0]!, { prompt: 'a', chosen: 'b' }]);
  const out = join(root, 'none.jsonl');
  const cases: [args: string[], message: RegExp][] = [
    [
      ['--model', model, '--data', long],
      /long\.jsonl, line 2: prompt and response have \d+ tokens, the model 512 positions/,
    ],
    [['--model', model, '--data', half], /half\.jsonl, line 2: "rejected" is missing/],
    [['--model', model, '--data', data, '--reference', wide], /257 tokens in its vocabulary.*share the tokenizer/],
    [['--model', model, '--data', data, '--reference', join(root, 'no')], /no: there is no such file or folder/],
    [['--model', model, '--data', join(root, 'no.jsonl')], /no\.jsonl/],
  ];
  for (const [args, message] of cases) {
    const { code, stderr } = await attune('logps', '--out', out, ...args);
    assert.match(stderr, message);
    assert.equal(code, 2);
  }
  assert.equal(existsSync(out), false);
});
