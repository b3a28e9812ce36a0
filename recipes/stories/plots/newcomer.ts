import type { Plot } from '../plot.ts';

/** Somebody new has come, and somebody must say the first word. */
export const newcomer: Plot = {
  name: 'newcomer',
  props: [
    { game: 'tag', toy: 'a [red|blue] ball' },
    { game: 'hide and seek', toy: 'a [small|wooden] boat' },
    { game: 'marbles', toy: 'a bag of marbles' },
    { game: 'jump rope', toy: 'a long rope' },
    { game: 'pirates', toy: 'a paper hat' },
    { game: 'kings and queens', toy: 'a crown of [leaves|flowers|grass]' },
  ],
  events: [
    'saw that somebody new had moved in next door',
    'saw a cart full of [chairs and pots|boxes and beds] come up the road',
    'heard a new voice behind the fence',
    'saw a light in the [house|window] that had always been dark',
  ],
  beats: [
    {
      told: [
        'Outside was {aFriend}. {She} sat on a box and said nothing.',
        'There stood {aFriend}, all alone, with a suitcase in {hers} {paws}.',
        'Behind the [gate|fence|hedge] stood {aFriend}, looking at {hers} feet.',
      ],
      spoken: [
        '"My name is {friend}," said {aNewcomer}. {She} looked at {hers} feet.',
        '"Who is that?" asked {hero}. "That is {friend}," said Mama. "{She} is new here." By the gate stood {aNewcomer}.',
      ],
      mood: 'curious',
    },
    {
      extra: true,
      told: [
        '{Hero} wanted to say hello, but the words got stuck in {his} throat.',
        '{He} hid behind a [tree|barrel|bush] and looked out with one eye.',
        'For a while they only looked at each other, like two [cats|owls|snails].',
      ],
      spoken: [
        '"Say hello," said Mama. But {hero} hid behind a [barrel|bush|tree].',
        '"What if {she} does not like me?" asked {hero}. "What if {she} does?" said Papa.',
      ],
      mood: 'lonely',
    },
    {
      told: [
        'At last {hero} picked up {toy} and put it down beside {friend}.',
        'Then {hero} rolled {toy} under the gate. [After a moment|Slowly], {friend} came closer.',
        '{Hero} had an idea. {He} brought {toy} and sat down, not too near and not too far.',
      ],
      spoken: [
        '"Hello," said {hero} at last. "Do you know how to play {game}?"',
        '"I have {toy}," said {hero}, very fast. "Do you want to play {game}?"',
      ],
    },
    {
      told: [
        '{Friend} had never played {game}, so {hero} showed {her} how.',
        '{Friend} knew another way to play {game}, and it was [much better|very funny].',
        'At first they played without a word. Then {friend} fell over {hers} own feet.',
      ],
      spoken: [
        '"I only know it a little," said {friend}. "That is enough," said {hero}.',
        '"Where I come from, we play it backwards," said {friend}. So they tried it backwards.',
      ],
      mood: 'hopeful',
    },
  ],
  endings: {
    happy: {
      mood: 'glad',
      told: [
        'They played {game} until the stars came out, and they laughed so much that they had to sit down.',
        'By evening they were friends. They shared one [apple|cookie|pear] and one big laugh.',
      ],
      spoken: [
        '"Will you come tomorrow?" asked {friend}. "Tomorrow and every day," said {hero} with a smile.',
        '"You are my first friend here," said {friend}, and {she} hugged {him}.',
      ],
    },
    open: {
      told: [
        'When it got dark, {friend} went in and closed the door. A moment later, the curtain moved.',
        'Then the bell rang for supper. {Friend} went in, but {she} looked back once.',
      ],
      spoken: [
        '"Maybe tomorrow," said {friend}. {Hero} could not tell if {she} meant it.',
        '"I have a secret," said {friend}. "I will tell you when I know you better."',
      ],
    },
    sad: {
      mood: 'sad',
      told: [
        'But the next day, the cart was back. {Friend} moved away again, and the house was dark.',
        'But then {friend} shook {hers} head and slammed the door. {Hero} was alone again.',
      ],
      spoken: [
        '"We cannot stay," said {friend}. In the morning, the house was empty.',
        '"I do not want a friend," said {friend}, and {she} turned {hers} back.',
      ],
    },
  },
  thanks: ['friend', 'hero'],
  morals: [
    'Every friend was new once.',
    'One small hello can be the start of something big.',
    'It takes a little courage to make a friend.',
  ],
};
