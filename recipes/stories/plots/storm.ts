import type { Plot } from '../plot.ts';

/** The wind takes somebody's home. */
export const storm: Plot = {
  name: 'storm',
  scenes: ['forest', 'village', 'hill', 'farm', 'river'],
  weathers: ['windy', 'rainy', 'cold'],
  props: [
    { loss: 'blew the roof off', lost: 'roof', build: 'branches and moss', sign: 'a [blue|yellow] door' },
    { loss: 'broke the door of', lost: 'door', build: 'old boards', sign: 'a round window' },
    { loss: 'knocked down the chimney of', lost: 'chimney', build: 'stones and clay', sign: 'a little bell' },
    { loss: 'broke every window of', lost: 'windows', build: 'wood and glass', sign: 'a row of flower pots' },
  ],
  events: [
    'heard the wind grow louder and louder',
    'saw black clouds climb over the hills',
    'closed the windows, for a storm was coming',
    'smelled a storm in the air and carried in the wood',
  ],
  beats: [
    {
      told: [
        'Before long, the storm [roared|howled|shook the walls]. It {loss} the {home} of {hero}.',
        'Then the storm came. It bent the trees and {loss} the {home}.',
        'All night long the storm [howled|roared]. It {loss} the {home}, and rain came in.',
      ],
      spoken: [
        '"Hold on," {he} said to the walls. But the storm {loss} the {home}.',
        '"Please stop," {he} said. The storm did not listen. It {loss} the {home}.',
      ],
      mood: 'afraid',
    },
    {
      extra: true,
      told: [
        '{Hero} crept under the table with a blanket and a candle.',
        '{He} put on all {his} coats, one over the other, and still {he} was wet.',
        'A pot sailed by. Then a chair. Then three socks, one after the other.',
      ],
      spoken: [
        '"There goes my hat," {he} said. "And there goes my soup."',
        '"One, two, three," {he} counted between the flash and the bang.',
      ],
    },
    {
      told: [
        '{Hero} ran out into the rain and knocked at the next door. There lived {aFriend}, who let {him} in at once.',
        'A lamp came up the path. It was {aFriend}, who had come to see if {he} was [all right|safe].',
        'Across the road lived {aFriend}. {She} opened the door before {hero} could knock.',
      ],
      spoken: [
        '"Come in, come in," called {aFriend} from the next door. "There is room for two."',
        'A lamp came up the path. "Is anybody there?" called {aFriend}. "Come with me."',
      ],
      mood: 'hopeful',
    },
    {
      told: [
        'They sat by the stove, wrapped in one big blanket, and listened to the storm.',
        '{Friend} gave {him} dry socks and hot tea. Outside, the storm went round and round.',
        'They played cards by the stove, and each time the thunder rolled, {friend} rolled {hers} eyes.',
      ],
      spoken: [
        '"What if it never stops?" asked {hero}. "It always has," said {friend}, and poured the tea.',
        '"Tell me a story," said {hero}, "a long one." And {friend} began.',
      ],
    },
  ],
  endings: {
    happy: {
      mood: 'glad',
      told: [
        'In the morning the sun was back. Everybody came with {build}, and by evening the {home} was whole, with {sign} besides. How they danced.',
        'The next day, they fixed the {lost} together with {build}. It was better than before, and it had {sign}. {Hero} laughed out loud.',
      ],
      spoken: [
        '"Now let us build," said {friend} in the morning. They took {build}, and soon all was safe and warm, with {sign} besides.',
        '"It is better than before," said {hero} with a smile when the work was done. "It even has {sign}."',
      ],
    },
    open: {
      told: [
        'In the morning it was very quiet. They opened the door a little, and then a little more.',
        'When the storm was over, everything looked new. {Hero} did not know where to begin.',
      ],
      spoken: [
        '"Will it come back?" asked {hero}. {Friend} looked at the sky for a long time.',
        '"Stay as long as you like," said {friend}. {Hero} looked out at the rain.',
      ],
    },
    sad: {
      mood: 'sad',
      told: [
        'In the morning nothing was left of the {home} but a pile of sticks. {Hero} had to move far away.',
        'When they came back, everything was gone. {Hero} sat down in the mud and cried.',
      ],
      spoken: [
        '"Everything is gone," said {hero}, and {he} cried. There was nothing to say.',
        '"You cannot stay here for ever," said {friend}. So {hero} went off into the rain, alone.',
      ],
    },
  },
  thanks: ['hero', 'friend'],
  morals: [
    'No storm lasts for ever, but a good neighbor does.',
    'A house can be built again when there are many {paws}.',
    'After every storm comes a morning.',
  ],
};
