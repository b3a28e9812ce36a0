import type { Plot } from '../plot.ts';

/** Something is built, fails, and is built again. */
export const boat: Plot = {
  name: 'boat',
  scenes: ['pond', 'river'],
  weathers: ['sunny', 'windy', 'warm', 'foggy'],
  props: [
    { first: 'an old box', again: 'a big piece of bark', sail: 'a red [shirt|cloth]', beyond: 'the little island' },
    { first: 'a wash tub', again: 'six dry logs', sail: 'a bed sheet', beyond: 'the far side' },
    { first: 'a leaky barrel', again: 'a hollow log', sail: 'a big green leaf', beyond: 'the berry bushes over there' },
    { first: 'two planks', again: 'a bundle of reeds', sail: 'an old curtain', beyond: 'the old lighthouse' },
  ],
  events: [
    'took {first} to sail over the water to {beyond}',
    'began to build a boat out of {first}',
    'made a boat out of {first}, to sail to {beyond}',
    'dragged {first} to the water to build a boat',
  ],
  beats: [
    {
      told: [
        '{Hero} gave the boat a name and painted it on the side. The boat sank before the name was dry.',
        '{Hero} jumped in and pushed off. Glug, glug, went the boat, and down it went.',
        'The boat sailed for as long as it takes to say so, and then it sank.',
      ],
      spoken: [
        '"Good-bye, dry land," called {hero}. Glug, glug, said the boat, and it was gone.',
        '"A fine ship," said {hero}. Then it sank under {him}.',
      ],
    },
    {
      extra: true,
      told: [
        '{He} sat in the mud with a water lily on {his} head.',
        'A frog looked at the bubbles and shook its head.',
        '{He} shook the water out of {his} ears and hung {his} socks on a reed.',
      ],
      spoken: ['"You are wet," said a frog. "I know," said {hero}.', '"That went well," {he} said to a water lily.'],
      mood: 'sad',
    },
    {
      told: [
        'Upstream lived {aFriend}, who had built things all {hers} life. {She} brought {again}.',
        '{AFriend} had watched from the bank. {She} came back with a hammer and {again}.',
        'Then {aFriend} came by and pulled {again} behind {her}.',
      ],
      spoken: [
        '"May I make a guess?" asked {aFriend} on the bank. "Next time, take {again}."',
        '"A boat has to be light," said {aFriend}, who came along the bank. "Let us try {again}."',
      ],
      mood: 'hopeful',
    },
    {
      told: [
        'They cut and tied and hammered until noon. For a sail they took {sail}.',
        'Together they built it anew out of {again}, with {sail} for a sail.',
        '{Hero} held, and {friend} tied the knots. Then they put up {sail} on a stick.',
      ],
      spoken: [
        '"And the sail?" asked {friend}. {Hero} ran home and came back with {sail}.',
        '"Hold this," said {friend}. "Now this. Now that, with your teeth."',
      ],
    },
  ],
  endings: {
    happy: {
      mood: 'glad',
      told: [
        'The wind took the sail, and the boat flew over the water. They laughed all the way to {beyond}.',
        'This time it floated. They sailed to {beyond} and ate their bread there, with their feet in the water, and smiled.',
      ],
      spoken: [
        '"It floats," called {hero}, and they laughed and sailed all the way to {beyond}.',
        '"Where to, captain?" asked {friend} with a smile. "To {beyond}," said {hero}.',
      ],
    },
    open: {
      told: [
        'They pushed off. Slowly the land grew small, and {beyond} came nearer.',
        'The boat floated. On {beyond}, somebody was waving a lamp.',
      ],
      spoken: [
        '"Are you ready?" asked {friend}. {Hero} put one foot into the boat.',
        '"Look," said {hero}. Near {beyond}, something big moved under the water.',
      ],
    },
    sad: {
      mood: 'sad',
      told: [
        'But the rope came loose in the night. In the morning the boat was gone, and it never came back.',
        'But halfway there, it broke apart. They had to swim home, cold and wet and sad.',
      ],
      spoken: [
        '"Hold the rope," called {hero}. But {friend} had let go. The boat was lost.',
        '"No more boats," said {friend}. They never saw {beyond}.',
      ],
    },
  },
  thanks: ['hero', 'friend'],
  morals: [
    'The second boat is always better.',
    'What sinks today can teach us to sail tomorrow.',
    'Two builders make one good boat.',
  ],
};
