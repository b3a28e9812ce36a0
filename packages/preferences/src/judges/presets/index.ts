import { InvalidValueError } from '../../errors.ts';
import { nearest } from '../../nearest.ts';
import type { JudgeTemplate } from '../templates.ts';
import { alignBench } from './alignBench.ts';
import { alpacaEval } from './alpacaEval.ts';
import { arenaHard } from './arenaHard.ts';
import { mtBenchPair, mtBenchSingle } from './mtBench.ts';
import { pair } from './pair.ts';
import { rubric } from './rubric.ts';

/** The ways to ask that come with the project. */
export const judgePresets: readonly JudgeTemplate[] = [
  pair,
  rubric,
  alpacaEval,
  mtBenchPair,
  mtBenchSingle,
  arenaHard,
  alignBench,
];

/**
 * The preset of a name.
 *
 * @throws InvalidValueError naming the nearest
 */
export function judgePreset(name: string): JudgeTemplate {
  const preset = judgePresets.find((one) => one.name === name);
  if (preset) return preset;
  const names = judgePresets.map((one) => one.name);
  const expected = `one of ${names.join(', ')} (did you mean ${nearest(name, names)}?)`;
  throw new InvalidValueError('The judge template', expected, name);
}
