import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LengthPageSystem, lengthPage } from '../../src/report/lengthPage.ts';

const curve = {
  bins: [
    { longerBy: -400, n: 40, winRate: 20, interval: [10, 35], predicted: 22 },
    { longerBy: 300, n: 41, winRate: 60, interval: [45, 74], predicted: 57 },
  ],
  points: [-500, -400, 0, 300].map((longerBy) => ({ longerBy, predicted: 40 + longerBy / 20 })),
} as const;
const system: LengthPageSystem = {
  data: '/far/away/votes.jsonl',
  system: 'new',
  against: ['old'],
  winRate: 40.25,
  bootstrap: [30, 50],
  lcWinRate: 40,
  lcInterval: [28, 52],
  extremeChange: false,
  curve,
};

test('a page of length-controlled rates has both rates, the points and what the regression says of them', () => {
  const markup = lengthPage([system]);
  for (const said of ['40.3', '40.0', 'votes.jsonl', 'How often a system wins against old']) {
    assert.ok(markup.includes(said), said);
  }
  assert.ok(!markup.includes('/far/away'));
  assert.equal(markup.match(/<circle/g)!.length, 4); // two points, two rings
  assert.ok(!/NaN|undefined/.test(markup));
});

test('what is doubtful is said, and a system without lengths has no chart', () => {
  const markup = lengthPage([
    { ...system, extremeChange: true },
    { ...system, system: 'far', curve: undefined, lcInterval: undefined },
  ]);
  assert.match(markup, /Far from the raw rate/);
  assert.equal(markup.match(/<figure/g)!.length, 1);
});

test('names of systems are text, whatever they hold', () => {
  const hostile = '<img src=x onerror=alert(1)>';
  const markup = lengthPage([{ ...system, system: hostile, against: [hostile], data: hostile }]);
  assert.ok(!markup.includes('<img'));
  assert.ok(markup.includes('&lt;img src=x'));
});
