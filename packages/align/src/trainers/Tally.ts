/** Sums with their counts, so that a mean over micro-batches is the mean over all that was counted. */
export class Tally<Name extends string> {
  readonly #sums = new Map<Name, { sum: number; count: number }>();

  /** Adds `sum` over `count` things to what is known of `name`. */
  add(name: Name, sum: number, count: number): void {
    const before = this.#sums.get(name) ?? { sum: 0, count: 0 };
    this.#sums.set(name, { sum: before.sum + sum, count: before.count + count });
  }

  mean(name: Name): number {
    const { sum, count } = this.#sums.get(name) ?? { sum: 0, count: 0 };
    return sum / count;
  }

  /** Every mean by name. */
  means(): Record<Name, number> {
    return Object.fromEntries([...this.#sums.keys()].map((name) => [name, this.mean(name)])) as Record<Name, number>;
  }
}
