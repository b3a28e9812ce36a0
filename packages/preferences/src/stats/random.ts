/** Seeded random numbers. */

/** A stream of random numbers; the same seed gives the same stream on every machine. */
export interface Random {
  /** A whole number from 0 to 2³² − 1. */
  uint32(): number;
  /** From 0 (included) to 1 (excluded), 53 random bits. */
  uniform(): number;
  /** A whole number from 0 to `below` − 1, each as likely as the others. */
  below(below: number): number;
}

/** The random numbers of a seed (any integer). */
export function seededRandom(seed: number): Random {
  const word = xoshiro128Words(splitMix32(seed));
  const uint32 = () => word() >>> 0;
  return {
    uint32,
    uniform: () => ((word() >>> 5) * 2 ** 26 + (word() >>> 6)) / 2 ** 53,
    below: (below) => {
      const accepted = 2 ** 32 - (2 ** 32 % below); // beyond it, small remainders would be a little more likely
      let draw = uint32();
      while (draw >= accepted) draw = uint32();
      return draw % below;
    },
  };
}

/** A shuffled copy: every order equally likely (Fisher and Yates, in Durstenfeld's form, CACM 1964, algorithm 235). */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** xoshiro128** 1.1: Blackman and Vigna 2021, Scrambled linear pseudorandom number generators (ACM TOMS 47:4). */
export function xoshiro128(state: readonly [number, number, number, number]): () => number {
  const word = xoshiro128Words(state);
  return () => word() >>> 0;
}

/** Its outputs as numbers with a sign, which fit the engine's small integers more often than those without. */
function xoshiro128Words(state: readonly [number, number, number, number]): () => number {
  const s = Int32Array.from(state); // not four variables: a closure's numbers beyond 31 bits are allocated anew each time
  return () => {
    const [first, second] = [s[0]!, s[1]!];
    const third = s[2]! ^ first;
    const fourth = s[3]! ^ second;
    s[0] = first ^ fourth;
    s[1] = second ^ third;
    s[2] = third ^ (second << 9);
    s[3] = rotated(fourth, 11);
    return Math.imul(rotated(Math.imul(second, 5), 7), 9);
  };
}

const rotated = (x: number, by: number): number => (x << by) | (x >>> (32 - by));

/**
 * Four words of state from one seed, well mixed even for seeds like 0, 1, 2. SplitMix (Steele, Lea and Flood 2014,
 * OOPSLA) in 32 bits: a Weyl sequence through MurmurHash3's finalizer.
 */
function splitMix32(seed: number): [number, number, number, number] {
  let weyl = seed | 0;
  const next = (): number => {
    weyl = (weyl + 0x9e3779b9) | 0;
    let z = weyl;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  return [next(), next(), next(), next()];
}
