import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readWeights, seededRandom } from '@attune/preferences';
import { dataFolder } from '../dataFolder.ts';

const { attune, lines, path, text, write } = dataFolder();

/** 90 samples of three features in two groups; Ada likes the first and minds the second, Bea is the other way round. */
const random = seededRandom(1);
const features = Array.from({ length: 90 }, () => [0, 1, 2].map(() => random.below(3) - 1));
const ada = features.map(([first, second]) => {
  const lead = 2 * first! - second! + 2 * random.uniform() - 1;
  return lead > 0 ? 'A' : 'B';
});
const bea = ada.map((label) => (label === 'A' ? 'B' : 'A'));
const names = ['kind', 'long', 'odd'];
write(
  'features.jsonl',
  features.map((row, i) => ({
    id: `s${i}`,
    features: Object.fromEntries(names.map((name, j) => [name, row[j]])),
    groups: [i < 60 ? 'Talk' : 'Code', ...(i < 4 ? ['Few'] : [])],
  })),
);
writeFileSync(path('labels.json'), JSON.stringify({ ada, bea }));
const quick = ['--chains', '2', '--warmup', '150', '--draws', '300', '--workers', '1'];
const fit = (...args: string[]) => attune('dissect', 'fit', '--features', 'features.jsonl', ...quick, ...args);

test('one judge over all samples: each property with its uncertainty, in the order of the features', async () => {
  const { status, stdout, stderr } = await fit('--labels', 'labels.json', '--judge', 'ada', '--json');
  assert.equal(status, 0, stderr);
  const { judge, group, samples, properties, heldOut } = JSON.parse(stdout);
  assert.deepEqual([judge, group, samples], ['ada', 'all', 90]);
  assert.deepEqual(
    properties.map(({ name }: { name: string }) => name),
    names,
  );
  const [kind, long] = properties;
  assert.ok(kind.q05 > 0 && long.mean < 0, 'Ada likes the first and minds the second');
  for (const property of properties) {
    for (const key of ['mean', 'sd', 'q05', 'q95', 'rhat', 'ess']) assert.equal(typeof property[key], 'number', key);
    assert.ok(property.q05 < property.mean && property.mean < property.q95);
  }
  assert.ok(heldOut.accuracy.share > 0.7);
});

test('for people: a table from most to least preferred', async () => {
  const { stdout } = await fit('--labels', 'labels.json', '--judge', 'bea');
  assert.match(stdout, /^bea, all: 90 samples\n/);
  assert.ok(
    stdout.indexOf('\nlong ') < stdout.indexOf('\nodd ') && stdout.indexOf('\nodd ') < stdout.indexOf('\nkind '),
  );
  assert.match(stdout, /Left-out labels foretold: \d/);
});

test('every judge in every group: written as weights that similarity reads, what is too small refused aloud', async () => {
  const { status, stdout, stderr } = await fit(
    '--labels',
    'labels.json',
    '--groups',
    '--out',
    'weights.jsonl',
    '--json',
  );
  assert.equal(status, 0, stderr);
  const { fits } = JSON.parse(stdout);
  assert.deepEqual(
    fits.map(({ judge, group }: { judge: string; group: string }) => `${judge} ${group}`),
    ['ada Talk', 'bea Talk', 'ada Few', 'bea Few', 'ada Code', 'bea Code'],
  );
  assert.match(stderr, /ada, Few: not fitted: 4 samples; a fit of 3 properties needs 10\./);
  assert.equal(lines('weights.jsonl').length, 4);
  const table = await readWeights(path('weights.jsonl'));
  assert.deepEqual([table.names, table.judges], [names, ['ada', 'bea']]);
  const [one, other] = ['ada', 'bea'].map((judge) => table.at(judge, 'Talk')!);
  assert.ok(one!.sd!.every((sd) => sd > 0));
  one!.mean.forEach((weight, j) => {
    assert.ok(Math.abs(weight + other!.mean[j]!) < 0.05, 'Bea says the contrary');
  });
  assert.match(text('weights.jsonl'), /^\{"judge":"ada","group":"Talk"/);
});

test('an index of groups, its group of all samples only when named', async () => {
  writeFileSync(path('groups.json'), JSON.stringify({ all: [...features.keys()], Talk: [...Array(60).keys()] }));
  const indexed = ['--labels', 'labels.json', '--judge', 'ada', '--groups', 'groups.json', '--json'];
  const talk = await fit(...indexed);
  assert.equal(JSON.parse(talk.stdout).group, 'Talk');
  assert.match(talk.stderr, /The group all is not fitted\. --group all fits it\./);
  const all = await fit(...indexed, '--group', 'all');
  assert.equal(JSON.parse(all.stdout).group, 'all');
});

test('what cannot be fitted ends with 2 and says what to do', async () => {
  const cases = [
    { args: ['--labels', 'labels.json', '--judge', 'eve'], says: /has no labels of eve, only of ada, bea\./ },
    { args: ['--labels', 'labels.json', 'labels.json'], says: /two lists of labels by ada\. Give one of them\./ },
    { args: ['--labels', 'labels.json', '--group', 'Talk'], says: /Give --groups too\./ },
    {
      args: ['--labels', 'labels.json', '--groups', '--group', 'Cod'],
      says: /--group Cod: there is no such group, only Talk/,
    },
    {
      args: ['--labels', 'labels.json', '--judge', 'ada', '--min-samples', '100'],
      says: /features\.jsonl: all has 90 samples; a fit of 3 properties needs 100\./,
    },
    { args: ['--labels', 'labels.json', '--prior', 'flat'], says: /laplace, normal, horseshoe/ },
  ];
  for (const { args, says } of cases) {
    const { status, stderr } = await fit(...args);
    assert.equal(status, 2, args.join(' '));
    assert.match(stderr, says);
  }
});

test('--data needs no features where all properties are computed: a judge that takes the longer response is found out', async () => {
  const visible = join(import.meta.dirname, '../../../../../recipes/dissect/visible.yaml');
  const long = 'word '.repeat(40);
  write(
    'comparisons.jsonl',
    Array.from({ length: 40 }, (_, i) => ({
      ...{ id: `c${i}`, prompt: [{ role: 'user', content: `Question ${i}?` }], judge: 'ann' },
      responses: [
        { id: 'x', text: i % 2 ? long : 'Short.' },
        { id: 'y', text: i % 2 ? 'Short.' : long },
      ],
      choice: i % 2 ? 'a' : 'b',
    })),
  );
  const own = ['dissect', 'fit', '--data', 'comparisons.jsonl', '--labels', 'comparisons.jsonl', ...quick];
  const { status, stdout, stderr } = await attune(...own, '--properties', visible, '--json');
  assert.equal(status, 0, stderr);
  const { judge, samples, properties } = JSON.parse(stdout);
  assert.deepEqual([judge, samples, properties[0].name], ['ann', 40, 'longer']);
  assert.ok(properties[0].q05 > 0);
  const rated = await attune(...own);
  assert.equal(rated.status, 2);
  assert.match(rated.stderr, /--features is needed: harmless, .* are rated/);
  const both = await attune(...own, '--features', 'features.jsonl');
  assert.match(both.stderr, /Give --features, or --data where all properties are computed/);
});
