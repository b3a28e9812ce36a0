import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runReport } from '../../src/report/runReport.ts';
import { spaReport } from '../../src/report/spaRun.ts';
import { hostile, structure } from './hostile.ts';
import { spaFolder } from './spaFolder.ts';

const root = mkdtempSync(join(tmpdir(), 'attune-spa-'));
after(() => rmSync(root, { recursive: true }));

/** A report without the marks that keep numbers and words on a line. */
const plain = (page: string): string => page.replaceAll('\u00a0', ' ');

test('a run of self-annotation is shown round by round: pairs, labels, flags and lengths with their shares', () => {
  const folder = join(root, 'two rounds');
  spaFolder(folder, [{ prompts: 50 }, { prompts: 40, equal: 8, tokens: 70 }]);
  const page = plain(runReport(folder));
  assert.equal(page, plain(spaReport(folder)));
  assert.match(page, /labelled 82 pairs of its own responses in 2 rounds/); // 50 + 32
  const rows = [...page.matchAll(/<tr><th scope="row">(Round \d)<\/th>(.*?)<\/tr>/gs)].map(([, name, cells]) => [
    name,
    ...[...cells!.matchAll(/<td>(.*?)<\/td>/g)].map(([, cell]) => cell),
  ]);
  // Confidences are 0.5 + i/2n: of 0 to 49, 74.5 %; of 8 to 39 of 40, 79.375 %. Flagged are 0, 10, …: 5 of 50, and 10, 20, 30 of 32.
  assert.deepEqual(rows, [
    ['Round 1', '50', '50', '0', '0', '20.0 %', '74.5 %', '10.0 %', '100.0 %'],
    ['Round 2', '40', '32', '8', '0', '20.0 %', '79.4 %', '9.4 %', '100.0 %'],
  ]);
  assert.match(page, />72<.*52 in round 1/s); // mean length of the chosen
  assert.match(page, />2\.0 %<\/span><span class="detail">of all rounds/); // 2 of 100 s, 4 of 200 s
  assert.doesNotMatch(page, /NaN|undefined|Infinity/);
});

test('the surest, the undecided and the doubted pairs are shown in full, none of them twice', () => {
  const folder = join(root, 'samples');
  spaFolder(folder, [{ prompts: 100 }]);
  const page = plain(spaReport(folder));
  const prompts = [...page.matchAll(/<span>Prompt<\/span>Once, prompt (\d+)</g)].map(([, i]) => Number(i));
  // Extrapolated margins are sin i: of 0, 10, …, 90 the lowest are those of 80 and 30. 0 is undecided and flagged.
  assert.deepEqual(prompts, [99, 98, 0, 1, 80, 30]);
  assert.match(page, /Once better 99.*confidence <b>99\.5 %/s);
  assert.equal([...page.matchAll(/class="cut-off">cut off/g)].length, 6); // 0, 80 and 30, both sides
});

test('a run is a page at any moment: before it, after its seed, while a round is sampled, judged and learned from', () => {
  const folder = join(root, 'early');
  mkdirSync(folder);
  assert.throws(() => spaReport(folder), /holds no run/);
  writeFileSync(join(folder, 'config.yaml'), 'prompts_per_round: [4]\n');
  assert.match(runReport(folder), /has not been logged yet/);
  spaFolder(folder, []);
  assert.match(runReport(folder), /has not labelled any itself yet/);
  mkdirSync(join(folder, 'round-1'));
  assert.match(runReport(folder), /has not labelled any itself yet/);
  spaFolder(folder, [{ prompts: 20, over: false }]);
  const page = runReport(folder);
  assert.match(page, /labelled 20 pairs of its own responses in one round/);
  assert.doesNotMatch(page, /NaN|undefined|Infinity|Where the time went/);
});

test('the training of a round has a report of its own, with what it doubted in place of samples', () => {
  const folder = join(root, 'training');
  spaFolder(folder, [{ prompts: 100 }]);
  const train = join(folder, 'round-1', 'train');
  writeFileSync(join(train, 'config.yaml'), readFileSync(join(folder, 'config.yaml'))); // as the training of a round has it
  const page = runReport(train);
  assert.match(page, /What training doubted/);
  assert.equal([.../class="dots flagged c2" d="(.*?)"/.exec(page)![1]!.matchAll(/M/g)].length, 10);
  assert.doesNotMatch(page, /What each round made|<article/);
});

test('a round in which every pair of responses was equal is shown as that', () => {
  const folder = join(root, 'equal');
  spaFolder(folder, [{ prompts: 8, equal: 8 }]);
  assert.doesNotMatch(spaReport(folder), /NaN|undefined|Infinity/);
});

test('no text of a model can add an element or an attribute to the report, nor anything that is loaded', () => {
  const reportOf = (said: string) => {
    const folder = join(root, 'hostile');
    spaFolder(folder, [{ prompts: 30, said }], { data: said });
    return spaReport(folder);
  };
  const expected = structure(reportOf('x'));
  for (const said of hostile) assert.deepEqual(structure(reportOf(said)), expected, said);
  assert.match(reportOf('<b>said</b>'), /&lt;b&gt;said&lt;\/b&gt; better 29/);
  assert.doesNotMatch(reportOf('x'), /<script|<link|<img|<iframe|@import|url\(|https?:|\ssrc=|\shref=|\son\w+=/i);
});
