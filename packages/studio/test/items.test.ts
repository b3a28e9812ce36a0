import assert from 'node:assert/strict';
import { testOnBoth } from './both.ts';
import { jsonl, owner, upload } from './studio.ts';

testOnBoth('items are found by words of their prompt, whatever its letters, or by their id', async (_, place) => {
  const ada = await owner(place);
  const { id } = (await ada.send('POST', '/projects', { name: 'P' })).body;
  const prompts = ['Say "100 %" twice', 'A_b and\nC', '量子纠缠是什么？', 'back\\slash', 'something ELSE', 'École'];
  const rows = prompts.map((prompt, i) => ({ id: `id-${i}`, prompt, a: 'x', b: 'y' }));
  await ada.send('POST', `/projects/${id}/imports`, upload(jsonl(rows)));
  const found = async (search: string) => {
    const { body } = await ada.send('GET', `/projects/${id}/items?search=${encodeURIComponent(search)}`);
    assert.equal(body.total, body.items.length);
    return body.items.map(({ position }: { position: number }) => position);
  };
  assert.deepEqual(await found('"100 %"'), [0]);
  assert.deepEqual(await found('%'), [0]);
  assert.deepEqual(await found('a_B'), [1]);
  assert.deepEqual(await found('_'), [1]);
  assert.deepEqual(await found('and\nc'), [1]);
  assert.deepEqual(await found('纠缠'), [2]);
  assert.deepEqual(await found('k\\s'), [3]);
  assert.deepEqual(await found('Else'), [4]);
  assert.deepEqual(await found('École'), [5]);
  assert.deepEqual(await found('id-3'), [3]);
  assert.deepEqual(await found('nowhere'), []);
});
