import type { Plot } from '../plot.ts';

/** Something lovely is caught, and does not shine in a jar. */
export const jar: Plot = {
  name: 'jar',
  weathers: ['warm', 'sunny', 'windy', 'foggy'],
  props: [
    {
      catch: 'firefly',
      jar: 'glass jar',
      fade: 'its light grew weak',
      free: 'it lit up like a star',
      many: 'a hundred more',
    },
    {
      catch: 'butterfly',
      jar: 'paper box',
      fade: 'it folded its wings',
      free: 'it opened its wings',
      many: 'a whole cloud of them',
    },
    {
      catch: 'cricket',
      jar: 'little cage',
      fade: 'it would not sing',
      free: 'it began to sing',
      many: 'all the crickets of the meadow',
    },
    {
      catch: 'tiny fish',
      jar: 'big bowl',
      fade: 'it did not swim',
      free: 'it jumped like a spark',
      many: 'all its sisters',
    },
    { catch: 'ladybug', jar: 'matchbox', fade: 'it hid its head', free: 'it sat on {his} nose', many: 'seven others' },
  ],
  events: [
    'caught a {catch} and put it in a {jar}',
    'saw a {catch} and ran after it with a {jar}. Soon {he} had it',
    'wanted a {catch} of {his} own, and so {he} caught one with a {jar}',
    'went out with a {jar} and caught the prettiest {catch} of all',
  ],
  beats: [
    {
      told: [
        '{He} put the {jar} on the shelf and sat down to look at it.',
        '{He} carried the {jar} home under {his} coat, very carefully.',
        '{Hero} had never seen a {catch} so close. It lived in the {jar} beside {his} bed.',
      ],
      spoken: [
        '"Now you are mine," said {hero}, and put the {jar} beside {his} bed.',
        '"You will like it here," {he} said to the {catch} in the {jar}.',
      ],
      mood: 'curious',
    },
    {
      told: [
        'But {fade}. {He} gave it a leaf and a drop of honey. Still {fade}.',
        'By evening {fade}. {He} tapped on the {jar}, but nothing changed.',
        'But in the {jar}, {fade}, and the room seemed darker.',
      ],
      spoken: ['"What is wrong?" asked {hero}, for {fade}.', '"Are you hungry?" {he} asked. But {fade}.'],
      mood: 'worried',
    },
    {
      told: [
        '{Hero} showed it to {aFriend}. {She} looked at it for a long time and then at the open window.',
        'Next door lived {aFriend}, who knew all about small animals. {She} put {hers} ear to the {jar} and listened.',
        'Then {aFriend} came to see it. {She} did not smile.',
      ],
      spoken: [
        '{Hero} showed it to {aFriend}. "How would you like to live in a {jar}?" {she} asked.',
        '"Is it sick?" {he} asked {aFriend}, who knew such things. "No," {she} said. "It is homesick."',
      ],
      mood: 'sorry',
    },
    {
      extra: true,
      told: [
        '{Hero} thought about it all through supper. The peas were no help.',
        'It was hard, because it was so pretty. {Hero} looked at it one last time.',
        '{He} thought of {his} own warm bed and {his} own front door.',
      ],
      spoken: [
        '"But then it will be gone," said {hero}. "It will be free," said {friend}.',
        '"Just one more night?" asked {hero}. {Friend} said nothing, and that was an answer.',
      ],
    },
  ],
  endings: {
    happy: {
      mood: 'glad',
      told: [
        'So they opened the {jar} under the evening sky, and {free}. Then {many} came, and {hero} laughed with {friend} until it was late.',
        '{Hero} opened the {jar}, and {free}. It came back to visit the next day, with {many}. How they smiled.',
      ],
      spoken: [
        '"Go home," said {hero} softly and opened the {jar}. Then {free}, and they both smiled.',
        '"Look," said {friend}, for {free}. Then {many} came, and they danced among them and laughed.',
      ],
    },
    open: {
      told: [
        '{Hero} opened the {jar} and waited. For a moment nothing moved.',
        '{Hero} put the {jar} on the window sill and took off the lid. Then {he} went to bed and left the rest to the night.',
      ],
      spoken: [
        '"Will it come back?" asked {hero}. "Leave the window open," said {friend}.',
        '"Shall we?" asked {friend}. {Hero} put {his} {paw} on the lid.',
      ],
    },
    sad: {
      mood: 'sad',
      told: [
        'But {hero} waited one night too long. In the morning the {catch} did not move any more.',
        '{Hero} would not listen and kept it. When {he} woke up, it was dead.',
      ],
      spoken: [
        '"It is too late," said {friend}. {Hero} cried over the {jar}.',
        '"Leave me alone," said {hero}. {Friend} went, and the {catch} died.',
      ],
    },
  },
  thanks: ['hero', 'friend'],
  morals: [
    'What we love must be free to go.',
    'A light shines best where it belongs.',
    'You do not have to own a thing to love it.',
  ],
};
