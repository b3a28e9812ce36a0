import { type Battle, type Random, seededRandom } from '../../../src/index.ts';

/** Battles drawn from Davidson's model: of `models` random pairs, `perPrompt` on each prompt; ν = 0 gives no ties. */
export function simulatedBattles(
  theta: readonly number[],
  n: number,
  { nu = 0, seed, perPrompt = 1 }: { nu?: number; seed: number; perPrompt?: number },
): Battle[] {
  const random = seededRandom(seed);
  return Array.from({ length: n }, (_, i) => {
    const a = random.below(theta.length);
    const b = (a + 1 + random.below(theta.length - 1)) % theta.length;
    const outcome = drawn(theta[a]! - theta[b]!, nu, random);
    return { a: `m${a}`, b: `m${b}`, outcome, prompt: String(Math.floor(i / perPrompt)) };
  });
}

function drawn(eta: number, nu: number, random: Random): number {
  const [first, second] = [Math.exp(eta / 2), Math.exp(-eta / 2)];
  const at = random.uniform() * (first + second + nu);
  return at < first ? 1 : at < first + second ? 0 : 0.5;
}
