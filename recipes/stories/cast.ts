import type { Plot } from './plot.ts';
import { chance, pick, type Random } from './random.ts';
import { expand, type Slots } from './template.ts';
import { animals, boys, elders, friendAdjectives, girls, heroAdjectives, type Name } from './words/characters.ts';
import { habits, loves, times, whens } from './words/openings.ts';
import { scenes, weathers } from './words/settings.ts';

/** Who and what one story is about, and the sensory details of its place and weather. */
export interface Cast {
  readonly slots: Slots;
  readonly senses: readonly string[];
}

export interface CastOptions {
  /**
   * Only four girls, whom the stories happen to, and four boys, who come along: then who is "she" and who is "he" is
   * always the same, which a very small model has to know before it can learn to look it up.
   */
  readonly familiar?: boolean;
}

/**
 * Chooses the characters, the place, the time and the props of a story.
 *
 * Hero and friend have different pronouns, so that every "he" and "she" is clear. In templates `{he} {him} {his}
 * {himself}` are always the hero's and `{she} {her} {hers}` the friend's, whichever they turn out to be.
 */
export function castFor(plot: Plot, random: Random, { familiar = false }: CastOptions = {}): Cast {
  const slots: Record<string, string> = {
    ...characters(random, familiar),
    elder: pick(elders, random),
    love: pick(loves, random),
    habit: pick(habits, random),
    time: pick(plot.times ?? times, random),
  };
  const scene = pick(allowed(scenes, plot.scenes ?? scenes.map(({ name }) => name)), random);
  const weather = pick(allowed(weathers, plot.weathers ?? usualWeather), random);
  slots.at = expand(scene.words, slots, random);
  slots.weather = expand(weather.words, slots, random);
  slots.when = expand(pick(whens, random), slots, random);
  for (const [name, template] of Object.entries(pick(plot.props, random)))
    slots[name] = expand(template, slots, random);
  return { slots, senses: weather.standsAlone ? weather.senses : [...scene.senses, ...weather.senses] };
}

/** Snow changes too much to fall by chance. */
const usualWeather = weathers.map(({ name }) => name).filter((name) => name !== 'snowy');

const allowed = <Name extends string, S extends { name: Name }>(settings: readonly S[], names: readonly Name[]) =>
  settings.filter(({ name }) => names.includes(name));

function characters(random: Random, familiar: boolean): Slots {
  const [heroes, friends] = castLists(random, familiar);
  const [hero, friend] = [pick(heroes, random), pick(friends, random)];
  const children = chance(0.15, random); // both are children, or both are animals
  const animal = pick(animals, random);
  const kind = children ? child(hero) : animal.kind;
  const others = animals.filter((other) => other.kind !== kind);
  const friendKind = children ? child(friend) : pick(others, random).kind;
  const friendAdjective = pick(children ? ['kind', 'friendly', 'clever', 'tall', 'funny'] : friendAdjectives, random);
  return {
    hero: hero.name,
    ...pronouns[hero.pronoun],
    kind,
    home: children ? 'little house' : animal.home,
    aHero: expand(`a ${pick(heroAdjectives, random)} ${kind} named ${hero.name}`, {}, random),
    title: children ? `little ${hero.name}` : `${hero.name} the ${kind}`,
    paw: children ? 'hand' : 'paw',
    paws: children ? 'hands' : 'paws',
    friend: friend.name,
    she: friend.pronoun,
    her: pronouns[friend.pronoun].him,
    hers: pronouns[friend.pronoun].his,
    aFriend: expand(`a ${friendAdjective} ${friendKind} named ${friend.name}`, {}, random),
    aNewcomer: expand(`a ${friendAdjective} ${friendKind}`, {}, random),
  };
}

function castLists(random: Random, familiar: boolean): [heroes: readonly Name[], friends: readonly Name[]] {
  if (familiar) return [girls.slice(0, 4), boys.slice(0, 4)];
  return chance(0.5, random) ? [boys, girls] : [girls, boys];
}

const child = ({ pronoun }: Name) => (pronoun === 'he' ? 'boy' : 'girl');

const pronouns = {
  he: { he: 'he', him: 'him', his: 'his', himself: 'himself' },
  she: { he: 'she', him: 'her', his: 'her', himself: 'herself' },
};
