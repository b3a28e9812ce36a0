import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type BenchmarkSystem, benchmarkPage } from '../../src/report/benchmarkPage.ts';
import { hostile, structure } from './hostile.ts';

const score = (mean: number) => ({
  mean,
  n: 20,
  standardError: 0.5,
  interval: [mean - 1, mean + 1] as const,
  degreesOfFreedom: 19,
});

/** A system with this text wherever a file can bring one in. */
const systemOf = (words: string, more: Partial<BenchmarkSystem> = {}): BenchmarkSystem => ({
  system: `s${words}`,
  total: score(5),
  groups: [
    {
      title: 'Categories',
      rows: [
        [`math${words}`, score(4)],
        [`writing${words}`, undefined],
      ],
    },
    { title: 'Dimensions', rows: [['clarity', undefined]] },
  ],
  unread: [{ about: `1${words}`, said: `n${words}` }],
  missing: [`2${words}`],
  ...more,
});

test('no name or reply can add an element or an attribute to a page about a benchmark', () => {
  const pageOf = (words: string) => benchmarkPage('MT-bench', [systemOf(words), systemOf('')], [`f${words}`]);
  const plain = structure(pageOf('x'));
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary' })), { minLength: 1 }),
      (parts) => assert.deepEqual(structure(pageOf(parts.join(''))), plain),
    ),
    { numRuns: 20 },
  );
});

test('means are drawn where there are any; what has none, and what could not be read, is named', () => {
  const shown = benchmarkPage('AlignBench', [systemOf('')], ['judged.jsonl']);
  assert.match(shown, /title="3\.00 – 5\.00, n = 20">4\.00</);
  assert.match(shown, /No score: writing\./);
  assert.doesNotMatch(shown, /Dimensions/);
  assert.doesNotMatch(shown, /Totals/); // of several systems only
  assert.match(shown, /Without a score, in no mean: 1/);
  assert.match(shown, /Questions that nothing was said about: 1 \(2\)\./);
  const fine = benchmarkPage('AlignBench', [systemOf('', { unread: [], missing: [] }), systemOf('t')], []);
  assert.match(fine, /<h2>Totals/);
  const quiet = benchmarkPage('AlignBench', [systemOf('', { unread: [{ about: '1', said: ' \n' }] })], []);
  assert.match(quiet, /\(nothing\)/);
});

test('of a long reply its end is shown, where the verdict belongs', () => {
  const said = `${'a'.repeat(5000)} in the end`;
  const shown = benchmarkPage('AlignBench', [systemOf('', { unread: [{ about: '1', said }] })], []);
  assert.match(shown, /…a{289} in the end</);
});
