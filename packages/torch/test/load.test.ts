import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { engine, matmulSpeed, type NativeLoadError } from '../src/index.ts';
import { findBuild, loadBinding } from '../src/load.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-load-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A folder as set-up leaves it, with an addon that no loader accepts. */
function build(key: string, libtorch: string): string {
  mkdirSync(join(folder, key));
  mkdirSync(libtorch, { recursive: true });
  writeFileSync(join(folder, key, 'attune_torch.node'), 'not a shared library');
  writeFileSync(join(folder, key, 'build.json'), JSON.stringify({ libtorch, version: '9.8.7' }));
  return libtorch;
}

test('without an addon the error says where it looked, what it found and what to do', () => {
  assert.throws(
    () => findBuild(join(folder, 'absent'), ''),
    (error: NativeLoadError) => {
      assert.equal(error.code, 'native_load');
      for (const part of [
        'absent',
        'no compiled addon',
        'apt install libtorch-dev',
        'pip install torch',
        'make setup',
      ]) {
        assert.ok(error.message.includes(part), part);
      }
      return true;
    },
  );
});

test('set-up chooses the addon, unless ATTUNE_LIBTORCH names the libtorch of another', () => {
  const [one, two] = [build('one', join(folder, 'torch-1')), build('two', join(folder, 'torch-2'))];
  writeFileSync(join(folder, 'current'), 'one\n');
  assert.equal(findBuild(folder, '').libtorch, one);
  assert.equal(findBuild(folder, two).addon, join(folder, 'two', 'attune_torch.node'));
  symlinkSync(two, join(folder, 'link'));
  assert.equal(findBuild(folder, join(folder, 'link')).libtorch, two);
});

test('an ATTUNE_LIBTORCH that nothing was compiled for is an error that names those there are', () => {
  const one = build('one', join(folder, 'torch-1'));
  writeFileSync(join(folder, 'current'), 'one');
  assert.throws(() => findBuild(folder, '/somewhere/else'), {
    code: 'native_load',
    message: new RegExp(`ATTUNE_LIBTORCH=/somewhere/else\\n.*${one}`),
  });
});

test("an addon that cannot be loaded is an error with the loader's own words and their cause", () => {
  build('one', join(folder, 'torch-1'));
  writeFileSync(join(folder, 'current'), 'one');
  assert.throws(
    () => loadBinding(findBuild(folder, '')),
    (error: NativeLoadError) =>
      error.code === 'native_load' && /9\.8\.7.*, but /.test(error.message) && error.cause instanceof Error,
  );
});

test('the engine names its libtorch, its threads and its devices, the processor first', () => {
  const { libtorch, version, threads, devices } = engine();
  assert.equal(libtorch, findBuild().libtorch);
  assert.match(version, /^\d+\.\d+\.\d+/);
  assert.ok(threads >= 1);
  assert.equal(devices[0], 'cpu');
});

test('the speed of a matrix product is a positive number of GFLOP/s', () => {
  const speed = matmulSpeed('cpu', 'float32', { size: 64, forMs: 5 });
  assert.ok(Number.isFinite(speed) && speed > 0);
});
