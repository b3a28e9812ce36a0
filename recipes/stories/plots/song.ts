import type { Plot } from '../plot.ts';

/** Somebody must stand up before everybody. */
export const song: Plot = {
  name: 'song',
  props: [
    {
      act: 'sing a song',
      stage: 'at the spring party',
      oops: 'no sound came out but a squeak',
      save: 'hummed the first line',
    },
    {
      act: 'play the drum',
      stage: 'at the harvest feast',
      oops: 'the stick flew into the soup',
      save: 'clapped the beat',
    },
    {
      act: 'say a poem',
      stage: 'in front of the whole school',
      oops: 'every word was gone',
      save: 'whispered the first word',
    },
    {
      act: 'dance',
      stage: 'on the big stage',
      oops: 'both feet forgot what to do',
      save: 'tapped the beat with one foot',
    },
    {
      act: 'play the flute',
      stage: 'at the summer fair',
      oops: 'out came a noise like a goose',
      save: 'whistled the first notes',
    },
  ],
  events: [
    'was asked to {act} {stage}',
    'was going to {act} {stage}',
    'practiced hard, for {he} was to {act} {stage}',
    'learned that {he} would {act} {stage}',
  ],
  beats: [
    {
      told: [
        'At home it was easy. {He} could do it in the bath, and even with {his} eyes closed.',
        '{He} practiced before the [mirror|chickens|cows]. Nobody ran away.',
        '{Hero} had a new [bow|vest|hat] for it, and it itched.',
      ],
      spoken: [
        '"Just do it as you do at home," said {elder}. But this was not home.',
        '"There will be cake after," said {elder}. {Hero} could not think of cake.',
      ],
    },
    {
      extra: true,
      told: [
        'Everybody was there, even the baker, and the baker never went out.',
        'There were a hundred eyes, and all of them looked at {him}.',
        'Before {him} came a [goose|pig|cow] that could juggle, and the crowd went wild.',
      ],
      spoken: [
        '"So many eyes," {he} whispered. {He} counted up to forty and stopped.',
        '"You are next," somebody whispered. {His} mouth was as dry as flour.',
      ],
      mood: 'afraid',
    },
    {
      told: [
        'Then it was time. {Hero} went up, and {oops}.',
        '{He} bowed. {He} took a breath. And {oops}.',
        'The curtain opened. {Hero} began, but {oops}.',
      ],
      spoken: ['"And now, {hero}," called {elder}. {He} began, but {oops}.', '"I, I," said {hero}, and {oops}.'],
      mood: 'worried',
    },
    {
      told: [
        'It was very still. Then, in the first row, {aFriend} {save}.',
        'Somebody giggled. But {aFriend} stood up in the last row and {save}.',
        'Nobody moved. Then {aFriend}, who had a seat by the door, {save}.',
      ],
      spoken: [
        '"You can do it," said {aFriend} in the first row, and {save}.',
        '"Once more, from the start," called {aFriend} from the back, and {save}.',
      ],
      mood: 'hopeful',
    },
  ],
  endings: {
    happy: {
      mood: 'glad',
      told: [
        '{Hero} joined in, first softly and then louder. In the end everybody joined in, and the clapping would not stop. {Hero} smiled and bowed.',
        'That was all {he} needed. {Hero} started again, and the whole crowd laughed and clapped along with {hero} and {friend}.',
      ],
      spoken: [
        '"Together?" asked {hero}. "Together," said {friend}. They did it together, and everybody clapped and smiled.',
        '"Bravo," called everybody when it was over, and {friend} hugged {him}.',
      ],
    },
    open: {
      told: [
        '{Hero} looked at {friend} and opened {his} mouth.',
        '{Hero} closed {his} eyes. The whole room leaned forward.',
      ],
      spoken: [
        '"Shall I?" asked {hero}. {Friend} nodded.',
        '"Wait," said {hero}. "I would like to do something else."',
      ],
    },
    sad: {
      mood: 'sad',
      told: [
        'But {hero} had already run out of the door. {He} sat behind the barn and cried.',
        'It was too late. The curtain fell, and nobody clapped.',
      ],
      spoken: [
        '"I want to go home," said {hero}, and {he} cried before them all.',
        '"Next," somebody called. {Hero} went off the stage, and nobody looked at {him}.',
      ],
    },
  },
  thanks: ['hero', 'friend'],
  morals: [
    'One friend in the crowd is enough.',
    'The first note is the hardest.',
    'Everybody forgets the words now and then.',
  ],
};
