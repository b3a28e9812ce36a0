import type { Plot } from '../plot.ts';

/** Something is found, and somebody must be missing it. */
export const found: Plot = {
  name: 'found',
  props: [
    { thing: '[silver|rusty|tiny] key', mark: 'a star on it', use: 'opened {hers} music box' },
    { thing: '[gold|silver] ring', mark: 'a leaf on it', use: 'had belonged to {hers} grandmother' },
    {
      thing: '[wooden|little] flute',
      mark: 'a name on it, too small to read',
      use: 'played the song that {she} loved best',
    },
    { thing: '[glass|blue] bead', mark: 'a spark of light inside', use: 'was the eye of {hers} old toy horse' },
    { thing: '[red|green] purse', mark: 'seven pennies inside', use: 'held all that {she} had saved for winter' },
    { thing: 'brass bell', mark: 'a ribbon on it', use: 'called {hers} children home for supper' },
  ],
  events: [
    'found a {thing} [under a leaf|behind a stone|in the grass|between two roots]',
    'saw something shine [in the mud|in the grass|on the path]. It was a {thing}',
    'picked up a {thing} [on the path|beside the gate|under a bush]',
    'stepped on something hard. It was a {thing}',
  ],
  beats: [
    {
      told: [
        'It was [cold|smooth|small] and had {mark}.',
        '{He} turned it over. It had {mark}.',
        '{Hero} rubbed it clean with {his} sleeve and saw that it had {mark}.',
      ],
      spoken: [
        '"Somebody must miss this," said {hero}. It had {mark}.',
        '"Who do you belong to?" {he} asked. It had {mark}, but it gave no answer.',
      ],
      mood: 'curious',
    },
    {
      extra: true,
      told: [
        '{He} wanted to keep it. But it belonged to somebody else.',
        'For a moment {he} thought of hiding it in {his} [pocket|bed]. Then {he} shook {his} head.',
        'It would have looked fine on {his} shelf. But somebody was missing it.',
      ],
      spoken: [
        '"Keep it," said a [crow|jay]. "No," said {hero}. "It is not mine."',
        '"Finders keepers," sang a [crow|magpie] from a branch. {Hero} did not listen.',
      ],
    },
    {
      told: [
        '{Hero} asked the [hen|goat|baker], but got only a shake of the head.',
        'First {he} went to the [duck|snail|goat]. Then {he} went to the [frog|hen|toad]. They only shook their heads.',
        '{He} knocked on three doors. Behind the first was nobody, and behind the others nobody knew.',
      ],
      spoken: [
        '"Is this yours?" {he} asked the [hen|goat|duck]. "No, no," came the answer. "Not mine."',
        '"Have you lost a {thing}?" {he} asked at every door. "Not me," they all said.',
        '"Ask at the [mill|bridge|last house]," said a [snail|toad]. "Slowly, slowly, but ask there."',
      ],
    },
    {
      told: [
        'At the end of the path sat {aFriend}, looking at {hers} empty {paws}.',
        'At last {he} met {aFriend}, who was looking under every leaf.',
        'Then {he} saw {aFriend} on a [bench|log|step]. {She} was searching in {hers} bag again and again.',
      ],
      spoken: [
        'At last {he} met {aFriend}. "I have lost something dear," {she} said.',
        'On a [bench|log|step] sat {aFriend}. "What are you looking for?" asked {hero}. "It is small," {she} said, "and it has {mark}."',
      ],
      mood: 'hopeful',
    },
  ],
  endings: {
    happy: {
      mood: 'glad',
      told: [
        '{Hero} held out the {thing}, and {friend} jumped up and hugged {him}. It {use}.',
        'When {friend} saw the {thing}, {hers} whole face lit up. It {use}.',
      ],
      spoken: [
        '"Is it this one?" asked {hero}. "Yes," called {friend}, and {she} laughed and hugged {him}. It {use}.',
        '"You found it," said {friend} with a big smile. It {use}.',
      ],
    },
    open: {
      told: [
        '{Friend} looked at the {thing} for a long time. It was not the one that {she} had lost. So whose was it?',
        '{Friend} turned the {thing} around, and then {she} pointed at a little door that {hero} had never seen.',
      ],
      spoken: [
        '"It is not mine," said {friend}, "but I think I know whose it is." And {she} pointed to the far hills.',
        '"Listen," said {friend}. Very softly, the {thing} began to hum.',
      ],
    },
    sad: {
      mood: 'sad',
      told: [
        '{Hero} reached for the {thing}, but {his} pocket had a hole. It was lost again, and they never found it.',
        'But when {hero} held it out, it fell and broke in two. {Friend} walked away and did not look back.',
      ],
      spoken: [
        '"You took it," said {friend}, and {she} would not listen. {Hero} stood alone on the path.',
        '"It is broken," said {friend}, and {she} began to cry. Nothing could mend it.',
      ],
    },
  },
  thanks: ['friend', 'hero'],
  morals: [
    'What is not ours is best given back.',
    'Giving a thing back can feel better than keeping it.',
    'Honest {paws} are happy {paws}.',
  ],
};
