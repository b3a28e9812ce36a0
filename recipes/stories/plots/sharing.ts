import type { Plot } from '../plot.ts';

/** There is one of something good, and there are two who are hungry. */
export const sharing: Plot = {
  name: 'sharing',
  props: [
    { food: '[apple|plum|berry] pie', part: 'slice', make: 'baked' },
    { food: 'honey cake', part: 'piece', make: 'baked' },
    { food: 'loaf of bread', part: 'slice', make: 'baked' },
    { food: 'pot of [carrot|bean|mushroom] soup', part: 'bowl', make: 'cooked' },
    { food: 'jar of [plum|berry] jam', part: 'spoonful', make: 'cooked' },
    { food: '[round|yellow] cheese', part: 'piece', make: 'made' },
  ],
  events: [
    '{make} a {food}, all for {himself}',
    '{make} a {food} that smelled so good that the birds stopped singing',
    'put a fresh {food} on the window sill',
    '{make} the best {food} of the year',
  ],
  beats: [
    {
      extra: true,
      told: [
        '{He} had waited for this the whole [week|winter|day].',
        '{He} put on a clean napkin and picked out the biggest spoon.',
        'It smelled of [butter|summer|good things], and {his} tummy made a loud sound.',
      ],
      spoken: [
        '"All of it is for me," {he} said, and tied on a napkin.',
        '"One {part} now, one {part} later, and one for midnight," {he} said.',
      ],
    },
    {
      told: [
        'Just then somebody knocked. At the door stood {aFriend}, thin and tired from the road.',
        'But outside, {aFriend} came up the path, and {she} had had nothing to eat all day.',
        'Then {he} saw {aFriend} at the window. {She} looked at the {food} and quickly looked away.',
      ],
      spoken: [
        'There was a knock. "I saw your light," said {aNewcomer}. "My name is {friend}. May I warm my {paws}?"',
        'There was a knock. "Something smells good here," said {aFriend}. "I have had nothing since yesterday."',
      ],
    },
    {
      told: [
        '{Hero} looked at the {food}. It seemed to grow smaller and smaller.',
        '{He} stood in front of the {food} so that {friend} could not see it.',
        '{He} took out a very small {part}. It was so small that {he} could hardly see it.',
      ],
      spoken: [
        '"There is not much," said {hero}, and stood in front of it.',
        '"It may not be very good," said {hero}. {Friend} only nodded and sat down by the fire.',
      ],
      mood: 'sorry',
    },
    {
      told: [
        'Then {he} saw how {friend} held {hers} tummy. So {he} took a second plate from the shelf.',
        'But a {food} is no fun for one. {Hero} put two spoons on the table.',
        '{He} thought of the time when {he} had been hungry {himself}. {He} pulled up a second chair.',
      ],
      spoken: [
        '"Sit down," said {hero}, and put a second plate on the table. "Half is yours."',
        '"Wait," said {hero}. "There is enough for two, if we both take a little less."',
      ],
    },
  ],
  endings: {
    happy: {
      mood: 'glad',
      told: [
        'They ate every bit. Then {friend} played a tune on a comb, and they laughed and sang by the warm fire.',
        'They shared the {food}, and it had never tasted so good. They laughed until the plates were clean.',
      ],
      spoken: [
        '"It tastes better with two," said {hero}, and they both laughed with full mouths.',
        '"Next time I will bring the tea," said {friend} with a smile. And so {she} did.',
      ],
    },
    open: {
      told: [
        'When the plates were empty, {friend} put a small brown seed on the table and went out into the night.',
        '{Friend} ate slowly and looked at the fire. Then there was another knock at the door.',
      ],
      spoken: [
        '"One day I will pay you back," said {friend}. Then {she} was gone.',
        '"Who taught you to make it?" asked {friend}. {Hero} looked at the fire and did not answer.',
      ],
    },
    sad: {
      mood: 'sad',
      told: [
        'But as {he} turned around, the {food} fell to the floor. There was nothing left for anybody.',
        'But {friend} had already gone. {Hero} sat alone before the {food}, and it tasted of nothing.',
      ],
      spoken: [
        '"It is too late," said {friend}. "I am going." The {food} grew cold on the table.',
        '"It is burned," said {hero}. They both went to bed hungry and alone.',
      ],
    },
  },
  thanks: ['friend', 'hero'],
  morals: [
    'Half with a friend is more than all without.',
    'Food tastes best in good company.',
    'There is nearly always enough for one more.',
  ],
};
