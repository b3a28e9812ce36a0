import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import {
  readDifficulties,
  readGamedRows,
  readLengthComparisons,
  readLengthWeights,
  readOutputs,
} from '../../src/index.ts';
import { fileWriter, temporaryFolder } from '../files.ts';
import { compared } from './comparison.ts';

const write = fileWriter(temporaryFolder());

test('outputs are found by their prompt, and by their row where no prompt is known; lengths are code points', async () => {
  const outputs = await readOutputs(
    write('outputs.jsonl', [
      { instruction: 'Owl?', output: '🦉🦉', generator: 'base' },
      { instruction: 'Cat?', output: 'cats', generator: 'base' },
    ]),
  );
  assert.equal(outputs.generator, 'base');
  assert.deepEqual([outputs.lengthOf('Owl?', 1), outputs.lengthOf(undefined, 1)], [2, 4]);
  assert.equal(outputs.lengthOf('Dog?', 0), undefined);
  const placed = await readOutputs(write('placed.jsonl', [{ index: 7, output: 'abc' }]));
  assert.deepEqual([placed.lengthOf(undefined, 7), placed.lengthOf(undefined, 0)], [3, undefined]);
});

test('the baseline’s outputs stand in for its own missing texts only', async () => {
  const row = { instruction: 'Owl?', generator_1: 'base', generator_2: 'mine', preference: 1.75 };
  const baseline = await readOutputs(write('base.jsonl', [{ instruction: 'Owl?', output: 'hoot', generator: 'base' }]));
  const whole = write('whole.jsonl', [{ ...row, output_2: 'hoo' }]);
  const { comparisons, meanLengths } = await readLengthComparisons(whole, { baseline });
  assert.deepEqual([comparisons[0]!.lengthDifference, comparisons[0]!.won, meanLengths], [1, 0.75, [3, 4]]);
  const turned = await readLengthComparisons(whole, { baseline, system: 'base' });
  assert.deepEqual([turned.comparisons[0]!.lengthDifference, turned.comparisons[0]!.won], [-1, 0.25]);
  await assert.rejects(readLengthComparisons(write('none.jsonl', [{ ...row, output_1: 'hoot' }]), { baseline }), {
    code: 'bad_data',
    message: /"output_2" \(by mine\) is missing, in the outputs given \(by base\) too/,
  });
});

test('comparisons of other systems are counted, those that nobody decided kept for their prompts', async () => {
  const file = write('own.jsonl', [
    compared('1', 'a', { sources: ['new', 'old'], texts: ['long one', 'short'] }),
    compared('2', 'skip', { sources: ['old', 'new'] }),
    compared('3', 'b', { sources: ['old', 'other'] }),
  ]);
  const { comparisons, skips, others, against } = await readLengthComparisons(file, { system: 'new', against: 'old' });
  assert.deepEqual([comparisons.map(({ won }) => won), skips, others, against], [[1, undefined], 1, 1, ['old']]);
  assert.equal(comparisons[0]!.lengthDifference, -3);
});

test('difficulties are read as spreadsheets and pandas write them, packed or not', async () => {
  const marked = write('marked.csv', '\ufeffindex,instruction_difficulty\r\n0,-0.5\r\n1,2e-1\r\n');
  const { of: difficultyOf, values } = await readDifficulties(marked);
  assert.deepEqual([difficultyOf({ index: 1 }), difficultyOf({ index: 2 }), values], [0.2, undefined, [-0.5, 0.2]]);
  const packed = write('packed.csv.gz', gzipSync('prompt,instruction_difficulty\n"Owl, or not?",1\n'));
  assert.equal((await readDifficulties(packed)).of({ index: 5, prompt: 'Owl, or not?' }), 1);
});

test('weights and manipulated rows that cannot be used are listed with their lines', async () => {
  const head = ',np.tanh(std_delta_len),instruction_difficulty,not_gamed_baseline.astype(float)\n';
  const weights = await readLengthWeights(write('weights.csv', `${head}mine,-1,0.5,0.25\n`));
  assert.deepEqual(weights.get('mine'), { length: -1, difficulty: 0.5, system: 0.25 });
  await assert.rejects(readLengthWeights(write('short.csv', `${head}mine,-1,0.5\nyours,,1,1\n`)), {
    code: 'bad_data',
    message:
      /2 lines.*line 2: "not_gamed_baseline\.astype\(float\)" is missing\n.*line 3: "np\.tanh\(std_delta_len\)" is ""/s,
  });
  await assert.rejects(readLengthWeights(write('other.csv', 'model,np.tanh(std_delta_len)\nmine,1\n')), {
    message: /other\.csv: has the columns model, np\.tanh\(std_delta_len\)\. Columns: the model's name, np\.tanh/,
  });
  const gamed = write('gamed.csv', 'preference,std_delta_len,instruction_difficulty\n0.5,-1,2\n,1,1\n');
  assert.deepEqual(await readGamedRows(gamed), {
    gamed: [{ won: 0.5, standardizedDifference: -1, difficulty: 2 }],
    skips: 1,
  });
  await assert.rejects(readGamedRows(write('two.csv', 'preference,std_delta_len,instruction_difficulty\n1.5,-1,2\n')), {
    message: /line 2: "preference" is "1\.5"; expected from 0 to 1/,
  });
  await assert.rejects(readDifficulties(write('empty.csv', 'index,instruction_difficulty\n')), {
    message: /has no rows/,
  });
});
