import { InvalidValueError } from '../errors.ts';
import { type CrossedRows, crossedFitCv } from '../stats/crossedLogistic.ts';
import { type LengthComparison, lengthDesign } from './lengthControlled.ts';

/** From how many systems on a prompt's difficulty is worth estimating: of fewer it is mostly those systems' luck. */
export const fewestSystems = 10;

/** How hard prompts are, and how different in that. */
export interface JointDifficulties {
  /** In log-odds of the systems' winning: high is easy to win. By prompt. */
  readonly byPrompt: ReadonlyMap<string, number>;
  /** The standard deviation that cross-validation chose for them. */
  readonly deviation: number;
}

/**
 * Difficulties of prompts from many systems that were judged on them against one baseline, after AlpacaEval's
 * `instruction_difficulty`: γ_i of P(m better than the baseline on i) = σ(φ_m·x + θ_m + γ_i), x the length term. AlpacaEval
 * puts an L1 penalty on all weights, so that difficulties are drawn to that of its first prompt; here γ_i ~ N(0, τ²), drawn
 * to the mean, τ by cross-validation.
 *
 * @param systems the comparisons of each
 * @throws InvalidValueError for fewer than {@link fewestSystems}
 */
export function jointDifficulties(systems: readonly (readonly LengthComparison[])[]): JointDifficulties {
  if (systems.length < fewestSystems) {
    throw new InvalidValueError(
      'The number of systems to estimate difficulties from',
      `at least ${fewestSystems}`,
      systems.length,
    );
  }
  const places = new Map<string, number>();
  const placeOf = (prompt: string): number => {
    const place = places.get(prompt) ?? places.size;
    places.set(prompt, place);
    return place;
  };
  const parts = systems.map((comparisons, m) => {
    const plain = comparisons.map((each) => ({ ...each, difficulty: undefined }));
    const design = lengthDesign(plain);
    return Array.from(design.y, (y, row) => ({
      ...{ m, y, x: design.x[row * design.columns]! },
      prompt: placeOf(comparisons[design.comparisons[row]!]!.prompt),
    }));
  });
  const all = parts.flat();
  const rows: CrossedRows = {
    systems: systems.length,
    prompts: places.size,
    system: Int32Array.from(all, ({ m }) => m),
    prompt: Int32Array.from(all, ({ prompt }) => prompt),
    x: Float64Array.from(all, ({ x }) => x),
    y: Float64Array.from(all, ({ y }) => y),
  };
  const { prompts, deviation } = crossedFitCv(rows);
  return { byPrompt: new Map([...places].map(([prompt, place]) => [prompt, prompts[place]!])), deviation };
}
