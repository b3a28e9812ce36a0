import type { Plot } from '../plot.ts';

/** Something is scary, and must be done all the same. */
export const fear: Plot = {
  name: 'fear',
  props: [
    { scare: 'the dark', way: 'through the old tunnel', step: 'The dark was only dark', trick: 'carry a little lamp' },
    { scare: 'high places', way: 'over the rope bridge', step: 'The ropes were strong', trick: 'look at the far side' },
    {
      scare: 'deep water',
      way: 'across the ford',
      step: 'The water came only to {his} knees',
      trick: 'feel for each stone',
    },
    { scare: 'thunder', way: 'over the hill', step: 'The thunder was only a big drum', trick: 'count out loud' },
    { scare: 'geese', way: 'past the goose pond', step: 'The geese only wanted bread', trick: 'walk slowly' },
    { scare: 'shadows', way: 'down the cellar stairs', step: 'The shadows had no teeth', trick: 'wave at them' },
  ],
  events: [
    'had to go {way}, all alone',
    'was sent to take a [basket|letter|pie] to [Grandma|Grandpa|Aunt May]. The way went {way}',
    'wanted to visit [Grandma|Grandpa|Uncle Bo], but the only way went {way}',
    'stood still and did not dare to go {way}',
  ],
  beats: [
    {
      told: [
        'If there was one thing {he} did not like, it was {scare}.',
        '{Hero} had never liked {scare}. Just to think of it made {his} {paws} cold.',
        'And {hero}, you must know, did not like {scare} at all.',
      ],
      spoken: [
        '"I do not like {scare}," {he} said. "Not one bit."',
        '"Anything but {scare}," said {hero}, and sat down on a stone.',
      ],
      mood: 'afraid',
    },
    {
      extra: true,
      told: [
        '{He} took one step. Then {he} took two steps back.',
        '{He} tied {his} shoe. Then {he} tied it again. Then {he} had no more shoes to tie.',
        '{He} closed {his} eyes, but that made it worse.',
      ],
      spoken: [
        '"One, two, three," {he} counted. On three, {he} stayed right where {he} was.',
        '"I will go in a minute," {he} said. That was five minutes ago.',
      ],
    },
    {
      told: [
        'Then {aFriend} came along. {She} told {him} that {she} had been just the same once.',
        'On a stone sat {aFriend}, who had seen it all. {She} told {him} to {trick}.',
        '{AFriend} came by with a bundle of sticks. {She} did not laugh. {She} showed {him} how to {trick}.',
      ],
      spoken: [
        'Then {aFriend} came along. "When I was small, I was just the same," {she} said. "It helps to {trick}."',
        '"Shall I tell you my trick?" asked {aFriend}. "You only have to {trick}."',
      ],
      mood: 'hopeful',
    },
    {
      told: [
        'So {hero} went. {Step}. {He} took one step more, and one step more.',
        '{Hero} took a deep breath and began. {His} knees shook, but {his} feet went on. {Step}.',
        'Step by step, {he} went {way}. {Friend} walked behind {him} and hummed.',
      ],
      spoken: [
        '"I can do it," said {hero}, and {he} went. {Step}.',
        '"Are you still there?" asked {hero}. "Right behind you," said {friend}. {Step}.',
      ],
    },
  ],
  endings: {
    happy: {
      mood: 'glad',
      told: [
        'And then {he} was on the other side. {He} laughed out loud and [did a little dance|threw {his} hat into the air].',
        'Before {he} knew it, {he} was there, safe and warm, with a [cookie|cup of cocoa|bowl of soup] in {his} {paws}.',
      ],
      spoken: [
        '"I did it," called {hero}, and {friend} smiled and hugged {him}.',
        '"That was all?" asked {hero} and laughed. "That was all," said {friend}.',
      ],
    },
    open: {
      told: [
        'Halfway there, {he} stopped. Ahead of {him}, something was waiting, and it was not {scare}.',
        '{He} looked back once and saw {friend} wave. Then the way turned.',
      ],
      spoken: [
        '"And the way back?" asked {hero}. {Friend} only winked.',
        '"What is behind the bend?" asked {hero}. "Go and see," said {friend}.',
      ],
    },
    sad: {
      mood: 'sad',
      told: [
        'But halfway there came a loud noise, and {hero} turned and ran. {He} never tried again.',
        'But then {his} feet would not go on. {He} sat down on a stone until it was dark, and {friend} went on without {him}.',
      ],
      spoken: [
        '"I cannot go on," said {hero}, and {he} ran all the way back. {Friend} went on alone.',
        '"You are too slow," said {friend}, and went on without {him}. {Hero} hung {his} head and cried.',
      ],
    },
  },
  thanks: ['hero', 'friend'],
  morals: [
    'To be brave is to be scared and go on.',
    'Fear is big from far away and small from near.',
    'One step is enough, and then one more.',
  ],
};
