import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const doctor = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  spawnSync(process.execPath, [join(import.meta.dirname, '../../src/main.ts'), 'doctor', ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });

test('doctor --json tells the engine, its devices with their speed, and the versions in use', () => {
  const { status, stdout } = doctor(['--json']);
  assert.equal(status, 0);
  const findings = JSON.parse(stdout);
  assert.equal(findings.node, process.versions.node);
  assert.match(findings.engine.version, /^\d+\.\d+/);
  assert.equal(findings.engine.devices[0].name, 'cpu');
  assert.ok(findings.engine.devices[0].float32 > 0);
  assert.match(findings.packages.commander, /^\d+\./);
});

test('doctor without libtorch says what is missing and what to do, and ends with 0', () => {
  const { status, stdout } = doctor([], { ATTUNE_LIBTORCH: '/there/is/none' });
  assert.equal(status, 0);
  assert.match(stdout, /Engine +none/);
  assert.match(stdout, /ATTUNE_LIBTORCH=\/there\/is\/none/);
  assert.match(stdout, /pip install torch/);
});
