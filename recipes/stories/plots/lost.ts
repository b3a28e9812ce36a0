import type { Plot } from '../plot.ts';

/** Something dear is gone, and turns up where nobody looked. */
export const lost: Plot = {
  name: 'lost',
  props: [
    { thing: '[red|blue|yellow] scarf', place: 'around {his} own neck', trace: 'a red thread' },
    { thing: '[silver|wooden] whistle', place: 'in {his} own pocket', trace: 'a bit of string' },
    { thing: '[green|round] button', place: 'in {his} left boot', trace: 'a loose thread' },
    { thing: '[soft|old] blanket', place: 'out on the line, drying in the wind', trace: 'a bit of wool' },
    { thing: 'picture book', place: 'under {his} own pillow', trace: 'a torn page' },
    { thing: '[striped|yellow] ball', place: 'in the soup pot', trace: 'a round mark in the dust' },
    { thing: 'straw hat', place: 'on {his} own head', trace: 'a bit of straw' },
  ],
  events: [
    'could not find {his} {thing}',
    'saw that {his} {thing} was gone',
    'lost {his} [favorite|best] {thing}',
    'reached for {his} {thing}, but it was not there',
  ],
  beats: [
    {
      extra: true,
      told: [
        'It was {his} favorite thing in the whole world.',
        '{He} had carried it everywhere since {he} was tiny.',
        'It had been a present from [Grandma|Grandpa], and there was no other like it.',
      ],
      spoken: [
        '"I had it [yesterday|at breakfast|last night]," {he} said.',
        '"I would know it anywhere," said {hero}. "It was a present from Grandma."',
      ],
    },
    {
      mood: 'worried',
      told: [
        '{Hero} looked under the [bed|table|chair], behind the [door|stove|clock], and even in the [teapot|flour jar].',
        'First {he} looked [in the kitchen|under the bed]. Then {he} looked [in the yard|behind the door]. It was not there.',
        '{He} turned over every [cup|pillow|stone] and found only dust.',
        '{Hero} looked high and low, but the {thing} was nowhere.',
      ],
      spoken: [
        '"Is it under the [bed|table|chair]?" {he} asked. But there was only [dust|a spoon|an old sock].',
        '"Where can it be?" asked {hero}, and {he} looked behind the [door|stove|clock].',
        '"{Thing}, where are you?" {he} called. Nobody answered.',
      ],
    },
    {
      told: [
        'Then {aFriend} came up the path with a basket of [plums|eggs|apples]. {She} put it down and began to help.',
        '{AFriend} heard {him} and came [over|to help|to the door] at once.',
        'Next door lived {aFriend}. {She} came to help, still with [a spoon|a broom|a towel] in {hers} {paws}.',
      ],
      spoken: [
        'Then {aFriend} came up the path. "What are you looking for?" {she} asked. "My {thing}," said {hero}.',
        '{AFriend} came by. "Four eyes see more than two," {she} said. "I will help you."',
        '{AFriend} put {hers} head in at the door. "Did you lose something?" {she} asked.',
      ],
    },
    {
      mood: 'hopeful',
      told: [
        'Together they looked [along the path|in the tall grass|under the porch]. They found [two feathers|a key|three nuts], but no {thing}.',
        '{Friend} looked up, and {hero} looked down. They found {trace}, and nothing more.',
        'They followed {trace} [out of the door|around the house|down the path] and back again.',
      ],
      spoken: [
        '"Let us think," said {friend}. "Where did you go first?" So they walked the same way again, step by step.',
        '"Look, {trace}," said {friend}. They [followed it|looked all around it], nose to the ground.',
      ],
    },
  ],
  endings: {
    happy: {
      mood: 'glad',
      told: [
        'All at once {friend} began to laugh. The {thing} was {place}. It had been there the whole time.',
        'Then {friend} pointed, and {hero} laughed until {his} sides hurt. The {thing} was {place}.',
      ],
      spoken: [
        '"Oh, {hero}," said {friend}. "Look." The {thing} was {place}, and they both laughed.',
        '"I see it," said {friend} with a smile. It was {place}. "How silly of me," said {hero}, and laughed.',
      ],
    },
    open: {
      told: [
        'The sun went down, and they had not found it. But on the step lay {trace} that had not been there before.',
        'They stopped for the night. Then, outside, they heard a small sound.',
      ],
      spoken: [
        '"We can look again tomorrow," said {friend}. {Hero} nodded and kept the lamp lit in the window.',
        '"Did you hear that?" asked {friend}. Something small moved behind the door.',
      ],
    },
    sad: {
      mood: 'sad',
      told: [
        'They looked until it was dark. The {thing} was never found.',
        'At last they saw it in the [river|mud], torn and ruined. It could not be mended.',
      ],
      spoken: [
        '"It is gone," said {friend}. {Hero} said nothing at all.',
        '"It is no use," said {hero}. "I will never see it again." And {he} never did.',
      ],
    },
  },
  thanks: ['hero', 'friend'],
  morals: [
    'Sometimes what we look for is very near.',
    'It is easier to look for something with a friend.',
    'Two can find what one cannot.',
  ],
};
