import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parse } from 'yaml';
import { RunError } from '../../src/errors.ts';
import { writeFolder } from '../../src/run/durable.ts';
import { readStepLines } from '../../src/run/lines.ts';
import { checkpoints, latestCheckpoint, RunFolder } from '../../src/run/RunFolder.ts';

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'attune-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const settings = { beta: 0.1, loss_type: ['sigmoid'], save_steps: 5, eval_data: undefined };
const clock = () => 1700000000;

test('a run folder holds the complete settings, and one JSON object for each logged step', (t) => {
  const path = join(temporaryFolder(t), 'a');
  using run = RunFolder.create(path, settings, clock);
  run.metrics(1, { loss: 0.69, 'rewards/margins': 0 });
  run.metrics(2, { loss: Number.NaN });
  run.samples(2, [{ prompt: 'p', response: 'r\n' }]);
  assert.deepEqual(parse(readFileSync(join(path, 'config.yaml'), 'utf8')), {
    beta: 0.1,
    loss_type: ['sigmoid'],
    save_steps: 5,
  });
  assert.deepEqual(readStepLines(join(path, 'metrics.jsonl')), [
    { step: 1, time: 1700000000, loss: 0.69, 'rewards/margins': 0 },
    { step: 2, time: 1700000000, loss: null },
  ]);
  assert.deepEqual(readStepLines(join(path, 'samples.jsonl')), [{ step: 2, prompt: 'p', response: 'r\n' }]);
});

test('a folder that holds something is never written over', (t) => {
  const path = temporaryFolder(t);
  writeFileSync(join(path, 'thesis.txt'), 'x');
  assert.throws(() => RunFolder.create(path, settings), RunError);
  assert.throws(() => RunFolder.resume(path, settings), /holds no run/);
  assert.deepEqual(readdirSync(path), ['thesis.txt']);
});

test('resuming cuts what was logged after the checkpoint, and ends as a run that was never stopped', async (t) => {
  const folder = temporaryFolder(t);
  const steps = async (run: RunFolder, from: number, to: number, saveAt: number) => {
    for (let step = from; step <= to; step++) {
      run.metrics(step, { loss: 1 / step });
      run.samples(step, [{ response: `${step}` }]);
      if (step === saveAt) await run.checkpoint(step, (at) => writeFileSync(join(at, 'weights'), `${step}`));
    }
  };
  using whole = RunFolder.create(join(folder, 'whole'), settings, clock);
  await steps(whole, 1, 8, 4);

  const path = join(folder, 'stopped');
  {
    using stopped = RunFolder.create(path, settings, clock);
    await steps(stopped, 1, 6, 4);
  }
  appendFileSync(join(path, 'metrics.jsonl'), '{"step":7,"lo'); // killed in the middle of a line
  assert.equal(latestCheckpoint(path)?.step, 4);
  using resumed = RunFolder.resume(path, { ...settings, save_steps: 2 }, clock);
  await steps(resumed, 5, 8, -1);

  for (const name of ['metrics.jsonl', 'samples.jsonl', 'events.out.tfevents.0.attune']) {
    assert.deepEqual(readFileSync(join(path, name)), readFileSync(join(folder, 'whole', name)), name);
  }
});

test('resuming with settings that compute something else is refused, with both values', (t) => {
  const path = join(temporaryFolder(t), 'a');
  RunFolder.create(path, settings)[Symbol.dispose]();
  assert.throws(() => RunFolder.resume(path, { ...settings, beta: 0.2 }), /beta was 0\.1 and is now 0\.2/);
});

test('a run without a checkpoint starts anew', (t) => {
  const path = join(temporaryFolder(t), 'a');
  {
    using run = RunFolder.create(path, settings);
    run.metrics(0, { eval_loss: 1 });
  }
  using _resumed = RunFolder.resume(path, settings);
  assert.deepEqual(readStepLines(join(path, 'metrics.jsonl')), []);
});

test('of the checkpoints, the newest are kept, by number and not by letter', async (t) => {
  const path = join(temporaryFolder(t), 'a');
  using run = RunFolder.create(path, settings);
  for (const step of [8, 9, 10, 11]) await run.checkpoint(step, (at) => writeFileSync(join(at, 'w'), ''), { keep: 3 });
  assert.deepEqual(
    checkpoints(path).map(({ step }) => step),
    [9, 10, 11],
  );
  assert.equal(latestCheckpoint(path)?.path, join(path, 'checkpoints/step-11'));
});

test('a folder whose writing fails is not there at all', async (t) => {
  const path = join(temporaryFolder(t), 'final');
  const failing = writeFolder(path, (at) => {
    writeFileSync(join(at, 'half'), 'x');
    throw new Error('disk full');
  });
  await assert.rejects(failing, /disk full/);
  assert.deepEqual(readdirSync(join(path, '..')), []);
  await writeFolder(path, (at) => writeFileSync(join(at, 'whole'), 'x'));
  await assert.rejects(
    writeFolder(path, () => {}),
    /exists already/,
  );
  assert.deepEqual(readdirSync(path), ['whole']);
});

test('a run that another process is writing is left alone until that process has ended, however it ends', async (t) => {
  const path = join(temporaryFolder(t), 'run');
  const child = spawn(process.execPath, [join(import.meta.dirname, 'endlessRun.ts'), path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  assert.throws(() => RunFolder.resume(path, {}), /RunError: Another process is writing .*run\. Wait until it has/);
  child.kill('SIGKILL');
  await once(child, 'close');
  RunFolder.resume(path, {})[Symbol.dispose]();
  assert.deepEqual(readdirSync(join(path, '..')), ['run']);
});

test('killed at any moment, a run keeps every checkpoint it said was saved, and no half one', async (t) => {
  for (const moment of [0, 3, 9, 20, 45]) {
    const path = join(temporaryFolder(t), 'run');
    const child = spawn(process.execPath, [join(import.meta.dirname, 'endlessRun.ts'), path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    await once(child.stdout, 'data');
    setTimeout(() => child.kill('SIGKILL'), moment);
    await once(child, 'close');

    const acknowledged = said.trim().split('\n').map(Number);
    const saved = checkpoints(path);
    assert.ok(saved.at(-1)!.step >= acknowledged.at(-1)!, `said ${acknowledged.at(-1)}`);
    for (const { step, path: folder } of saved) {
      for (const file of ['weights', 'deeper/optimizer']) {
        assert.equal(readFileSync(join(folder, file), 'utf8'), `${step};`.repeat(20_000), `${folder}/${file}`);
      }
    }
    using _resumed = RunFolder.resume(path, {});
    assert.equal(readStepLines(join(path, 'metrics.jsonl')).at(-1)?.step, saved.at(-1)!.step);
    assert.ok(!readdirSync(join(path, 'checkpoints')).some((name) => name.endsWith('.partial')));
    assert.ok(existsSync(join(path, 'config.yaml')));
  }
});
