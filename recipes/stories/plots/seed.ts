import type { Plot } from '../plot.ts';

/** Something is planted, and takes its time. */
export const seed: Plot = {
  name: 'seed',
  weathers: ['sunny', 'rainy', 'warm', 'windy'],
  props: [
    { seed: '[tiny|brown] seed', grew: 'a sunflower as tall as the house', gave: 'a hat full of seeds' },
    { seed: 'flat white seed', grew: 'a pumpkin as big as a cart', gave: 'soup for the whole street' },
    { seed: '[striped|spotted] bean', grew: 'a vine that climbed up to the roof', gave: 'beans for everybody' },
    { seed: 'small black seed', grew: 'a melon, round and green as a ball', gave: 'sweet red slices' },
    { seed: 'plum stone', grew: 'a little tree with white flowers', gave: 'seven purple plums' },
  ],
  events: [
    'put a {seed} into the ground',
    'got a {seed} from {elder}',
    'found a {seed} in {his} pocket and planted it [by the fence|behind the house|in a pot]',
    'planted a {seed} and sat down to wait',
  ],
  beats: [
    {
      told: [
        '{He} gave it water from a [tin cup|blue can] and waited. Nothing happened.',
        '{Hero} watered it in the morning and in the evening. Nothing came up but a worm.',
        'Each day {he} ran out to look. Each day there was only [dirt|brown earth].',
      ],
      spoken: [
        '"Grow," said {hero}. The {seed} did not grow.',
        '"How long does it take?" {he} asked. "As long as it takes," said {elder}.',
      ],
      mood: 'curious',
    },
    {
      extra: true,
      told: [
        '{He} sang to it. {He} read it a book. {He} even told it a joke.',
        '{He} put up a small sign, so that nobody would step there.',
        '{He} dug it up to see if it was still there. It was, and {he} put it back.',
      ],
      spoken: [
        '"Once there was a seed," {he} read to it from a book, and showed it the pictures.',
        '"Are you asleep?" {he} whispered into the earth.',
      ],
    },
    {
      told: [
        'One day {aFriend} leaned over the fence. {She} knew about plants, and {she} told {him} to be patient.',
        '{AFriend} came by and put a little [straw|old hay] around it, to keep it warm.',
        'Then {aFriend} moved the big pot that stood in its light. Nobody else had thought of that.',
      ],
      spoken: [
        '"It is busy," said {aFriend} over the fence. "Seeds do the hard part where nobody can see."',
        '"May I look?" asked {aFriend}. "Ah. It needs a little more sun, and you need a little more time."',
      ],
      mood: 'hopeful',
    },
    {
      told: [
        'So they waited together. It rained, and the sun shone, and it rained again.',
        'They took turns with the water, {hero} in the morning and {friend} at night.',
        'A week went by, and another. They sat on the [fence|wall] and looked at the ground.',
      ],
      spoken: [
        '"Your turn to water," said {friend}. "Your turn to wait," said {hero}.',
        '"Is that a leaf?" asked {hero}. "That is a beetle," said {friend}.',
      ],
    },
  ],
  endings: {
    happy: {
      mood: 'glad',
      told: [
        'Then, one morning, there was a green tip. It grew into {grew}, and it gave them {gave}. They danced around it and laughed.',
        'At last something green looked out. By the end of summer it was {grew}, with {gave} for all their friends.',
      ],
      spoken: [
        '"Come quick," called {hero}. Out of the ground came a green tip, and it became {grew}. They hugged and danced.',
        '"Look at it now," said {friend} with a smile. It was {grew}, and it gave them {gave}.',
      ],
    },
    open: {
      told: [
        'One evening the earth had a tiny crack in it. They sat down beside it with a lamp.',
        'Something green came up at last. It did not look like anything in the book.',
      ],
      spoken: [
        '"What will it be?" asked {friend}. "We will see," said {hero}.',
        '"Tomorrow," said {hero}. "I think it will be tomorrow."',
      ],
    },
    sad: {
      mood: 'sad',
      told: [
        'But then a hard frost came in the night. In the morning, the little plant was brown and dead.',
        'Nothing ever came up. In the end {hero} took down {his} sign and cried.',
      ],
      spoken: [
        '"A crow has eaten it," said {friend}. {Hero} looked at the empty hole.',
        '"It is dead," said {hero}, and {he} put the can away.',
      ],
    },
  },
  thanks: ['hero', 'friend'],
  morals: [
    'Good things grow slowly.',
    'To wait is also a kind of work.',
    'A little water every day makes a great tree.',
  ],
};
