import { InvalidValueError } from '../../errors.ts';

/** Two models answered one prompt, and a judge said which did better. */
export interface Battle {
  readonly a: string;
  readonly b: string;
  /** 1 where `a` won, 0 where `b` won, ½ for a tie; anything between from a judge that tells how sure it is. */
  readonly outcome: number;
  /** How much the battle counts: 1 where nothing is said. */
  readonly weight?: number;
  /** Battles on one prompt are not independent of each other; one that names no prompt stands alone. */
  readonly prompt?: string;
}

/**
 * What else may have decided a battle, to be held fixed: the lead of `a` over `b` in length, in style, in place. Exchanging
 * the two sides negates a row.
 */
export interface Controls {
  readonly names: readonly string[];
  /** [battles][names] */
  readonly rows: readonly (readonly number[])[];
}

/** Battles as columns. */
export interface BattleTable {
  /** In the order in which they first appear. */
  readonly models: readonly string[];
  readonly a: Int32Array; //        [battles], places in `models`
  readonly b: Int32Array; //        [battles]
  readonly lead: Float64Array; //   [battles], outcome − ½
  readonly weight: Float64Array; // [battles]
  readonly prompt: Int32Array; //   [battles], numbered from 0
  readonly prompts: number;
}

/** @throws InvalidValueError for no battles, a model against itself, an outcome outside 0 to 1, a weight below 0 */
export function battleTable(battles: readonly Battle[]): BattleTable {
  if (battles.length === 0) throw new InvalidValueError('The number of battles', 'at least 1', 0);
  const models = numbering();
  const prompts = numbering();
  const rows = battles.map(({ a, b, outcome, weight = 1, prompt }, i) => {
    if (a === b) throw new InvalidValueError(`Battle ${i}`, 'between two models', `${a} against itself`);
    if (!(outcome >= 0 && outcome <= 1)) throw new InvalidValueError(`Outcome ${i}`, 'from 0 to 1', outcome);
    if (!(weight >= 0 && weight < Infinity)) throw new InvalidValueError(`Weight ${i}`, 'at least 0', weight);
    const key = prompt === undefined ? `battle ${i}` : `prompt ${prompt}`;
    return { a: models.of(a), b: models.of(b), lead: outcome - 0.5, weight, prompt: prompts.of(key) };
  });
  return {
    models: models.names(),
    a: Int32Array.from(rows, ({ a }) => a),
    b: Int32Array.from(rows, ({ b }) => b),
    lead: Float64Array.from(rows, ({ lead }) => lead),
    weight: Float64Array.from(rows, ({ weight }) => weight),
    prompt: Int32Array.from(rows, ({ prompt }) => prompt),
    prompts: prompts.names().length,
  };
}

/** Numbers for names, in the order in which they come. */
function numbering() {
  const numbers = new Map<string, number>();
  return {
    of(name: string): number {
      const known = numbers.get(name) ?? numbers.size;
      numbers.set(name, known);
      return known;
    },
    names: () => [...numbers.keys()],
  };
}
