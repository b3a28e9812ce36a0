import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Content,
  codePoints,
  contentStats,
  lastTurn,
  type Message,
  type Pair,
  pairStats,
} from '../../src/index.ts';

const pair = (prompt: Content, chosen: string, rejected: string): Pair => ({ prompt, chosen, rejected });

test('pairStats counts what a person would count', () => {
  const pairs = [
    pair('Sky?', 'It is blue.', 'Green.'),
    pair('Sky?', 'It is blue.', 'Green.'), //      repeats the first
    pair('Sea?', 'Same.', 'Same.'), //             identical
    pair('Why, though?', ' \n', 'Because.'), //    empty
  ];
  const stats = pairStats(pairs);
  assert.equal(stats.pairs, 4);
  assert.equal(stats.prompts, 3);
  assert.equal(stats.duplicates, 1);
  assert.equal(stats.identical, 1);
  assert.equal(stats.empty, 1);
  assert.equal(stats.chosenLonger, (1 + 1 + 0.5 + 0) / 4);
  const { p95, ...characters } = stats.prompt.characters;
  assert.deepEqual(characters, { mean: (4 + 4 + 4 + 12) / 4, median: 4, max: 12 });
  assert.ok(Math.abs(p95 - (4 + 0.85 * 8)) < 1e-12); // place 0.95 · 3 = 2.85 among 4, 4, 4, 12
  assert.equal(stats.chosen.words.mean, (3 + 3 + 1 + 0) / 4);
  assert.equal(stats.chosen.tokens, undefined);
});

test('a prompt as text and as one message of the user are the same prompt', () => {
  const message = [{ role: 'user' as const, content: 'Sky?\n' }];
  const stats = pairStats([pair('Sky?', 'Blue.', 'Green.'), pair(message, 'Blue.', 'Green.')]);
  assert.equal(stats.prompts, 1);
  assert.equal(stats.duplicates, 1);
});

test('turns are the messages of the user', () => {
  const turn = [
    { role: 'user' as const, content: 'Hi' },
    { role: 'assistant' as const, content: 'Hello' },
  ];
  assert.equal(contentStats([[...turn, ...turn.slice(0, 1)]]).turns.mean, 2);
});

test('tokens are counted by whoever can', () => {
  const stats = pairStats([pair('abc', 'de', 'f')], (text) => 10 * text.length);
  assert.deepEqual([stats.prompt.tokens?.mean, stats.chosen.tokens?.mean, stats.rejected.tokens?.mean], [30, 20, 10]);
});

test('characters are code points', () => {
  assert.equal(codePoints('a😀é'), 3);
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => codePoints(text) === Array.from(text).length));
});

test('no pairs give zeros, not NaN', () => {
  assert.equal(pairStats([]).prompt.characters.mean, 0);
  assert.equal(pairStats([]).chosenLonger, 0);
});

test('history is what comes before the user’s last message, the prompt what is left', () => {
  const say = (role: Message['role'], content: string): Message => ({ role, content });
  const [system, first, answer, last] = [say('system', 'S'), say('user', 'U'), say('assistant', 'A'), say('user', 'V')];
  assert.deepEqual(lastTurn([system, first, answer, last]), { history: [system, first, answer], prompt: [last] });
  assert.deepEqual(lastTurn([first, answer]), { history: '', prompt: [first, answer] });
  assert.deepEqual(lastTurn([system]), { history: '', prompt: [system] });
  assert.deepEqual(lastTurn('text'), { history: '', prompt: 'text' });
  const stats = pairStats([pair([first, answer, last], 'abc', 'd'), pair('text', 'abcde', 'f')]);
  assert.deepEqual([stats.history.characters.mean, stats.prompt.characters.mean], [(4 + 0) / 2, (1 + 4) / 2]); // U, blank line, A
  assert.deepEqual([stats.response.characters.mean, stats.response.characters.max], [(3 + 1 + 5 + 1) / 4, 5]);
});
