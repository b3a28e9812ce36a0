/** What came from one of several streams. */
export type FromSide<Side, Value> =
  | { readonly side: Side; readonly value: Value }
  | { readonly side: Side; readonly error: unknown };

/** Several streams as one, each value as soon as it is there. A stream that fails says so once; the others go on. */
export async function* merged<Side, Value>(
  streams: readonly { readonly side: Side; readonly of: AsyncGenerator<Value> }[],
): AsyncGenerator<FromSide<Side, Value>> {
  const next = async (i: number) => {
    try {
      return { i, result: await streams[i]!.of.next() };
    } catch (error) {
      return { i, error };
    }
  };
  const waiting = new Map(streams.map((_, i) => [i, next(i)]));
  try {
    while (waiting.size > 0) {
      const come = await Promise.race(waiting.values());
      const { side } = streams[come.i]!;
      waiting.delete(come.i);
      if ('error' in come) yield { side, error: come.error };
      else if (!come.result.done) {
        waiting.set(come.i, next(come.i));
        yield { side, value: come.result.value };
      }
    }
  } finally {
    for (const [i, one] of waiting) void one.then(() => streams[i]!.of.return(undefined));
  }
}
