import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { Command } from 'commander';
import { collect, command, number, run, wholeNumber } from '../src/command.ts';
import { SettingError, UsageError } from '../src/errors.ts';
import { describeError, exitCodeOf } from '../src/exit.ts';

const attune = (...args: string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, '../src/main.ts'), ...args], { encoding: 'utf8' });

test('--help names every command and an example, and ends with 0', () => {
  const { status, stdout } = attune('--help');
  assert.equal(status, 0);
  for (const name of ['doctor', 'pull', 'convert', 'export', 'generate', 'logps', 'train', 'data', 'demo']) {
    assert.match(stdout, new RegExp(`^ {2}${name} `, 'm'));
  }
  assert.match(stdout, /Example:\n {2}\$ attune/);
});

test('an unknown command is wrong usage: exit code 2, the nearest name, nothing on stdout', () => {
  const { status, stdout, stderr } = attune('trian');
  assert.deepEqual([status, stdout], [2, '']);
  assert.match(stderr, /unknown command 'trian'.*train/s);
});

test('our errors that the user can mend exit with 2 and show no stack; bugs exit with 1 and show theirs', () => {
  const mendable = new SettingError('dpo.yaml:3: beta is "x".');
  assert.equal(exitCodeOf(mendable), 2);
  assert.equal(describeError(mendable, { debug: false }), 'SettingError: dpo.yaml:3: beta is "x".');
  assert.match(describeError(mendable, { debug: true }), /\n {4}at /);

  const bug = new TypeError('x is undefined');
  assert.equal(exitCodeOf(bug), 1);
  assert.match(describeError(bug, { debug: false }), /TypeError: x is undefined\n {4}at /);
});

test('what breaks while running exits with 1, a path that is not there with 2', () => {
  assert.equal(exitCodeOf(Object.assign(new Error('mm failed'), { code: 'native' })), 1);
  assert.equal(exitCodeOf(Object.assign(new Error('no such file'), { code: 'ENOENT' })), 2);
  assert.equal(exitCodeOf(Object.assign(new Error('disk full'), { code: 'ENOSPC' })), 1);
  assert.equal(exitCodeOf('a string'), 1);
});

test('a command hands its context, arguments and options to its work', async () => {
  const seen: unknown[] = [];
  const add = command('add', 'Add numbers', 'attune add 1 --set a=1')
    .argument('<n>', 'a number', number(0, 10))
    .option('--times <n>', 'how often', wholeNumber(1), 1)
    .option('--set <key=value>', 'a setting', collect, [])
    .action(run(({ json }, n: number, options: object) => void seen.push(json, n, options)));
  await new Command()
    .addCommand(add)
    .parseAsync(['add', '1.5', '--times', '3', '--set', 'a=1', '--set', 'b=2', '--json'], {
      from: 'user',
    });
  assert.deepEqual(seen, [true, 1.5, { times: 3, set: ['a=1', 'b=2'], json: true }]);
});

test('numbers on the command line are checked', () => {
  assert.throws(() => wholeNumber(1)('0'), /whole number of at least 1/);
  assert.throws(() => wholeNumber(1)('1e99'), /whole number/);
  assert.throws(() => number(0, 1)('1.5'), /number from 0 to 1/);
  assert.throws(() => number()(''), /Expected a number/);
  assert.equal(new UsageError('x').code, 'usage');
});

test('the first Ctrl-C asks for a clean stop, the second ends the process at once', async () => {
  const start = async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'stoppable.ts')], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await once(child.stdout, 'data');
    return child;
  };
  const patient = await start();
  patient.kill('SIGINT');
  const [said] = await once(patient.stdout, 'data');
  assert.equal(String(said), 'saved a checkpoint\n');
  assert.deepEqual(await once(patient, 'close'), [0, null]);

  const stubborn = await start();
  stubborn.kill('SIGINT');
  await once(stubborn.stderr, 'data');
  stubborn.kill('SIGINT');
  assert.deepEqual(await once(stubborn, 'close'), [null, 'SIGINT']);
});
