import assert from 'node:assert/strict';
import { test } from 'node:test';
import createClient from 'openapi-fetch';
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { owner, testStudio } from './studio.ts';

test('the OpenAPI document is valid, and a client made from it does what the pages do', async (t) => {
  const place = await testStudio(t);
  const ada = await owner(place);
  const key = (await ada.send('POST', '/keys', { name: 'test' })).body.key;
  const address = await place.app.listen({ port: 0, host: '127.0.0.1' });

  const document = (await (await fetch(`${address}/api/openapi.json`)).json()) as OpenAPI3;
  // openapi-typescript has Redocly's linter look at the document first, and rejects what is not valid
  const types = astToString(await openapiTS(document, { silent: true }));
  assert.match(types, /"\/api\/projects\/\{projectId\}"/);

  const client = createClient<Record<string, Record<string, never>>>({
    baseUrl: address,
    headers: { authorization: `Bearer ${key}` },
  });
  // biome-ignore lint/suspicious/noExplicitAny: the client's types exist only while the test runs
  const api = client as any;
  const made = await api.POST('/api/projects', { body: { name: 'By a program' } });
  assert.equal(made.response.status, 200);
  const read = await api.GET('/api/projects/{projectId}', { params: { path: { projectId: made.data.id } } });
  assert.equal(read.data.name, 'By a program');
  const wrong = await api.POST('/api/projects', { body: { name: '' } });
  assert.equal(wrong.error.code, 'bad_request');
});
