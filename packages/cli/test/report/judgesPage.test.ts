import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Choice, type Comparison, judgesReport } from '@attune/preferences';
import fc from 'fast-check';
import { judgesPage } from '../../src/report/judgesPage.ts';
import { hostile, structure } from './hostile.ts';

const said = (judge: string, i: number, choice: Choice, more: Partial<Comparison> = {}): Comparison => ({
  id: String(i),
  prompt: [{ role: 'user', content: `Question ${i}` }],
  responses: [
    { id: 'a', text: `long ${'word '.repeat(10 + i)}`, source: i % 2 ? judge : 'other' },
    { id: 'b', text: `short ${i}`, source: i % 2 ? 'other' : judge },
  ],
  choice,
  judge,
  ...more,
});

const items = Array.from({ length: 24 }, (_, i) => i);

/** A page about a judge of this name, with everything that a page may have, or with what verdicts alone tell. */
function pageOf(judge: string, { alone = false } = {}): string {
  const verdicts = items.flatMap((i) => [
    said(judge, i, i % 3 ? 'a' : 'b', alone ? {} : { shownFirst: 'a' }),
    ...(alone ? [] : [said(judge, i, i % 5 ? (i % 7 ? 'a' : 'skip') : 'b', { shownFirst: 'b' })]),
  ]);
  const people = alone
    ? []
    : ['ann', 'bob'].flatMap((name) => items.map((i) => said(judge, i, i % 4 < 2 ? 'a' : 'b', { judge: name })));
  return judgesPage(judgesReport(verdicts, { people }), [`${judge}.jsonl`]);
}

test('no name can add an element or an attribute to a page about judges', () => {
  const plain = structure(pageOf('x'));
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary' })), { minLength: 1 }),
      (parts) => assert.deepEqual(structure(pageOf(`x${parts.join('')}`)), plain),
    ),
    { numRuns: 20 },
  );
});

test('a page about judges has a part for each thing that is known, and says what people do beside it', () => {
  const titles = (page: string) => [...page.matchAll(/<h2>([^<]*)/g)].map(([, title]) => title);
  assert.deepEqual(titles(pageOf('x')), [
    'Agreement with people',
    'The order of the responses',
    'Length',
    'What sways the choice',
    'Its own work',
    'The numbers',
    'How it was computed',
  ]);
  assert.match(pageOf('x'), /how often a person says what most of the others say: 100\.0\u00a0%/);
  assert.match(pageOf('x'), /how often people prefer the longer one: 50\.0\u00a0%/);
  assert.match(pageOf('x'), /they are not in the plots/); // some verdicts are missing
  assert.deepEqual(titles(pageOf('x', { alone: true })), [
    'Length',
    'What sways the choice',
    'The numbers',
    'How it was computed',
  ]);
});

test('a page about judges is one file: no script, and nothing from elsewhere', () => {
  assert.doesNotMatch(pageOf('x'), /<script|<link|<img|<iframe|@import|url\(|https?:|\ssrc=|\shref=|\son\w+=/i);
});
