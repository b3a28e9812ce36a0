import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Run, RunLine } from '../shared/runs.ts';
import { decidedItems } from './decidedItems.ts';
import { type Browser, owner, type TestStudio, testStudio } from './studio.ts';

/** Builds a model of a few thousand weights; undefined where there is no libtorch. */
export const tinyModel = await import('../../cli/test/train/fixture.ts').then(
  (fixture) => fixture.tinyModel,
  () => undefined,
);

/** A studio with a tiny model in `models`, and twelve decided comparisons. */
export async function studioWithModel(
  t: TestContext,
  { template = true } = {},
): Promise<TestStudio & { ada: Browser; project: string }> {
  const place = await testStudio(t);
  const ada = await owner(place);
  const { id: project } = (await ada.send('POST', '/projects', { name: 'Stories' })).body;
  const folder = join(place.studio.folder, 'models/tiny');
  mkdirSync(folder, { recursive: true });
  if (tinyModel) await tinyModel(folder);
  else writeFileSync(join(folder, 'config.json'), '{}');
  if (!template) rmSync(join(folder, 'chat_template.jinja'), { force: true });
  await decidedItems(place.studio, project, 12);
  return { ...place, ada, project };
}

/** What makes a run small, as YAML. */
export const quick = 'logging_steps: 1\nthreads: 1\ndevice: cpu\nper_device_train_batch_size: 2\n';
/** Asks again and again until the run is what is waited for. */
export async function until(ada: Browser, path: string, is: (run: Run) => boolean): Promise<Run & { log: string }> {
  for (;;) {
    const { body } = await ada.send('GET', path);
    if (is(body)) return body;
    await sleep(100);
  }
}

/** A run of which two steps are left, and no process. @returns its metrics */
export function endedRun(
  folder: string,
  project: string,
  name: string,
  known: object = { pid: null, began: null },
): string {
  const run = join(folder, 'runs', project, name);
  mkdirSync(join(run, 'run'), { recursive: true });
  writeFileSync(join(run, 'process.json'), JSON.stringify({ ...known, stage: 'dpo', startedAt: 0, stopAskedAt: null }));
  writeFileSync(join(run, 'settings.yaml'), 'max_steps: 4');
  writeFileSync(join(run, 'run/metrics.jsonl'), '{"step":1}\n{"step":2}\n');
  return join(run, 'run/metrics.jsonl');
}

/** Follows a run over a real connection until the stream says that it has ended. */
export async function watch(app: TestStudio['app'], ada: Browser, path: string, lastEventId?: string) {
  if (!app.server.listening) await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as { port: number };
  const reply = await fetch(`http://127.0.0.1:${port}/api${path}/live`, {
    headers: { cookie: ada.cookie, ...(lastEventId && { 'last-event-id': lastEventId }) },
  });
  assert.equal(reply.headers.get('content-type'), 'text/event-stream');
  const seen = { anew: false, id: '', lines: [] as RunLine[], states: [] as string[] };
  for (const block of (await reply.text()).split('\n\n')) {
    const field = (name: string) => block.match(new RegExp(`^${name}: (.*)$`, 'm'))?.[1];
    seen.id = field('id') ?? seen.id;
    if (field('event') === 'state') seen.states.push(JSON.parse(field('data')!));
    if (field('event') !== 'metrics') continue;
    const { anew, lines } = JSON.parse(field('data')!);
    seen.anew ||= anew;
    seen.lines = anew ? lines : [...seen.lines, ...lines];
  }
  return seen;
}
