/**
 * The best policy for reward − β·KL(π‖πref) over finitely many responses:
 * π*(y) ∝ πref(y)·exp(reward(y)/β). Rafailov et al. 2023 (arXiv:2305.18290), eq. 4.
 */
export function optimalPolicy(reference: readonly number[], rewards: readonly number[], beta: number): number[] {
  const weights = reference.map((p, y) => p * Math.exp(rewards[y]! / beta));
  const total = weights.reduce((a, b) => a + b);
  return weights.map((w) => w / total);
}
