/** A name, and the pronoun that goes with it everywhere. */
export interface Name {
  readonly name: string;
  readonly pronoun: 'he' | 'she';
}

const named = (pronoun: Name['pronoun'], names: string): Name[] => names.split(' ').map((name) => ({ name, pronoun }));

export const boys = named('he', 'Pip Otto Milo Finn Hugo Theo Gus Ned Toby Bram Leo Oskar Barnaby Jasper');
export const girls = named('she', 'Mina Rosie Dot Tilda Poppy Nell Fern Ruby Hazel Ivy Juno Wanda Olive Bella');

/** Animals that walk and have paws, and where each lives. */
export const animals: readonly { readonly kind: string; readonly home: string }[] = [
  { kind: 'hedgehog', home: 'hollow log' },
  { kind: 'mouse', home: 'tiny house' },
  { kind: 'rabbit', home: 'burrow' },
  { kind: 'squirrel', home: 'hollow tree' },
  { kind: 'fox', home: 'den' },
  { kind: 'bear', home: 'cave' },
  { kind: 'badger', home: 'burrow' },
  { kind: 'otter', home: 'little hut' },
  { kind: 'mole', home: 'burrow' },
  { kind: 'kitten', home: 'little house' },
  { kind: 'puppy', home: 'little house' },
  { kind: 'beaver', home: 'little hut' },
  { kind: 'raccoon', home: 'hollow tree' },
];

// biome-ignore format: a word list
export const heroAdjectives = [
  'small', 'little', 'young', 'tiny', 'curious', 'quiet', 'cheerful', 'shy', 'sleepy', 'clever', 'gentle', 'merry',
  'shy little', 'curious young', 'busy little', 'very small',
];

export const friendAdjectives = ['kind', 'gentle', 'friendly', 'tall', 'round', 'funny', 'clever', 'wise', 'jolly'];

/** Grown-ups. They are always called by these words, never by a pronoun, so that "he" and "she" stay clear. */
export const elders = ['Grandma', 'Grandpa', 'Mama', 'Papa', 'the old turtle', 'the wise owl', 'Aunt May', 'Uncle Bo'];
