import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type PropertyName, properties } from '../../src/judges/properties.ts';

// Expected values are counted by hand from the definitions in properties.ts.
const golden: Record<PropertyName, [text: string, value: number][]> = {
  dialogue: [
    ['"Come in," said the fox.', 1],
    ['The fox asked the mouse to come in.', 0],
    ['The sign said "Keep".', 0], // one word is a label, not speech
  ],
  feelings: [
    ['Pip was sad. Then he was happy.', 1],
    ['Pip was sad, sad, sad.', 0.5],
    ['Pip sat down.', 0],
  ],
  senses: [
    ['The air smelled of mint, and the moss was soft.', 1],
    ['The air smelled of mint.', 0.5],
    ['The air was air.', 0],
  ],
  happyEnding: [
    ['He fell. He stood up. He ran. He won. They laughed.', 1],
    ['They laughed. He ran. He ran on. He ran far. He stopped.', 0], // five sentences before the end
    ['They laughed. Then she cried.', 0],
  ],
  sadEnding: [
    ['They laughed. Then she cried.', 1],
    ['They laughed.', 0],
  ],
  thanks: [
    ['"Thank you," said Pip.', 1],
    ['Pip thanked the owl.', 1],
    ['Pip left.', 0],
  ],
  shouting: [
    ['Wow! Look! He ran! "Stop!"', 1],
    ['Oh no! He ran. He ran on. He hid. He slept.', 0], // one of five is lively
    ['Oh! He ran! He hid. He slept. He woke.', 0.25], // (2/5 − 1/5) / (4/5)
    ['', 0],
  ],
  repetition: [
    ['one two three four five', 0],
    ['he ran and ran. He ran and ran.', 1 / 5], // five runs of four words, "he ran and ran" twice
    ['too short here', 0],
  ],
  goodLength: [
    ['word '.repeat(20), 0],
    ['word '.repeat(40), 0.5],
    ['word '.repeat(60), 1],
    ['word '.repeat(130), 1],
    ['word '.repeat(170), 0.5],
    ['word '.repeat(500), 0],
  ],
  complete: [
    ['They went home.', 1],
    ['"Good night."', 1],
    ['They went', 0],
    ['"Good night.', 0],
    ['', 0],
  ],
};

for (const [name, cases] of Object.entries(golden)) {
  test(`${name} is what counting by hand gives`, () => {
    for (const [text, value] of cases) {
      assert.ok(Math.abs(properties[name as PropertyName](text) - value) < 1e-12, JSON.stringify(text));
    }
  });
}

test('every property of every text lies between 0 and 1', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', ' ', '.', '!', '"', 'sad ', 'happy ', 'A', '\n'), maxLength: 80 }),
      (text) => {
        for (const property of Object.values(properties)) {
          const value = property(text);
          assert.ok(value >= 0 && value <= 1, `${property.name}: ${value}`);
        }
      },
    ),
  );
});
