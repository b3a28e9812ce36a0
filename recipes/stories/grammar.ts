import { seededRandom } from '@attune/preferences';
import { type Cast, type CastOptions, castFor } from './cast.ts';
import { breakOff, ramble, shout } from './flaws.ts';
import type { Beat, Plot } from './plot.ts';
import { plots } from './plots/index.ts';
import { chance, pick, type Random } from './random.ts';
import { type Style, styleFrom } from './style.ts';
import { expand } from './template.ts';
import { closings } from './words/closings.ts';
import { feelings, type Mood } from './words/feelings.ts';
import { openings } from './words/openings.ts';
import { thanks } from './words/thanks.ts';

/** A story for children. `text` begins with `prompt`, which ends with a sentence. */
export interface Story {
  readonly prompt: string;
  readonly text: string;
  readonly plot: string;
  readonly style: Style;
}

/** Stories without end, the same ones for the same seed and kind of cast. */
export function* stories(seed: number, options: CastOptions = {}): Generator<Story, never> {
  const random = seededRandom(seed).uniform;
  for (;;) {
    const plot = pick(plots, random);
    yield tell(plot, castFor(plot, random, options), styleFrom(random), random);
  }
}

/** Tells one story: the opening, then the beats of its plot and its ending in the given style. */
export function tell(plot: Plot, cast: Cast, style: Style, random: Random): Story {
  const slots = { ...cast.slots, event: expand(pick(plot.events, random), cast.slots, random) };
  const prompt = expand(pick(openings, random), slots, random);
  const teller = new Teller(cast, style, random);
  const beats = plot.beats.filter((beat) => !beat.extra || !(style.short || chance(0.3, random)));
  const passages = beats.map((beat) => teller.beat(beat));
  for (const sense of teller.senses()) insert(sense, passages, random);

  const body =
    style.ending === 'abrupt' ? breakOff(passages, random) : [...passages, ...teller.ending(plot, style.ending)];
  const rambled = style.rambling ? ramble(body, slots, random) : body;
  const told = style.shouting ? shout(rambled, random) : rambled;
  return { prompt, text: [prompt, ...told].join(' '), plot: plot.name, style };
}

/** Puts a sentence between two passages, but never before one whose "it" looks back. */
function insert(sentence: string, passages: string[], random: Random): void {
  const places = passages.keys().filter((i) => !/^"?(But |By evening )?[Ii]t\b/.test(passages[i]!));
  passages.splice(pick([...places], random), 0, sentence);
}

/** Writes passages of one story in its style. */
class Teller {
  readonly #cast: Cast;
  readonly #style: Style;
  readonly #random: Random;

  constructor(cast: Cast, style: Style, random: Random) {
    this.#cast = cast;
    this.#style = style;
    this.#random = random;
  }

  beat({ told, spoken, mood }: Beat): string {
    const speaks = this.#style.dialogue && chance(0.8, this.#random);
    const passage = this.#write(speaks ? spoken : told);
    return mood && this.#style.namesFeelings && chance(0.6, this.#random)
      ? `${passage} ${this.#feeling(mood)}`
      : passage;
  }

  /** None, one or two sensory details, different ones. */
  senses(): string[] {
    if (!this.#style.senses) return [];
    const first = pick(this.#cast.senses, this.#random);
    const others = this.#cast.senses.filter((sense) => sense !== first);
    return (chance(0.5, this.#random) ? [first, pick(others, this.#random)] : [first]).map((sense) =>
      this.#write([sense]),
    );
  }

  ending(plot: Plot, ending: keyof Plot['endings']): string[] {
    const { dialogue, moral, short } = this.#style;
    const [from, to] = plot.thanks.map((name) => `{${name}}`);
    const thank = pick(thanks[dialogue ? 'spoken' : 'told'], this.#random);
    const filled = thank.replaceAll('{from}', from!).replaceAll('{From}', capital(from!)).replaceAll('{to}', to!);
    return [
      this.beat(plot.endings[ending]),
      ...(this.#style.thanks && ending === 'happy' ? [this.#write([filled])] : []),
      ...(ending === 'sad' || !short || chance(0.3, this.#random) ? [this.#write(closings[ending])] : []),
      ...(moral && ending !== 'sad' ? [this.#write(plot.morals)] : []),
    ];
  }

  #feeling(mood: Mood): string {
    return this.#write(feelings[mood]);
  }

  #write(templates: readonly string[]): string {
    return expand(pick(templates, this.#random), this.#cast.slots, this.#random);
  }
}

/** `{name}` → `{Name}`: the slot with a capital. */
const capital = (slot: string) => slot[0] + slot[1]!.toUpperCase() + slot.slice(2);
