import { InvalidValueError } from '../errors.ts';
import { sigmoid } from '../stats/logistic.ts';
import { seededRandom } from '../stats/random.ts';
import { type PropertyName, properties, words } from './properties.ts';

/** What each property is worth, in log-odds. */
export type PropertyWeights = Readonly<Record<PropertyName, number>>;

/**
 * What a parent who reads aloud at bedtime might like: the default preference. In units of log-odds: a text that scores
 * 1 more than another is chosen with probability σ(1) = 0.73.
 */
export const bedtimeWeights: PropertyWeights = {
  complete: 3, //     a story that breaks off puts no one to sleep
  happyEnding: 2, //  to fall asleep on
  sadEnding: -2, //   not before the light goes out
  goodLength: 2, //   one story, a few minutes
  dialogue: 1.5, //   voices to act out
  feelings: 1.2, //   words for what one feels, to talk about
  thanks: 1, //       manners, shown and not preached
  senses: 0.8, //     something to hear and smell with closed eyes
  shouting: -3, //    it wakes them up again
  repetition: -12, // already a quarter of the text said twice is tiring, and costs as much as breaking off
};

/** Its taste, how often it slips, and what its chance depends on. */
export interface SimulatedAnnotatorOptions {
  readonly weights?: PropertyWeights;
  /** Share of choices that are flipped at random, from 0 to ½: people slip. */
  readonly noise?: number;
  /** Log-odds that each word more is worth to it, whatever it says: a bias of its choices, not of its score. */
  readonly lengthBias?: number;
  readonly seed: number;
}

/** What the annotator said, in the words of a Comparison. */
export interface SimulatedJudgment {
  readonly choice: 'a' | 'b';
  readonly judge: 'simulated-annotator';
  readonly shownFirst: 'a' | 'b';
}

/** A written preference that can be asked. */
export interface SimulatedAnnotator {
  /** Σ weight × property of a response, in nats of log-odds: what it means to prefer, without noise and bias. */
  score(text: string): number;
  /** How likely it is to choose `a`, noise and bias included. */
  probabilityOfA(a: string, b: string): number;
  /** Chooses between two responses. The same seed, id and responses give the same judgment, in whatever order. */
  compare(pair: { readonly id: string; readonly a: string; readonly b: string }): SimulatedJudgment;
}

/**
 * A stand-in for a person, so that alignment can be shown and tested without one: a written, linear preference over
 * visible properties of the text, sampled as in Bradley and Terry 1952.
 *
 *   score(y) = Σ_k weight_k · property_k(y)        P(a ≻ b) = (1 − noise)·σ(s) + noise·σ(−s)
 *   s = score(a) − score(b) + bias·(words(a) − words(b))
 *
 * It reads the response only, not the prompt. What it was shown first is recorded and changes nothing.
 */
export function simulatedAnnotator(options: SimulatedAnnotatorOptions): SimulatedAnnotator {
  const { weights = bedtimeWeights, noise = 0, lengthBias = 0, seed } = options;
  if (!(noise >= 0 && noise <= 0.5)) throw new InvalidValueError('noise', 'a share from 0 to ½', noise);
  const names = Object.keys(weights) as PropertyName[];
  const score = (text: string) => names.reduce((sum, name) => sum + weights[name] * properties[name](text), 0);
  const probabilityOfA = (a: string, b: string) => {
    const lead = score(a) - score(b) + lengthBias * (words(a).length - words(b).length);
    const p = sigmoid(lead);
    return (1 - noise) * p + noise * (1 - p);
  };
  return {
    score,
    probabilityOfA,
    compare({ id, a, b }) {
      const random = seededRandom(hash(`${seed} ${id}`));
      return {
        choice: random.uniform() < probabilityOfA(a, b) ? 'a' : 'b',
        judge: 'simulated-annotator',
        shownFirst: random.uniform() < 0.5 ? 'a' : 'b',
      };
    },
  };
}

/** FNV-1a, 32 bits, over UTF-16 code units (Fowler, Noll and Vo). */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}
