import type { Plot } from '../plot.ts';

/** A little one is lost, and must be brought home. */
export const duckling: Plot = {
  name: 'duckling',
  weathers: ['sunny', 'rainy', 'windy', 'foggy', 'warm'],
  props: [
    { baby: 'duckling', cry: 'peep, peep', house: 'the reeds', mother: 'mother duck', food: 'bread crumbs' },
    { baby: 'lamb', cry: 'baa, baa', house: 'the high meadow', mother: 'mother sheep', food: 'clover' },
    { baby: 'chick', cry: 'cheep, cheep', house: 'the red barn', mother: 'mother hen', food: 'corn' },
    { baby: 'piglet', cry: 'oink, oink', house: 'the old sty', mother: 'mother pig', food: 'an apple' },
    { baby: 'goat kid', cry: 'meh, meh', house: 'the rocky hill', mother: 'mother goat', food: 'a cabbage leaf' },
  ],
  events: [
    'met a tiny {baby} that was all alone',
    'heard a small voice cry {cry}. It was a lost {baby}',
    'found a lost {baby} [under a bush|beside the road|behind a stone]',
    'turned around and saw that a little {baby} was following {him}',
  ],
  beats: [
    {
      told: [
        '{Hero} gave it {food}, and it stopped crying.',
        'It was wet and it shook all over. {Hero} put it into {his} [hat|scarf|coat].',
        'It went {cry} and pressed itself against {his} leg.',
      ],
      spoken: [
        '"Where is your mother?" asked {hero}. "{Cry}," said the {baby}.',
        '"Do not cry," said {hero}, and gave it {food}.',
      ],
      mood: 'worried',
    },
    {
      extra: true,
      told: [
        'It thought that {he} was its mother, and did everything that {he} did.',
        '{He} asked a snail for the way, but the snail had only just set out.',
        'Left or right? {Hero} threw a stick into the air, and it pointed left.',
      ],
      spoken: [
        '"I am not your mother," said {hero}. "{Cry}," said the {baby}, and came closer.',
        '"Is this your house?" {he} asked at every [hole|gate|nest]. "{Cry}," it said, and that meant no.',
      ],
    },
    {
      told: [
        'At the crossroads stood {aFriend}, who knew every family for miles.',
        'Then they met {aFriend}, who carried the mail and knew every path.',
        'On the bridge sat {aFriend} with a fishing rod. {She} put it down and came along.',
      ],
      spoken: [
        'At the crossroads stood {aFriend}. "I know that voice," {she} said. "It belongs to {house}."',
        'On the bridge sat {aFriend}. "Whose {baby} is that?" {she} asked. "That is what we want to know," said {hero}.',
      ],
      mood: 'hopeful',
    },
    {
      told: [
        'They walked to {house}, {hero} in front, {friend} behind, and the {baby} in the middle.',
        'All the way to {house}, {friend} carried it on {hers} back and told it stories.',
        'The way to {house} was long. When the {baby} was tired, they took turns to carry it.',
      ],
      spoken: [
        '"Are we there yet?" asked {hero}. "{Cry}?" asked the {baby}. "Nearly," said {friend}.',
        '"Hold on tight," said {friend}, and took it on {hers} back. "To {house}."',
      ],
    },
  ],
  endings: {
    happy: {
      mood: 'glad',
      told: [
        'And there came {mother}, running with open arms. The {baby} was home and safe, and everybody laughed and talked at once.',
        'There stood {mother}, who had looked everywhere. {Mother} hugged the {baby}, and {hero}, and {friend}, and the {baby} once more.',
      ],
      spoken: [
        '"My baby," called {mother}, and ran to meet them. The {baby} was home and safe at last.',
        '"{Cry}," called the {baby}, and {mother} came running. "You brought my little one home," said {mother} with a smile.',
      ],
    },
    open: {
      told: [
        'At {house}, all was quiet. Then, far away, somebody answered.',
        'They came to {house}. There were two mothers there, and both looked up.',
      ],
      spoken: [
        '"Is it here?" asked {hero}. The {baby} put up its head and listened.',
        '"Wait," said {friend}. "Did you hear that?" They all stood still.',
      ],
    },
    sad: {
      mood: 'sad',
      told: [
        'But {house} was empty, and nobody was there. The {baby} cried all night.',
        'But they lost it in the tall grass. They called and cried, and nothing answered.',
      ],
      spoken: [
        '"They have all gone away," said {friend}. The {baby} looked up and cried.',
        '"I cannot find it," said {hero}. {He} had only looked away for a moment.',
      ],
    },
  },
  thanks: ['mother', 'hero'],
  morals: [
    'Everybody is a little one to somebody.',
    'No one is too small to help someone smaller.',
    'The way home is shorter with friends.',
  ],
};
