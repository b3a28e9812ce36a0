import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Rating, TurnEvent } from '../../shared/arena.ts';
import { ratingScale } from '../../web/src/features/arena/ratingScale.ts';
import { eventsIn } from '../../web/src/features/arena/turnEvents.ts';
import * as words from '../../web/src/features/arena/words.ts';

test('events are the same however the stream is cut into chunks', async () => {
  const events: TurnEvent[] = [
    { kind: 'piece', side: 'first', text: 'Yes.\n\nNo: data: {}' },
    { kind: 'piece', side: 'second', text: '好' },
    { kind: 'done' },
  ];
  const stream = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(stream.length)), async (places) => {
      const cuts = [0, ...places.sort((a, b) => a - b), stream.length];
      async function* chunks() {
        for (const [i, cut] of cuts.slice(1).entries()) yield stream.slice(cuts[i], cut);
      }
      assert.deepEqual(await Array.fromAsync(eventsIn(chunks())), events);
    }),
  );
});

test('every interval lies within the plot, and one model alone does too', () => {
  const rating = (interval: [number, number]) => ({ interval }) as Rating;
  const place = ratingScale([rating([900, 1000]), rating([950, 1100])]);
  assert.deepEqual([place(900), place(1100)], [2, 98]);
  assert.equal(ratingScale([rating([1000, 1000])])(1000), 2);
});

test('every sentence exists in both languages with the same blanks to fill', () => {
  const blanks = (texts: object): unknown =>
    Object.fromEntries(
      Object.entries(texts).map(([key, text]) => [
        key,
        typeof text === 'string' ? (text.match(/\{\{\w+\}\}/g) ?? []).sort() : blanks(text),
      ]),
    );
  assert.deepEqual(blanks(words.zh), blanks(words.en));
});
