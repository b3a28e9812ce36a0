/** How a story can begin. `{event}` is what happens first in its plot; what stands here is the prompt. */
export const openings = [
  '{When}, {aHero} {event}.',
  '{When}, {aHero} {event}.',
  '{When} {at}, {aHero} {event}.',
  '{When}, {title} {event}.',
  'Once there was {aHero}. {When}, {he} {event}.',
  'Once there was {aHero} who lived {at}. {When}, {he} {event}.',
  'There once was {aHero} who [loved {love}|always {habit}]. {When}, {he} {event}.',
  'In a {home} {at} lived {aHero}. {When}, {he} {event}.',
  '{Title} lived in a {home} {at}. {When}, {he} {event}.',
  '{Title} loved {love}. {When}, {he} {event}.',
];

export const whens = ['one {weather} {time}', 'on a {weather} {time}', '[early|late] one {weather} {time}'];

/** The times of day for plots that can begin at any. */
export const times = ['morning', 'morning', 'day', 'afternoon', 'evening'];

export const loves = [
  'puddles',
  'riddles',
  'plums',
  'long walks',
  'warm bread',
  'old stories',
  'buttons',
  'songs',
  'maps',
];
export const habits = [
  'sang in the morning',
  'wore odd socks',
  'asked too many questions',
  'carried a small bag',
  'came late',
];
