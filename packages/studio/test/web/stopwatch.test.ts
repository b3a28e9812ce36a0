import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Stopwatch } from '../../web/src/features/queue/stopwatch.ts';

test('time counts while an item is in view, and goes on when it comes back', () => {
  let now = 0;
  const watch = new Stopwatch(() => now);
  watch.run('a');
  now = 3000;
  assert.equal(watch.read('a'), 3);
  watch.stop(); // the tab is hidden
  now = 60_000;
  assert.equal(watch.read('a'), 3);
  watch.run('b');
  now = 62_000;
  watch.run('a'); // taken back
  now = 63_000;
  assert.equal(watch.read('a'), 4);
  assert.equal(watch.read('b'), 2);
});
