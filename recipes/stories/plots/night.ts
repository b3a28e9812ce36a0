import type { Plot } from '../plot.ts';

/** A sound in the night keeps somebody awake. */
export const night: Plot = {
  name: 'night',
  weathers: ['rainy', 'windy', 'foggy', 'cold'],
  times: ['night'],
  props: [
    { sound: 'scratch, scratch', who: 'a baby owl', want: 'had fallen from its nest', help: 'carried it back up' },
    {
      sound: 'tap, tap, tap',
      who: 'a lost moth',
      want: 'wanted to be near the light',
      help: 'put the lamp on the sill',
    },
    { sound: 'boo, hoo', who: 'a very small ghost', want: 'was scared of the day', help: 'found it a dark, cozy box' },
    { sound: 'squeak, squeak', who: 'a baby bat', want: 'had lost its mother', help: 'hung it on the highest branch' },
    {
      sound: 'bump, bump',
      who: 'a small toad with a big suitcase',
      want: 'could not find the right house',
      help: 'showed it the way',
    },
  ],
  events: [
    'lay in bed and could not sleep. Something went {sound}',
    'was almost asleep when something went {sound}',
    'put out the light. Then something went {sound}',
    'woke up, for something outside went {sound}',
  ],
  beats: [
    {
      told: [
        '{He} pulled the blanket over {his} head. But there it was again, {sound}.',
        '{Hero} lay very still and listened. It was not the wind, and it was not the clock.',
        'The moon looked in, but it did not say what it was.',
      ],
      spoken: [
        '"Who is there?" {he} whispered. There was no answer but {sound}.',
        '"It is only the wind," {he} said. But the wind does not go {sound}.',
      ],
      mood: 'afraid',
    },
    {
      extra: true,
      told: [
        '{He} counted sheep. But the sheep stopped too, and listened.',
        '{He} put one foot out of bed and pulled it back in.',
        'In the dark, the coat on the door looked like a [giant|bear|tall man].',
      ],
      spoken: [
        '"Go to sleep," {he} told {himself}. {He} did not listen.',
        '"Did you hear it too?" {he} asked the chair. The chair creaked.',
      ],
    },
    {
      told: [
        'So {he} ran next door and woke up {aFriend}, who came in {hers} nightgown with a lamp.',
        'There was a light across the way. {AFriend} had heard it too, and came over in slippers.',
        '{He} threw a pea at the next window. It was the window of {aFriend}, who was never afraid at night.',
      ],
      spoken: [
        '"Are you awake?" {he} called to the next house. There lived {aFriend}. "I am now," {she} said.',
        'Across the way, {aFriend} opened {hers} window. "Do you hear that?" {she} asked. "Yes," said {hero}.',
      ],
      mood: 'hopeful',
    },
    {
      told: [
        'They went out together, {paw} in {paw}. Behind the [barrel|woodpile|well] sat {who}. It {want}.',
        'With the lamp held high, they looked around the corner. There sat {who}. It {want}.',
        'Step by step they came nearer. Then the light fell on {who}. It {want}.',
      ],
      spoken: [
        '"On three," said {friend}. "One, two, three." In the light sat {who}. It {want}.',
        '"Look, it is only {who}," said {friend}. It {want}.',
      ],
    },
  ],
  endings: {
    happy: {
      mood: 'glad',
      told: [
        'They {help}, and it made a happy little sound. Then they drank warm milk together and smiled.',
        'So they {help}. All was quiet again, and they smiled at each other in the dark.',
      ],
      spoken: [
        '"We can help you," said {hero}, and they {help}. How they laughed.',
        '"And I thought it was a monster," said {hero} with a laugh. They {help}, and all was safe and quiet.',
      ],
    },
    open: {
      told: [
        'It looked at them with big round eyes. Then it hopped away into the dark and looked back, as if to say, come.',
        'They {help}. But later that night, there it was again, {sound}.',
      ],
      spoken: [
        '"Will it come back?" asked {hero}. {Friend} blew out the lamp.',
        '"Where does it live?" asked {hero}. Nobody had ever asked that.',
      ],
    },
    sad: {
      mood: 'sad',
      told: [
        'But when they came nearer, it was scared and ran away. All night {hero} heard it cry.',
        'They could not help it. In the morning it lay still and cold in the grass.',
      ],
      spoken: [
        '"We cannot help it," said {friend}, and {she} went back to bed. {Hero} sat there alone.',
        '"It is gone," said {friend}. The night was empty and cold.',
      ],
    },
  },
  thanks: ['hero', 'friend'],
  morals: [
    'What scares us in the dark is often scared itself.',
    'It is good to look before you run.',
    'A lamp and a friend make any night small.',
  ],
};
