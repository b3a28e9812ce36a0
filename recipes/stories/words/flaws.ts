/** What makes a story worse, so that there is something to prefer: text that goes nowhere, and shouting. */
export const ramblings = [
  'And then {he} walked. And then {he} walked. And then {he} walked some more.',
  'It was a day. It was a day like a day. It was a day.',
  '{Hero} looked and looked and looked and looked and looked.',
  'And then, and then, and then {he} went on, and then {he} went on.',
  '{He} went there and came back and went there and came back and went there.',
  'There was a thing and another thing and another thing and another thing.',
  '{Hero} did it again. {Hero} did it again. {Hero} did it again.',
];

export const shouts = [
  'Wow!',
  'Oh!',
  'Oh no!',
  'Hey!',
  'Look!',
  'Boom!',
  'Yes! Yes! Yes!',
  'No, no, no!',
  'Hurray!',
  'WOW!',
];
