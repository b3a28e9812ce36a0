import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@attune/preferences';
import { castFor } from './cast.ts';
import { type Story, stories, tell } from './grammar.ts';
import type { Plot } from './plot.ts';
import { plots } from './plots/index.ts';
import { styleFrom } from './style.ts';
import { expand } from './template.ts';
import { closings } from './words/closings.ts';
import { feelings } from './words/feelings.ts';
import { openings } from './words/openings.ts';
import { scenes, weathers } from './words/settings.ts';
import { thanks } from './words/thanks.ts';

const some = (count: number, seed: number): Story[] => stories(seed).take(count).toArray();
const many = some(3000, 1);
const wordsOf = (text: string) => text.toLowerCase().match(/[a-z]+/g) ?? [];

test('the same seed tells the same stories, another seed others', () => {
  assert.deepEqual(some(50, 7), some(50, 7));
  assert.notDeepEqual(some(50, 7), some(50, 8));
});

test('a story begins with its prompt, which ends with a sentence and gives no style away', () => {
  for (const { prompt, text } of many) {
    assert.ok(text.startsWith(`${prompt} `), text);
    assert.match(prompt, /^[A-Z][^"!?]*\.$/);
  }
});

test('no story has a wrong article, a gap, a leftover bracket or a sentence without its capital', () => {
  // Vowel letters stand for vowel sounds here: "hour" is the one exception among the words.
  const wrong = [
    /\b[Aa] [aeiou]/,
    /\b[Aa]n (?!hour)[^aeiou]/,
    / {2}/,
    / [.,!?]/,
    /[[\]{}|]/,
    /[a-z]\. [a-z]/,
    /^[a-z]/,
    /\.\./,
  ];
  for (const { text } of many) for (const pattern of wrong) assert.doesNotMatch(text, pattern);
});

test('a story ends with a full stop or another end, unless it breaks off on purpose', () => {
  for (const { text, style } of many) if (style.ending !== 'abrupt') assert.match(text, /[.!?]"?$/);
  const abrupt = many.filter(({ style }) => style.ending === 'abrupt');
  assert.ok(abrupt.some(({ text }) => /[a-z]$/.test(text)));
});

test('quotations are closed, unless the story breaks off', () => {
  for (const { text, style } of many) {
    if (style.ending !== 'abrupt') assert.equal((text.split('"').length - 1) % 2, 0, text);
  }
});

test('nobody is called "he" or "she" but through the cast, where hero and friend differ', () => {
  const templates = [
    ...plots.flatMap(templatesOf),
    ...[closings, feelings, thanks].flatMap((table) => Object.values(table).flat()),
  ];
  for (const template of [...templates, ...openings]) {
    assert.doesNotMatch(template.replace(/\{\w+\}/g, ''), /\b(he|she|him|his|her|hers|himself|herself)\b/i, template);
  }
  const random = seededRandom(3).uniform;
  for (let i = 0; i < 500; i++) {
    const { he, him, his, himself, she, her, hers } = castFor(plots[i % plots.length]!, random).slots;
    const hero = { he, him, his, himself };
    const friend = { she, her, hers };
    if (he === 'he') assert.deepEqual([hero, friend], [masculine, { she: 'she', her: 'her', hers: 'her' }]);
    else assert.deepEqual([hero, friend], [feminine, { she: 'he', her: 'him', hers: 'his' }]);
  }
});

const masculine = { he: 'he', him: 'him', his: 'his', himself: 'himself' };
const feminine = { he: 'she', him: 'her', his: 'her', himself: 'herself' };

test('the friend is introduced before anything else is said of them', () => {
  const random = seededRandom(5).uniform;
  for (let i = 0; i < 2000; i++) {
    const plot = plots[i % plots.length]!;
    const cast = castFor(plot, random);
    const { text } = tell(plot, cast, { ...styleFrom(random), shouting: false }, random);
    const { friend } = cast.slots;
    const at = text.search(new RegExp(`\\b${friend}\\b`));
    if (at >= 0) assert.match(text.slice(0, at), /(named|My name is|That is|It was) $/, text);
  }
});

test('every template of every plot can be written out with the slots of its cast', () => {
  const random = seededRandom(9).uniform;
  for (const plot of plots) {
    for (const props of plot.props) {
      const { slots } = castFor({ ...plot, props: [props] }, random);
      for (const template of templatesOf(plot)) for (let i = 0; i < 3; i++) expand(template, slots, random);
    }
  }
});

test('each place and each weather has three sensory details or more', () => {
  for (const { senses } of [...scenes, ...weathers]) assert.ok(senses.length >= 3);
});

test('the words are few enough for a small model, the sentences and beginnings many', () => {
  const words = new Set(many.flatMap(({ text }) => wordsOf(text)));
  assert.ok(words.size > 1000 && words.size < 2500, `${words.size} words`);
  const sentences = new Set(many.flatMap(({ text }) => text.split(/(?<=[.!?]"?) (?="?[A-Z])/)));
  assert.ok(sentences.size > 10_000, `${sentences.size} sentences`);
  assert.ok(new Set(many.map(({ prompt }) => prompt)).size > 0.99 * many.length);
  assert.equal(new Set(many.map(({ plot }) => plot)).size, plots.length);
});

test('nine stories of ten without flaws have 60 to 160 words', () => {
  const whole = many.filter(({ style }) => style.ending !== 'abrupt' && !style.rambling);
  const fitting = whole.filter(({ text }) => wordsOf(text).length >= 60 && wordsOf(text).length <= 160);
  assert.ok(fitting.length > 0.9 * whole.length);
});

test('the style does not depend on the plot', () => {
  // 3,000 stories over 18 plots: about 167 each, so a share of ½ has a standard error of 0.04; 0.2 is five of them.
  for (const { name } of plots) {
    const styles = many.filter(({ plot }) => plot === name).map(({ style }) => style);
    const share = styles.filter(({ dialogue }) => dialogue).length / styles.length;
    assert.ok(Math.abs(share - 0.5) < 0.2, `${name}: ${share}`);
  }
});

function templatesOf(plot: Plot): string[] {
  const beats = [...plot.beats, ...Object.values(plot.endings)];
  return [...plot.events, ...plot.morals, ...beats.flatMap(({ told, spoken }) => [...told, ...spoken])];
}
