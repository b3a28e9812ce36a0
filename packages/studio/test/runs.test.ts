import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RunLine } from '../shared/runs.ts';
import { endedRun, quick, studioWithModel, tinyModel, until, watch } from './runStudio.ts';
import { member } from './studio.ts';

const asked = (name: string, settings = `${quick}max_steps: 3`) => ({
  ...{ name, stage: 'dpo', model: 'models/tiny', data: { from: 'votes' } },
  settings,
});

test('a run is started from the votes, trains in its own process, and leaves a result to start another from', async (t) => {
  if (!tinyModel) return t.skip('there is no libtorch here');
  const { ada, project, studio } = await studioWithModel(t);
  const choices = (await ada.send('GET', `/projects/${project}/run-choices`)).body;
  assert.deepEqual(choices, {
    ...{ models: [{ id: 'models/tiny', name: 'tiny' }], rewardModels: [], files: [] },
    ...{ pairs: 12, prompts: 12, openPrompts: 0 },
  });

  const started = await ada.send('POST', `/projects/${project}/runs`, asked('first'));
  assert.equal(started.status, 200);
  assert.equal((await ada.send('POST', `/projects/${project}/runs`, asked('first'))).body.code, 'name_taken');
  const run = await until(
    ada,
    `/projects/${project}/runs/first`,
    ({ state }) => state !== 'starting' && state !== 'running',
  );
  assert.equal(run.state, 'finished', run.log);
  assert.deepEqual([run.step, run.progress, run.hasReport], [3, 1, true]);
  const { body: lines } = await ada.send('GET', `/projects/${project}/runs/first/metrics`);
  assert.deepEqual(
    lines.map(({ step }: RunLine) => step),
    [1, 2, 3],
  );
  assert.ok('rewards/margins' in lines[0]);

  const report = await ada.raw(`/projects/${project}/runs/first/report`);
  assert.match(report.body, /<html/);
  assert.match(String(report.headers['content-security-policy']), /^sandbox allow-scripts; default-src 'none'/);
  const data = readFileSync(join(studio.folder, 'runs', project, 'first/data.jsonl'), 'utf8')
    .trim()
    .split('\n');
  assert.equal(data.length, 12);
  const third = JSON.parse(data[2]!); // the one that its voters saw the other way round
  assert.equal(third.chosen[0].content, 'Another cat, number 2, with a hat!');
  const after = (await ada.send('GET', `/projects/${project}/run-choices`)).body;
  assert.deepEqual(after.models[1], { id: 'runs/first', name: 'first' });
  const again = await ada.send('POST', `/projects/${project}/runs/first/resume`);
  assert.equal(again.body.code, 'run_finished');
});

test('a run stops with a checkpoint, and goes on to the same end from there; a watcher sees all of it', async (t) => {
  if (!tinyModel) return t.skip('there is no libtorch here');
  const { ada, project, app } = await studioWithModel(t);
  const path = `/projects/${project}/runs/stopped`;
  await ada.send('POST', `/projects/${project}/runs`, asked('stopped', `${quick}max_steps: 200`));
  await until(ada, path, ({ step }) => step >= 2);
  assert.equal((await ada.send('DELETE', path)).body.code, 'run_at_work');
  assert.equal((await ada.send('POST', `${path}/stop`, { atOnce: false })).status, 200);
  const stopped = await until(ada, path, ({ state }) => state !== 'stopping');
  assert.equal(stopped.state, 'stopped', stopped.log);
  assert.equal(stopped.checkpoint, stopped.step);
  assert.ok(stopped.step < 200);

  assert.equal((await ada.send('POST', `${path}/resume`)).status, 200);
  const watched = await watch(app, ada, path);
  assert.deepEqual(
    watched.lines.map(({ step }) => step),
    Array.from({ length: 200 }, (_, i) => i + 1),
  );
  assert.equal(watched.states.at(-1), 'finished');
  assert.equal((await ada.send('DELETE', path)).status, 200);
  assert.equal((await ada.send('GET', path)).status, 404);
});

test('a training that is killed is told as failed, and goes on from its newest checkpoint', async (t) => {
  if (!tinyModel) return t.skip('there is no libtorch here');
  const { ada, project, studio } = await studioWithModel(t);
  const path = `/projects/${project}/runs/killed`;
  await ada.send('POST', `/projects/${project}/runs`, asked('killed', `${quick}max_steps: 300\nsave_steps: 4`));
  await until(ada, path, ({ checkpoint }) => checkpoint !== null);
  const { pid } = JSON.parse(readFileSync(join(studio.folder, 'runs', project, 'killed/process.json'), 'utf8'));
  process.kill(pid, 'SIGKILL');
  const killed = await until(ada, path, ({ state }) => state !== 'running');
  assert.equal(killed.state, 'failed');
  assert.equal((await ada.send('POST', `${path}/resume`)).status, 200);
  const goesOn = await until(ada, path, ({ state, step }) => state !== 'starting' && step > killed.checkpoint!);
  assert.ok(goesOn.step > killed.checkpoint!);
  await ada.send('POST', `${path}/stop`, { atOnce: true });
  await until(ada, path, ({ state }) => state !== 'stopping');
});

