import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pairwiseQuestion, pairwiseText } from '../../src/index.ts';

const forms = {
  conversation: (prompt: string, a: string, b: string) => pairwiseQuestion(prompt, a, b)[0]!.content,
  text: pairwiseText,
};

test('the question ends with the beginning of an answer that lacks only its letter', () => {
  const [asked, answer, ...rest] = pairwiseQuestion('Hi', 'x', 'y');
  assert.deepEqual([asked!.role, answer!.role, rest.length], ['user', 'assistant', 0]);
  assert.match(answer!.content, /\bis$/);
  assert.ok(pairwiseText('Hi', 'x', 'y').endsWith(answer!.content));
});

test('exchanging the responses exchanges them in the question and changes nothing else', () => {
  for (const form of Object.values(forms)) {
    const [given, exchanged] = [form('Hi', 'first', 'second'), form('Hi', 'second', 'first')];
    assert.equal(given.replace('first', '#').replace('second', 'first').replace('#', 'second'), exchanged);
    assert.ok(given.indexOf('(A)') < given.indexOf('first') && given.indexOf('first') < given.indexOf('(B)'));
  }
});

test('no text can forge the line that fences it in', () => {
  const hostile = fc.array(fc.constantFrom('=', '===', '\n', 'x', '(B)', 'Option (B):'), { maxLength: 12 });
  const text = hostile.map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, text, text, (prompt, a, b) => {
      for (const [name, form] of Object.entries(forms)) {
        const question = form(prompt, a, b);
        const runs = question.match(/=+/g)!.sort((x, y) => y.length - x.length);
        const fence = runs[0]!;
        const fences = { conversation: 7, text: 3 }[name]; // one is named in the instructions, the others are lines
        assert.equal(runs.filter(({ length }) => length === fence.length).length, fences);
        assert.ok(fence.length >= 3);
      }
    }),
  );
});

test('a conversation shows who speaks, and a single message stands as it is', () => {
  const said = (role: 'user' | 'assistant', content: string) => ({ role, content });
  const talk = [said('user', 'Hi'), said('assistant', 'Hello'), said('user', 'And now?')];
  for (const question of [pairwiseQuestion(talk, 'x', 'y')[0]!.content, pairwiseText(talk, 'x', 'y')])
    assert.match(question, /\[user\]\nHi\n\n\[assistant\]\nHello\n\n\[user\]\nAnd now\?\n===/);
  assert.equal(pairwiseText([said('user', 'Hi')], 'x', 'y'), pairwiseText('Hi', 'x', 'y'));
});

test('the plain form is whole', () => {
  assert.equal(
    pairwiseText('One wet day,', ' a cat sat.\n', ' a dog ran.'),
    'One wet day,\n===\n(A) a cat sat.\n===\n(B) a dog ran.\n===\nThe more helpful, honest and harmless option is',
  );
});
