import type { Plot } from '../plot.ts';

/** A present is made with much care, and does not come out as planned. */
export const gift: Plot = {
  name: 'gift',
  props: [
    { gift: 'cake', wrong: 'came out as flat as a plate', instead: 'cut it into stars', stuff: 'flour and eggs' },
    {
      gift: 'scarf',
      wrong: 'was long enough for a snake',
      instead: 'wrapped it around two at once',
      stuff: 'red wool',
    },
    {
      gift: 'birdhouse',
      wrong: 'stood as crooked as an old tooth',
      instead: 'painted it with smiling birds',
      stuff: 'wood and nails',
    },
    {
      gift: 'drawing',
      wrong: 'got wet and ran in all colors',
      instead: 'called it a rainbow',
      stuff: 'paper and paint',
    },
    {
      gift: 'necklace',
      wrong: 'broke, and the beads rolled away',
      instead: 'made two small ones',
      stuff: 'string and beads',
    },
    { gift: 'song', wrong: 'had one line too many', instead: 'sang that line twice', stuff: 'a pencil and paper' },
  ],
  events: [
    'wanted to make a {gift} for {elder}',
    'began to make a {gift}, for tomorrow was the birthday of {elder}',
    'sat down with {stuff} to make a {gift} for {elder}',
    'had a plan. {He} would make a {gift} for {elder}',
  ],
  beats: [
    {
      extra: true,
      told: [
        'It had to be the best {gift} that anybody had ever made.',
        '{He} locked the door, so that nobody could see.',
        '{He} had never made a {gift} before, but how hard could it be?',
      ],
      spoken: [
        '"It must be a surprise," {he} said, and hung a cloth over the window.',
        '"A {gift}," {he} said. "How hard can it be?"',
      ],
      mood: 'excited',
    },
    {
      told: [
        '{Hero} worked all [morning|day], with {his} tongue between {his} teeth. But the {gift} {wrong}.',
        'All went well, until it did not. The {gift} {wrong}.',
        '{He} tried very hard. But the {gift} {wrong}.',
      ],
      spoken: [
        '"Almost done," said {hero}. Just then it went wrong. The {gift} {wrong}.',
        '"Oh no," said {hero}. The {gift} {wrong}.',
      ],
      mood: 'sad',
    },
    {
      told: [
        'Then {aFriend} looked in at the window. {She} turned {hers} head to the left and to the right.',
        '{AFriend}, who lived next door, heard {him} sigh and came in.',
        'In came {aFriend} to borrow some [salt|sugar|tea]. {She} saw it all at once.',
      ],
      spoken: [
        '"What is that?" asked {aFriend} at the window. "It was going to be a {gift}," said {hero}.',
        'In came {aFriend} to borrow some [salt|sugar|tea]. "Do not look," said {hero}. But {she} had looked.',
      ],
    },
    {
      told: [
        '{Friend} did not laugh. {She} rolled up {hers} sleeves, and together they {instead}.',
        'Then {friend} had an idea. They sat down side by side and {instead}.',
        '{Friend} thought for a while. Then they {instead}.',
      ],
      spoken: [
        '"It is not wrong," said {friend}. "It is only different." And together they {instead}.',
        '"I know what to do," said {friend}. And so they {instead}.',
      ],
      mood: 'hopeful',
    },
  ],
  endings: {
    happy: {
      mood: 'glad',
      told: [
        'When {elder} saw it, there was a long hug, and then another. Nobody had ever made such a {gift}.',
        'It was the only {gift} like it in the world, and {elder} smiled the whole day.',
      ],
      spoken: [
        '"For me?" asked {elder}. "It is the most beautiful {gift} of all." And {hero} laughed and jumped.',
        '"I love it," said {elder}, and hugged them both at once.',
      ],
    },
    open: {
      told: [
        'They put it in a box with a ribbon. Then they waited on the step.',
        'The box stood on the table, and {elder} slowly began to pull the ribbon.',
      ],
      spoken: [
        '"Do you think it is good enough?" asked {hero}. Just then, the door opened.',
        '"And now?" asked {hero}. "Now we wait," said {friend}.',
      ],
    },
    sad: {
      mood: 'sad',
      told: [
        'But {elder} did not come that day, nor the next. The {gift} stayed on the shelf.',
        'But on the way it fell into the river. {Hero} came with empty {paws}.',
      ],
      spoken: [
        '"What is this?" asked {elder}, and put it away in a drawer. {Hero} said nothing.',
        '"I am too tired for presents," said {elder}. {Hero} took it back home.',
      ],
    },
  },
  thanks: ['elder', 'hero'],
  morals: [
    'A gift is made of time more than of anything else.',
    'What is made with love does not have to be perfect.',
    'A mistake can be the start of something new.',
  ],
};
