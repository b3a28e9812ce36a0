import { test } from 'node:test';
import { type DType, type Tensor, tensor, tidy } from '@attune/torch';
import { approxKl, bradleyTerry, ppoPolicyLoss, ppoValueLoss } from '../../src/losses/index.ts';
import { assertClose } from '../assertClose.ts';

/** Numbers that bfloat16 holds exactly, so that only the loss's own arithmetic rounds. */
const [first, second, third] = [
  [-2.5, -0.75, -1, -3],
  [-2.25, -1, -1, -3.5],
  [0.5, -1.5, 2, -0.25],
];

/** Each function as one list of numbers, of its arguments in a dtype. */
const functions: Record<string, (a: Tensor, b: Tensor, c: Tensor) => Tensor> = {
  ppoPolicyLoss: (logps, oldLogps, advantages) =>
    ppoPolicyLoss({ logps, oldLogps, advantages }, { cliprange: 0.2 }).losses,
  ppoValueLoss: (values, oldValues, returns) =>
    ppoValueLoss({ values, oldValues, returns }, { cliprangeValue: 0.125 }).losses,
  bradleyTerry: (chosen, rejected, margin) =>
    bradleyTerry({ chosen, rejected }, { margin, labelSmoothing: 0.125, eta: 0.25, centering: 0.5 }),
  k1: (logps, reference) => approxKl(logps, reference, 'k1'),
  k2: (logps, reference) => approxKl(logps, reference, 'k2'),
  k3: (logps, reference) => approxKl(logps, reference, 'k3'),
};

// A unit in the last place is 1.2e-7 of a float32 and 7.8e-3 of a bfloat16; up to ten roundings follow each other, of
// numbers up to 10 whose difference may be small. PPO's losses are computed in float32 where they are given less.
const within: Record<'float32' | 'bfloat16', (name: string) => number> = {
  float32: () => 5e-6,
  bfloat16: (name) => (name.startsWith('ppo') ? 5e-6 : 0.08),
};

const valuesIn = (name: string, dtype: DType): number[] =>
  tidy(() => {
    const of = (values: number[] | undefined) => tensor(values!).to(dtype);
    return functions[name]!(of(first), of(second), of(third)).toArray();
  });

for (const dtype of ['float32', 'bfloat16'] as const) {
  for (const name of Object.keys(functions)) {
    test(`${name} in ${dtype} is what it is in float64, as far as ${dtype} reaches`, () => {
      const atol = within[dtype](name);
      assertClose(valuesIn(name, dtype), valuesIn(name, 'float64'), { atol, what: name });
    });
  }
}
