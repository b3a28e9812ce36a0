import type { Plot } from '../plot.ts';

/** Something breaks, and the truth is hard to say. */
export const mistake: Plot = {
  name: 'mistake',
  props: [
    { thing: '[blue|white|yellow] cup', how: 'with a crack', mend: 'glue', new: 'a thin gold line' },
    { thing: '[clay|round] teapot', how: 'with a crash', mend: 'glue', new: 'a funny crooked nose' },
    { thing: '[red|paper] kite', how: 'with a rip', mend: 'paper and paste', new: 'a long new tail' },
    { thing: '[toy|wooden] boat', how: 'with a snap', mend: 'wood and string', new: 'a mast made of a spoon' },
    { thing: '[big|old] umbrella', how: 'with a snap', mend: 'needle and thread', new: 'a patch like a moon' },
    { thing: 'flower pot', how: 'with a crash', mend: 'glue', new: 'a patch like a star' },
  ],
  events: [
    'ran through the kitchen and broke the {thing} of a friend',
    'borrowed the {thing} of a friend without asking, and it broke',
    'wanted to see the {thing} of a friend, just for a moment, and dropped it',
    'bumped into the shelf, and down came a {thing} {how}',
  ],
  beats: [
    {
      told: [
        'It belonged to {aFriend}, who [loved it|used it every day|was very fond of it].',
        'It was the {thing} of {aFriend}, and {she} would soon be [home|back].',
        'The {thing} belonged to {aFriend}. It was the only one {she} had.',
      ],
      spoken: [
        '"Oh dear, oh dear," said {hero}. It belonged to {aFriend}, who would soon be [home|back].',
        '"What have I done?" {he} said. The {thing} belonged to {aFriend}.',
      ],
      mood: 'sorry',
    },
    {
      told: [
        '{Hero} hid the pieces [under the rug|behind the curtain|in a basket] and sat on a chair, very still.',
        '{He} put the pieces in a [box|bag] and pushed it under the bed.',
        '{He} ran outside and hid behind the [well|barn|woodpile].',
      ],
      spoken: [
        '"Maybe nobody will see," {he} said, and hid the pieces [under the rug|behind the curtain|in a basket].',
        '"Perhaps it was the wind," {he} said to the clock. The clock said only tick and tock.',
      ],
    },
    {
      told: [
        'Soon {friend} came in and looked around for the {thing}. {Hero} looked at the floor.',
        'When {friend} came [home|back], {she} looked on the shelf. {Hero} held {his} breath.',
      ],
      spoken: [
        '"Have you seen my {thing}?" asked {friend}. {Hero} looked at the floor.',
        '"That is odd," said {friend}. "It was here [this morning|a moment ago]." {Hero} held {his} breath.',
      ],
      mood: 'worried',
    },
    {
      told: [
        'The longer {he} waited, the heavier {his} secret grew. At last {he} brought out the pieces and told {friend} everything.',
        '{Hero} could not bear it any more. {He} told {friend} the truth, from beginning to end.',
        'So {hero} took a deep breath and put the pieces on the table.',
      ],
      spoken: [
        '"It was me," said {hero} at last. "I broke it, and then I hid it. I am sorry."',
        '"I must tell you something," said {hero} in a very small voice. "I am sorry. I broke it."',
      ],
    },
  ],
  endings: {
    happy: {
      mood: 'glad',
      told: [
        '{Friend} was quiet. Then {she} smiled and fetched {mend}. They mended it together, and now it has {new}.',
        '{Friend} hugged {him}. They sat down with {mend}, and soon the {thing} was whole again, with {new}.',
      ],
      spoken: [
        '"It is only a {thing}," said {friend}. They mended it, and it got {new}. Then {she} hugged {him}.',
        '"That was brave to say," said {friend} with a smile. "Come, we need {mend}." And now the {thing} has {new}.',
      ],
    },
    open: {
      told: [
        '{Friend} looked at the pieces and said nothing. Then {she} went to the window and stood there.',
        '{Friend} put the pieces in {hers} bag. {She} did not say if it could be mended.',
      ],
      spoken: [
        '"I need to think," said {friend}. The clock went tick and tock.',
        '"Can it be mended?" asked {hero}. "I do not know," said {friend}.',
      ],
    },
    sad: {
      mood: 'sad',
      told: [
        'But the {thing} could not be mended, and {friend} did not want to see {him} any more.',
        '{Friend} shut the door. They did not play together again.',
      ],
      spoken: [
        '"Go away," said {friend}, and {she} cried. {Hero} went without a word.',
        '"You should have told me," said {friend}. "Now it is too late."',
      ],
    },
  },
  thanks: ['friend', 'hero'],
  morals: [
    'The truth is heavy only until it is said.',
    'Everybody breaks things. It is brave to say so.',
    'To say sorry is the first step of mending.',
  ],
};
