import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../../web/src/api.ts';
import { Outbox } from '../../web/src/features/queue/outbox.ts';

interface Vote {
  readonly itemId: string;
}

/** A tab's storage, a studio that answers when told to, and waits that end when told to. */
function parts() {
  const kept = new Map<string, string>();
  const sent: string[] = [];
  const answers: PromiseWithResolvers<string>[] = [];
  const waits: { readonly milliseconds: number; readonly end: () => void }[] = [];
  return {
    ...{ kept, sent, answers, waits, key: 'votes' },
    storage: {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    },
    send: ({ itemId }: Vote) => {
      sent.push(itemId);
      const answer = Promise.withResolvers<string>();
      answers.push(answer);
      return answer.promise;
    },
    wait: (milliseconds: number) => new Promise<void>((end) => waits.push({ milliseconds, end })),
  };
}

const refusal = (status: number) => new ApiError(status, { code: 'x', message: `status ${status}` });
const settled = () => new Promise((resolve) => setImmediate(resolve));
const ids = (votes: readonly Vote[]) => votes.map(({ itemId }) => itemId);

test('a vote stays in the tab’s storage until it is acknowledged, and votes go out one after the other', async () => {
  const given = parts();
  const outbox = new Outbox<Vote, string>(given);
  const receipt = outbox.add({ itemId: 'one' });
  outbox.add({ itemId: 'two' });
  assert.deepEqual(given.sent, ['one']);
  assert.deepEqual(ids(JSON.parse(given.kept.get('votes')!)), ['one', 'two']);
  given.answers[0]!.resolve('done');
  assert.equal(await receipt, 'done');
  await settled();
  assert.deepEqual(given.sent, ['one', 'two']);
  given.answers[1]!.resolve('done');
  await settled();
  assert.equal(given.kept.has('votes'), false);
});

test('a vote that did not arrive is sent again after 1, 2, 4 … at most 30 seconds, or at once when woken', async () => {
  const given = parts();
  const outbox = new Outbox<Vote, string>(given);
  outbox.add({ itemId: 'one' });
  for (let i = 0; i < 7; i++) {
    given.answers[i]!.reject(refusal(i % 2 === 0 ? 0 : 503));
    await settled();
    assert.equal(outbox.state().held, 'unreachable');
    given.waits[i]!.end();
    await settled();
  }
  assert.deepEqual(
    given.waits.map(({ milliseconds }) => milliseconds / 1000),
    [1, 2, 4, 8, 16, 30, 30],
  );
  given.answers[7]!.reject(refusal(401));
  await settled();
  assert.equal(outbox.state().held, 'signedOut');
  outbox.wake();
  await settled();
  given.answers[8]!.resolve('done');
  await settled();
  assert.deepEqual(outbox.state(), { pending: [], refused: [], held: undefined });
});

test('what a closed page had not sent, the next one sends', async () => {
  const given = parts();
  given.kept.set('votes', JSON.stringify([{ itemId: 'one' }]));
  const outbox = new Outbox<Vote, string>(given);
  assert.deepEqual(given.sent, ['one']);
  assert.equal(outbox.has('one'), true);
});

test('a refused vote is told of and does not stand in the way of the next', async () => {
  const given = parts();
  const outbox = new Outbox<Vote, string>(given);
  outbox.add({ itemId: 'one' });
  outbox.add({ itemId: 'two' });
  given.answers[0]!.reject(refusal(409));
  await settled();
  assert.deepEqual(outbox.state().refused, [{ vote: { itemId: 'one' }, message: 'status 409' }]);
  assert.deepEqual(given.sent, ['one', 'two']);
});

test('only a vote that was never sent can be taken back here: of any other the studio may know', async () => {
  const given = parts();
  const outbox = new Outbox<Vote, string>(given);
  outbox.add({ itemId: 'one' });
  outbox.add({ itemId: 'two' });
  assert.equal(outbox.retract('one'), false);
  assert.equal(outbox.retract('two'), true);
  assert.equal(outbox.has('two'), false);
  given.answers[0]!.resolve('done');
  await settled();
  assert.deepEqual(given.sent, ['one']);
});