test('a stream that was cut goes on after the last event that arrived', async (t) => {
  const { ada, project, app, studio } = await studioWithModel(t);
  const metrics = endedRun(studio.folder, project, 'old');
  const path = `/projects/${project}/runs/old`;
  const all = await watch(app, ada, path);
  assert.deepEqual([all.anew, all.lines], [true, [{ step: 1 }, { step: 2 }]]);
  assert.deepEqual(all.states, ['failed']);
  writeFileSync(metrics, '{"step":3}\n{"step":4', { flag: 'a' }); // a line that nobody finished
  const rest = await watch(app, ada, path, all.id);
  assert.deepEqual([rest.anew, rest.lines], [false, [{ step: 3 }]]);
  const elsewhere = await watch(app, ada, path, '1.5,0.0'); // of a file that a resumed run has replaced
  assert.deepEqual([elsewhere.anew, elsewhere.lines.length], [true, 3]);
});

test('the state is read from the folder: a process that has died, or another with its number, is none of the run', async (t) => {
  const { ada, project, studio } = await studioWithModel(t);
  endedRun(studio.folder, project, 'dead', { pid: process.pid, began: 'another time' });
  assert.equal((await ada.send('GET', `/projects/${project}/runs/dead`)).body.state, 'failed');
  assert.equal(
    (await ada.send('POST', `/projects/${project}/runs/dead/stop`, { atOnce: true })).body.code,
    'run_ended',
  );
});

test('what is wrong with the settings is said before anything is started, in the words of the command line', async (t) => {
  const { ada, project, studio } = await studioWithModel(t);
  const refused = async (change: object) => {
    const { status, body } = await ada.send('POST', `/projects/${project}/runs`, { ...asked('wrong'), ...change });
    assert.equal(status, 400);
    assert.ok(!existsSync(join(studio.folder, 'runs', project, 'wrong')));
    return body.message;
  };
  assert.match(await refused({ settings: 'betta: 1' }), /^settings:\d+: betta is not a setting.*beta/s);
  assert.match(await refused({ settings: '- 1' }), /lines of the form/);
  assert.match(await refused({ settings: 'eval_data: /etc/passwd' }), /eval_data is chosen above/);
  assert.match(await refused({ model: 'models/none' }), /There is no model models\/none/);
});

test('names, models and files cannot lead out of their folders, and only editors see runs at all', async (t) => {
  const { ada, project, studio, ...place } = await studioWithModel(t);
  const eve = await member({ ...place, studio }, ada, project, 'editor', 'Eve');
  const bob = await member({ ...place, studio }, ada, project, 'annotator', 'Bob');
  mkdirSync(join(studio.folder, 'data'));
  writeFileSync(join(studio.folder, 'secret.jsonl'), '');
  symlinkSync('/etc', join(studio.folder, 'models/etc')); // no config.json: no model
  const send = async (change: object) =>
    (await eve.send('POST', `/projects/${project}/runs`, { ...asked('x'), ...change })).status;
  for (const name of ['../x', 'a/b', '..', '', 'A', '.hidden', `${'x'.repeat(61)}`])
    assert.equal(await send({ name }), 400);
  for (const model of ['models/../..', 'runs/../../x', '/etc', 'models/etc']) assert.equal(await send({ model }), 400);
  assert.equal(await send({ data: { from: 'file', file: '../secret.jsonl' } }), 400);
  for (const name of ['..', '%2e%2e', '..%2f..', 'none']) {
    assert.equal((await eve.send('GET', `/projects/${project}/runs/${name}/metrics`)).status, 404, name);
  }
  for (const path of ['runs', 'run-choices', 'runs/x', 'runs/x/live', 'runs/x/report']) {
    assert.equal((await bob.send('GET', `/projects/${project}/${path}`)).status, 403);
  }
  const other = (await ada.send('POST', '/projects', { name: 'Secret' })).body.id;
  endedRun(studio.folder, other, 'hidden');
  assert.equal((await eve.send('GET', `/projects/${other}/runs/hidden`)).status, 404);
  assert.equal((await eve.send('GET', `/projects/${project}/runs/hidden`)).status, 404);
});
