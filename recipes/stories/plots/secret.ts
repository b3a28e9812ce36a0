import type { Plot } from '../plot.ts';

/** A hidden place is too good to keep for oneself. */
export const secret: Plot = {
  name: 'secret',
  props: [
    {
      door: 'little [green|blue|red] door in a tree',
      inside: 'a round room full of old books',
      magic: 'The books turned their own pages',
    },
    {
      door: 'hole in the hedge',
      inside: 'a garden that nobody had seen for years',
      magic: 'The roses nodded as they came in',
    },
    {
      door: 'gap behind the waterfall',
      inside: 'a cave with walls of blue glass',
      magic: 'Every word came back as a song',
    },
    {
      door: 'ladder up into the leaves',
      inside: 'a tree house with a bell on the roof',
      magic: 'The bell rang by itself',
    },
    { door: 'stair under the old mill', inside: 'a room with a hundred clocks', magic: 'All the clocks began to tick' },
  ],
  events: [
    'found a {door}',
    'followed a [butterfly|beetle|snail] and found a {door}',
    'stopped to tie {his} shoe and saw a {door}',
    'ran after {his} hat and found a {door}',
  ],
  beats: [
    {
      told: [
        'And there was {inside}.',
        '{He} went in on the tips of {his} toes. There was {inside}.',
        '{Hero} looked left and right. Then {he} slipped in. There was {inside}.',
      ],
      spoken: [
        '"Is anybody home?" {he} asked, and went in. There was {inside}.',
        '"Oh," said {hero}. It was all {he} could say. There was {inside}.',
      ],
      mood: 'curious',
    },
    {
      extra: true,
      told: [
        '{He} came back the next day, and the next. {He} told nobody.',
        '{He} stayed until {his} tummy told {him} that it was time for supper.',
        '{He} swept the floor and put a cup with flowers in it.',
      ],
      spoken: [
        '"This is my place," {he} said. "Mine alone."',
        '"Where have you been?" asked {elder}. "Nowhere," said {hero}.',
      ],
    },
    {
      told: [
        'But a secret is heavy for one. So {he} thought of {aFriend}, who could be as quiet as a stone.',
        'One day {he} met {aFriend}, who sat on a wall and had nothing to do.',
        'But it was quiet in there with only one. {Hero} went to see {aFriend}, who loved [old things|adventures|riddles].',
      ],
      spoken: [
        'On the way home {he} met {aFriend}. "You look as if you had a secret," {she} said.',
        '"I am so bored," said {aFriend} on the wall. {Hero} thought for a moment.',
      ],
      mood: 'lonely',
    },
    {
      told: [
        '{Hero} took {her} by the {paw} and made {her} close {hers} eyes. Then {he} led {her} in.',
        '{He} let {friend} go in first. {She} stood still, with {hers} mouth wide open.',
        'They went there together, with a candle and two [pears|buns|apples].',
      ],
      spoken: [
        '"Close your eyes," said {hero}, and led {her} in. "Now open them."',
        '"Promise not to tell," said {hero}. "I promise by my ears," said {friend}.',
      ],
    },
  ],
  endings: {
    happy: {
      mood: 'glad',
      told: [
        '{Magic}. They laughed and stayed until the evening.',
        '{Magic}. From then on it was the secret of two friends, and that was much more fun.',
      ],
      spoken: [
        '"It is wonderful," said {friend}, and {she} hugged {him}. {Magic}.',
        '{Friend} was quiet for a while. "Now it is our place," said {hero} with a smile. {Magic}.',
      ],
    },
    open: {
      told: [
        'In the corner stood a second door. It had not been there before.',
        '{Magic}. Then, from somewhere below, came a knock.',
      ],
      spoken: [
        '"Somebody has been here," said {friend}. In the dust was a small, fresh footprint.',
        '"Who made all this?" asked {friend}. {Hero} had never thought of that.',
      ],
    },
    sad: {
      mood: 'sad',
      told: [
        'But {friend} told everybody. Soon the place was full of noise and broken things, and it was ruined.',
        'When they came back the next day, it was gone. There was only a wall of cold stone.',
      ],
      spoken: [
        '"It is only dust and junk," said {friend}, and {she} left. After that, {hero} saw only dust and junk too.',
        '"I told the others," said {friend}. {Hero} never trusted {her} again.',
      ],
    },
  },
  thanks: ['friend', 'hero'],
  morals: [
    'A secret is twice as nice when two can keep it.',
    'What is beautiful wants to be shown.',
    'Wonder grows when it is shared.',
  ],
};
