/**
 * Works on each item, several at a time, and yields what came of it as it comes, in no fixed order. Work that rejects
 * ends it all. Whoever leaves early waits for what is under way.
 */
export async function* asTheyCome<T, R>(
  items: readonly T[],
  concurrency: number,
  work: (item: T, place: number) => Promise<R>,
): AsyncGenerator<R> {
  const running = new Map<number, Promise<{ place: number; result: R }>>();
  try {
    for (let next = 0; next < items.length || running.size > 0; ) {
      for (; next < items.length && running.size < concurrency; next++) {
        const place = next;
        const under = work(items[place]!, place).then((result) => ({ place, result }));
        under.catch(() => {}); // it is thrown where it is awaited, and others may come first
        running.set(place, under);
      }
      const { place, result } = await Promise.race(running.values());
      running.delete(place);
      yield result;
    }
  } finally {
    await Promise.allSettled(running.values());
  }
}
