import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '../../..');
const { version } = JSON.parse(readFileSync(join(root, 'packages/cli/package.json'), 'utf8'));

const bash = (command: string, env: NodeJS.ProcessEnv = {}, cwd = tmpdir()) =>
  spawnSync('bash', ['-c', command], { encoding: 'utf8', cwd, env: { ...process.env, ...env } });

test('./attune runs through a symbolic link, from any folder, and passes its arguments on as they are', () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune launcher '));
  try {
    symlinkSync(join(root, 'attune'), join(folder, 'attune'));
    assert.equal(bash('./attune --version', {}, folder).stdout.trim(), version);
    assert.match(bash("./attune 'no such command'", {}, folder).stderr, /unknown command 'no such command'/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('an ATTUNE_LIBTORCH that is no libtorch is told in one line, and what needs no libtorch runs', () => {
  const { status, stdout, stderr } = bash(`'${root}/attune' --version`, { ATTUNE_LIBTORCH: '/nowhere' });
  assert.deepEqual([status, stdout], [0, `${version}\n`]);
  assert.match(stderr, /^attune: ATTUNE_LIBTORCH=\/nowhere .*libtorch_cpu\.so.*\n$/);
});

test('a libtorch is recognised in the layout of PyTorch and in that of Debian', () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-libtorch-'));
  const machine = bash('uname -m').stdout.trim();
  try {
    for (const lib of ['lib', `lib/${machine}-linux-gnu`]) {
      const torch = join(folder, lib.replace('/', '-'));
      mkdirSync(join(torch, 'include/ATen'), { recursive: true });
      mkdirSync(join(torch, lib), { recursive: true });
      const found = () =>
        bash(`source '${root}/scripts/libtorch.sh'; use_libtorch '${torch}' mine; echo $torch_lib`).stdout.trim();
      assert.equal(found(), '');
      writeFileSync(join(torch, 'include/ATen/ATen.h'), '');
      assert.equal(found(), '');
      writeFileSync(join(torch, lib, 'libtorch_cpu.so'), '');
      assert.equal(found(), join(torch, lib));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
