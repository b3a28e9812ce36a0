import type { Plot } from '../plot.ts';

/** Two want to win, and one falls. */
export const race: Plot = {
  name: 'race',
  weathers: ['sunny', 'windy', 'warm', 'cold', 'foggy'],
  props: [
    { race: 'running race', prize: 'a [gold|paper] crown', goal: 'the old mill', trip: 'a root' },
    { race: 'sack race', prize: 'a basket of [pears|plums]', goal: 'the far fence', trip: 'a stone' },
    { race: 'spoon race', prize: 'a [honey|chocolate] cake', goal: 'the big tree', trip: 'a sleepy cat' },
    { race: 'cart race', prize: 'a blue ribbon', goal: 'the bridge', trip: 'a bump' },
  ],
  events: [
    'lined up for the big {race}',
    'wanted to win the {race} more than anything',
    'heard that there would be a {race}, and ran to put down {his} name',
    'trained for the {race} until {his} legs wobbled',
  ],
  beats: [
    {
      told: [
        'The prize was {prize}. Beside {him} stood {aFriend}, who had won it twice.',
        'There was {prize} to be won. But there was also {aFriend}, who was as fast as the wind.',
        'Whoever came first to {goal} would get {prize}. At the line waited {aFriend}, hopping up and down.',
      ],
      spoken: [
        '"I will win," said {aNewcomer} with number seven on {hers} back. Everybody knew {her}. It was {friend}.',
        '"The prize is {prize}," called {elder}. At the line waited {aFriend}. "May the best one win," {she} said.',
      ],
      mood: 'excited',
    },
    {
      extra: true,
      told: [
        '{Hero} [tied|checked] {his} shoes three times.',
        '{Elder} held up a [red|white] flag, and everything went still.',
        'A [goose|goat|cow] stood at the side and looked as if it knew who would win.',
      ],
      spoken: [
        '"Ready?" called {elder}. {Hero} was ready.',
        '"Good luck," said {friend}. "Good luck to you," said {hero}, and meant it nearly.',
      ],
    },
    {
      told: [
        'Off they went. {Friend} was in front, then {hero}, then {friend} again.',
        'They ran past the [well|barn|pump] and over the [ditch|brook], side by side.',
        'The flag fell, and they were off. Dust flew, hats flew, and {goal} came nearer.',
      ],
      spoken: [
        '"Go, go, go," called everybody. {Friend} was in front, then {hero}, then {friend} again.',
        '"I can see {goal}," called {hero}. "So can I," called {friend}.',
      ],
    },
    {
      told: [
        'Then {friend} tripped over {trip} and fell. Now {hero} was first of all.',
        'But near the end, {friend} tripped over {trip} and held {hers} knee.',
        'Suddenly there was a thump. {Friend} had fallen over {trip}, and {she} did not get up.',
      ],
      spoken: [
        '"Ouch," called {friend}. {She} had tripped over {trip}. {Hero} looked ahead, and {he} looked back.',
        '"My knee," said {friend}. {She} had fallen over {trip}. {Goal} was only ten steps away.',
      ],
      mood: 'worried',
    },
  ],
  endings: {
    happy: {
      mood: 'glad',
      told: [
        '{Hero} turned around and helped {her} up. Arm in arm they came in last, laughing, and everybody clapped. They shared {prize}.',
        '{Hero} ran back. They went the last steps together, laughing, and the prize was for both of them.',
      ],
      spoken: [
        '"Lean on me," said {hero}. They came in together, and everybody clapped and laughed. They shared {prize}.',
        '"You could have won," said {friend}. "I like it better this way," said {hero} with a smile.',
      ],
    },
    open: {
      told: [
        '{Hero} stopped. The snail, who had never stopped at all, went slowly past them both.',
        '{Hero} stood between {friend} and the line, and everybody held their breath.',
      ],
      spoken: [
        '"Run," said {friend}. {Hero} looked at {her}, and {he} looked at the line.',
        '"Who won?" somebody asked later. It depends on whom you ask.',
      ],
    },
    sad: {
      mood: 'sad',
      told: [
        '{Hero} ran on and won. But nobody clapped, and {prize} felt heavy in {his} {paws}.',
        '{Hero} looked back, stumbled, and fell too. A stranger won, and both went home with sore knees and tears.',
      ],
      spoken: [
        '"Wait for me," called {friend}. But {hero} ran on, and after that they were not friends any more.',
        '"You did not even look back," said {friend}. The prize was no fun at all.',
      ],
    },
  },
  thanks: ['friend', 'hero'],
  morals: [
    'Some races are won by stopping.',
    'A friend is worth more than a prize.',
    'It matters less who is first than who is there.',
  ],
};
