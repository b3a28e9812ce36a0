import type { Plot } from '../plot.ts';

/** A friend made of snow cannot stay. */
export const snow: Plot = {
  name: 'snow',
  weathers: ['snowy'],
  props: [
    { figure: 'snowman', nose: 'a carrot', eyes: 'two black stones', hat: 'an old pot' },
    { figure: 'snow hare', nose: 'a red berry', eyes: 'two nuts', hat: 'a paper crown' },
    { figure: 'snow bear', nose: 'a potato', eyes: 'two buttons', hat: 'a straw hat' },
    { figure: 'snow queen', nose: 'a radish', eyes: 'two blue beads', hat: 'a crown of ice' },
  ],
  events: [
    'looked out and saw the first snow of the year',
    'ran out into the deep new snow',
    'pulled on two pairs of socks and went out to build a {figure}',
    'rolled a ball of snow until it was bigger than {himself}',
  ],
  beats: [
    {
      told: [
        'Soon there stood a {figure}, with {eyes} for eyes and {nose} for a nose.',
        '{He} built a {figure}. It got {eyes} for eyes and {hat} for a hat.',
        'By noon {he} had made a {figure} with {nose} for a nose, and it seemed to smile.',
      ],
      spoken: [
        '"Now you can see," {he} said to the {figure}, and gave it {eyes} for eyes.',
        '"Good morning," {he} said to the {figure} with {nose} for a nose. It did not answer, but it listened well.',
      ],
    },
    {
      extra: true,
      told: [
        '{He} told the {figure} everything, even what {he} told nobody else.',
        'At night {he} put a lamp in the window, so that the {figure} was not alone.',
        'The birds sat on its head, and it did not mind.',
      ],
      spoken: [
        '"Are you cold?" {he} asked, and tied {his} scarf around its neck.',
        '"Can you keep a secret?" {he} asked. The {figure} could.',
      ],
    },
    {
      told: [
        'Then {aFriend} came by and stopped. {She} had been looking for somebody to play with.',
        '{AFriend} came along with a [sled|shovel] and asked if {she} could help.',
        'Over the fence looked {aFriend}. {She} went away and came back with {hat}.',
      ],
      spoken: [
        '"It needs a friend," said {aFriend} over the fence. "So do I."',
        'Then {aFriend} came by. "Does it have a name?" {she} asked. "Not yet," said {hero}.',
      ],
      mood: 'curious',
    },
    {
      told: [
        'But after some days the wind turned warm. Drip, drip, drip, went the {figure}.',
        'Then the sun came back. Each morning the {figure} was a little smaller.',
        'One night it began to rain. The {figure} leaned to one side and grew thin.',
      ],
      spoken: [
        '"It is getting smaller," said {hero}. "Everything made of snow does," said {friend}.',
        '"Can we put it in the cellar?" asked {hero}. "It likes the sky better," said {friend}.',
      ],
      mood: 'worried',
    },
  ],
  endings: {
    happy: {
      mood: 'glad',
      told: [
        'When it was gone, {eyes} and {nose} lay in the grass. They kept them in a box for next year, and the two friends played every day until then.',
        'Where it had stood, the first flower came up. {Hero} and {friend} danced around it and laughed.',
      ],
      spoken: [
        '"It will come back next winter," said {friend}. "And I am still here." {Hero} smiled and hugged {her}.',
        '"It left us something," said {friend} with a smile. In the wet grass stood the first flower.',
      ],
    },
    open: {
      told: [
        'In the morning it was gone. But there were footprints in the last of the snow, and they led to the hills.',
        'The next day there was only {hat}. Under it, something moved.',
      ],
      spoken: [
        '"Where does it go?" asked {hero}. {Friend} pointed at the clouds.',
        '"Do you think it remembers us?" asked {hero}. The wind turned cold again.',
      ],
    },
    sad: {
      mood: 'sad',
      told: [
        'Then there was only a puddle. {Hero} stood before it and cried.',
        'In the end it was gone, and {friend} had gone too. {Hero} was alone.',
      ],
      spoken: [
        '"It is gone," said {hero}, and {his} tears fell into the puddle.',
        '"Do not be a baby," said {friend}. "It was only snow." {Hero} went inside, alone.',
      ],
    },
  },
  thanks: ['hero', 'friend'],
  morals: [
    'What melts in spring can live in us all year.',
    'Snow goes, but a friend stays.',
    'Some things are dear because they do not last.',
  ],
};
