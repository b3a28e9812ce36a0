import type { Plot } from '../plot.ts';

/** Something does not work the first time, nor the second. */
export const skill: Plot = {
  name: 'skill',
  props: [
    { skill: 'whistle', fail: 'only air came out', tip: 'think of something sour', win: 'a long clear note came out' },
    { skill: 'swim', fail: '{he} sank like a spoon', tip: 'kick like a frog', win: '{he} floated, and then {he} swam' },
    { skill: 'ride a bike', fail: '{he} rode into a bush', tip: 'look far ahead', win: 'the wheels ran straight' },
    {
      skill: 'tie a bow',
      fail: 'it turned into a knot',
      tip: 'make two rabbit ears',
      win: 'there was a bow, small and neat',
    },
    {
      skill: 'do a headstand',
      fail: '{he} fell over like a tree',
      tip: 'look at one point',
      win: 'the whole world hung upside down',
    },
    { skill: 'skip stones', fail: 'the stone went plop', tip: 'take a flat one', win: 'the stone jumped five times' },
    {
      skill: 'bake pancakes',
      fail: 'one stuck to the ceiling',
      tip: 'wait for the bubbles',
      win: 'a golden pancake turned in the air',
    },
  ],
  events: [
    'made up {his} mind to learn to {skill}',
    'wanted to {skill}, because everybody else could',
    'tried to {skill} for the very first time',
    'saw {elder} {skill} and wanted to do it too',
  ],
  beats: [
    {
      told: [
        '{He} tried once, and {fail}. {He} tried again, and {fail} again.',
        'It looked so easy. But when {he} tried, {fail}.',
        '{Hero} took a deep breath and tried. But {fail}.',
      ],
      spoken: [
        '"Watch me," said {hero}. Nobody was watching, and that was lucky, for {fail}.',
        '"It cannot be so hard," {he} said. But {fail}.',
      ],
    },
    {
      extra: true,
      told: [
        '{He} practiced before breakfast and after supper. {He} even practiced in {his} dreams.',
        '{He} read about it in a book. The book made it sound simple.',
        'A [crow|goat|duck] watched {him} for an hour and then walked away.',
      ],
      spoken: [
        '"Ha, ha," said a crow in a tree. {Hero} tried not to hear.',
        '"I will never learn it," {he} told the [cat|wall|moon].',
      ],
      mood: 'sad',
    },
    {
      told: [
        'Then {aFriend} sat down beside {him}. It had taken {her} a whole year to learn it.',
        'By and by came {aFriend}. {She} could do it very well, and {she} was in no hurry.',
        '{AFriend} had seen it all from {hers} window. {She} came out to show {him} how {she} did it.',
      ],
      spoken: [
        '"I fell a hundred times," said {aFriend}, and sat down beside {him}. "Do you want to know how I learned?"',
        '"Nearly," said {aFriend}, who had been watching. "May I show you something?"',
      ],
    },
    {
      told: [
        '{She} told {him} to {tip}. {Hero} nodded and tried to {tip}.',
        'The trick was to {tip}. {Hero} had never thought of that.',
        'They practiced side by side. {He} had to {tip}, over and over.',
      ],
      spoken: [
        '"You have to {tip}," said {friend}. "Like this?" asked {hero}. "Almost," said {friend}.',
        '"The trick is to {tip}," said {friend}. "Slowly. Once more."',
      ],
      mood: 'hopeful',
    },
  ],
  endings: {
    happy: {
      mood: 'glad',
      told: [
        'And all at once {win}. {Hero} laughed so loud that the birds flew up.',
        'Then {win}. {Friend} clapped {hers} {paws}, and {hero} smiled from ear to ear.',
      ],
      spoken: [
        '"I did it," called {hero}, for {win}. {Friend} hugged {him} and swung {him} around.',
        'And then {win}. "Again," said {friend}, and {hero} laughed and did it again.',
      ],
    },
    open: {
      told: [
        'It was nearly dark. {He} tried one last time, and for a moment it felt different.',
        'It did not work that day. But {his} {paws} had begun to understand.',
      ],
      spoken: [
        '"One more time," said {hero}. And one more time. And one more.',
        '"Tomorrow at the same time?" asked {friend}. {Hero} was already trying again.',
      ],
    },
    sad: {
      mood: 'sad',
      told: [
        'But it went wrong again, and everybody saw it. {Hero} ran home and never tried again.',
        'It did not work, not that day and not that year. In the end {he} gave up.',
      ],
      spoken: [
        '"I give up," said {hero}, and tears ran down {his} face.',
        '"Maybe it is not for you," said {friend}. {Hero} walked away without a word.',
      ],
    },
  },
  thanks: ['hero', 'friend'],
  morals: ['Nobody can do it until they can.', 'Every master has fallen many times.', 'Try once more than you fail.'],
};
