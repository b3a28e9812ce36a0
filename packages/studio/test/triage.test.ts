import assert from 'node:assert/strict';
import { testOnBoth } from './both.ts';
import { type Browser, jsonl, member, owner, upload } from './studio.ts';

testOnBoth(
  'prompts are judged one by one, by as many as the overlap says; taking back gives the prompt again',
  async (_, place) => {
    const ada = await owner(place);
    const { id } = (await ada.send('POST', '/projects', { name: 'P', overlap: 1 })).body;
    const path = `/projects/${id}`;
    const prompts = ['Write a poem.', 'Do the thing.', 'What is the the?'].map((prompt, i) => ({
      id: `p${i}`,
      prompt,
    }));
    await ada.send('POST', `${path}/imports`, upload(jsonl(prompts)));
    const bob = await member(place, ada, id, 'annotator', 'Bob');
    const cem = await member(place, ada, id, 'annotator', 'Cem');
    const next = async (who: Browser) => (await who.send('GET', `${path}/triage?prefetch=1`)).body;
    const say = (who: Browser, itemId: string, as: string) => who.send('POST', `${path}/triage`, { itemId, class: as });

    const first = await next(bob);
    assert.deepEqual([first.items.length, first.judged, first.left], [1, 0, 3]);
    assert.equal((await say(cem, first.items[0].itemId, 'kept')).status, 409, 'it is Bob’s');
    const receipt = await say(bob, first.items[0].itemId, 'kept');
    assert.deepEqual(receipt.body, { itemId: first.items[0].itemId, judged: 1, left: 2 });
    assert.deepEqual((await say(bob, first.items[0].itemId, 'kept')).body, receipt.body, 'sent again');
    assert.equal((await say(bob, first.items[0].itemId, 'unanswerable')).body.code, 'voted_otherwise');

    const undone = (await bob.send('DELETE', `${path}/triage/${first.items[0].itemId}`)).body;
    assert.deepEqual(undone.item.prompt, first.items[0].prompt);
    assert.deepEqual((await next(bob)).items[0], undone.item);
    await say(bob, undone.item.itemId, 'unclear intent');
    for (const who of [bob, cem]) await say(who, (await next(who)).items[0].itemId, 'kept');
    assert.deepEqual((await next(bob)).items, []);
    const summary = (await ada.send('GET', `${path}/triage/summary`)).body;
    assert.deepEqual(summary, {
      ...{ prompts: 3, judged: 3 },
      classes: { kept: 2, 'unclear intent': 1, 'unclear semantics': 0, unanswerable: 0 },
    });
    const file = await ada.raw(`${path}/export?what=triage&annotators=names`);
    const rows = file.body
      .trim()
      .split('\n')
      .map((line: string) => JSON.parse(line));
    assert.equal(rows.length, 3);
    const unclear = rows.find(({ intent }: { intent: boolean }) => !intent);
    assert.deepEqual([unclear.judge, unclear.semantics, unclear.answerable], ['Bob', true, true]);
    assert.equal((await ada.send('GET', path)).body.items, 0, 'prompts are no comparisons');
  },
);
