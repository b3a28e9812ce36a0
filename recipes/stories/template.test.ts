import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expand } from './template.ts';

const first = () => 0;
const last = () => 0.999;

test('alternatives are chosen, also inside each other, and may be empty', () => {
  const template = 'A [[big|huge] |]cat[| sat] here.';
  assert.equal(expand(template, {}, first), 'A big cat here.');
  assert.equal(expand(template, {}, last), 'A cat sat here.');
});

test('a slot with a capital begins with a capital', () => {
  assert.equal(
    expand('{He} saw {thing}. {Thing} saw {him}.', { he: 'she', him: 'her', thing: 'the ox' }, first),
    'She saw the ox. The ox saw her.',
  );
});

test('"a" becomes "an" before a vowel, wherever the vowel comes from', () => {
  assert.equal(expand('A {kind} met a [old|new] {kind}.', { kind: 'otter' }, first), 'An otter met an old otter.');
  assert.equal(expand('A {kind} met a [old|new] {kind}.', { kind: 'fox' }, last), 'A fox met a new fox.');
});

test('a slot that is not there and a bracket that is not closed are errors that show the template', () => {
  assert.throws(() => expand('{nobody} came.', {}, first), /\{nobody\} is not a slot here: "\{nobody\} came\."/);
  assert.throws(() => expand('[a|b came.', {}, first), /A bracket is not closed in the template "\[a\|b came\."/);
});
