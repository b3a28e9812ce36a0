import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import {
  counted,
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  formatShare,
} from '../../src/terminal/format.ts';
import { progress } from '../../src/terminal/progress.ts';
import { LiveBlock, type Screen, standardError } from '../../src/terminal/screen.ts';
import { sparkline } from '../../src/terminal/sparkline.ts';
import { table, textWidth } from '../../src/terminal/table.ts';
import { trainingView } from '../../src/terminal/trainingView.ts';

function recordingScreen(options: { live?: boolean; color?: boolean; columns?: number } = {}) {
  const written: string[] = [];
  const { live = false, color = false, columns = 80 } = options;
  return { written, write: (text: string) => void written.push(text), live, color, columns: () => columns };
}

/** A clock that a test moves by hand, in milliseconds. */
function handClock() {
  const clock = { time: 0, now: () => clock.time };
  return clock;
}

const escapeCode = '\\u001b\\[';
const eraseLines = new RegExp(`^${escapeCode}(\\d+)A\\r${escapeCode}J`);

/** What a terminal shows after these writes: "up n lines" and "erase below" carried out. */
function shown(writes: readonly string[]): string[] {
  const lines: string[] = [];
  for (const write of writes) {
    const up = eraseLines.exec(write);
    if (up) lines.splice(lines.length - Number(up[1]));
    const text = up ? write.slice(up[0].length) : write;
    if (text) lines.push(...text.replace(/\n$/, '').split('\n'));
  }
  return lines;
}

test('numbers keep four significant digits, and show what is not a number as a dash', () => {
  const cases: [number, string][] = [
    [Math.LN2, '0.6931'],
    [0.5, '0.5'],
    [-12.3456, '−12.35'],
    [1234.56, '1,235'],
    [1e-6, '1e−6'],
    [2.345e-5, '2.35e−5'],
    [1.5e12, '1.5e12'],
    [0, '0'],
    [Number.NaN, '–'],
  ];
  for (const [value, text] of cases) assert.equal(formatNumber(value), text);
  assert.equal(formatShare(0.71875), '71.9 %');
  assert.equal(formatCount(1234567.4), '1,234,567');
  assert.deepEqual(
    [counted(0, 'pair'), counted(1, 'pair'), counted(1430, 'pair')],
    ['0 pairs', '1 pair', '1,430 pairs'],
  );
  assert.equal(formatBytes(564133888), '538.0 MiB');
  assert.equal(formatBytes(0), '0 B');
});

test('durations show their two largest units, and never sixty of anything', () => {
  const cases: [number, string][] = [
    [0.42, '0.4 s'],
    [9.96, '10 s'],
    [59.7, '1 min'],
    [200, '3 min 20 s'],
    [3599.6, '1 h'],
    [7500, '2 h 5 min'],
    [86399, '1 d'],
    [273600, '3 d 4 h'],
    [Number.NaN, '–'],
  ];
  for (const [seconds, text] of cases) assert.equal(formatDuration(seconds), text);
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e7, noNaN: true }), (seconds) => {
      assert.doesNotMatch(formatDuration(seconds), /\b60 (s|min)|\b24 h/);
    }),
  );
});

test('a table aligns its columns, numbers to the right, wide characters counted as two', () => {
  assert.equal(
    table(
      ['name', 'n', 'note'],
      [
        ['chosen', '12', 'ok'],
        ['拒绝', '1,204', ''],
      ],
    ),
    ['name        n  note', '──────  ─────  ────', 'chosen     12  ok', '拒绝    1,204'].join('\n'),
  );
  assert.equal(textWidth('\x1b[1mé拒👍\x1b[0m'), 5);
});

test('a sparkline has as many columns as asked for at most, and shows least and greatest', () => {
  assert.equal(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8), '▁▂▃▄▅▆▇█');
  assert.equal(sparkline([5, 5, 5], 8), '▄▄▄');
  assert.equal(sparkline([], 8), '');
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1e100, max: 1e100 }), { maxLength: 100 }),
      fc.integer({ min: 1, max: 40 }),
      (values, columns) => {
        const line = sparkline(values, columns);
        assert.equal(line.length, Math.min(columns, values.filter(Number.isFinite).length));
        assert.match(line, /^[▁-█]*$/);
      },
    ),
  );
});

test('a live block draws over itself, and a line said meanwhile stays above it', () => {
  const screen = recordingScreen({ live: true, columns: 20 });
  const block = new LiveBlock(screen);
  block.draw(['one', 'two']);
  block.say('saved');
  block.draw(['three']);
  assert.deepEqual(shown(screen.written), ['saved', 'three']);
  block.draw(['a line that is much longer than the screen']);
  assert.deepEqual(shown(screen.written), ['saved', 'a line that is muc…']);
});

test('progress in a log is a line now and then, with the time that is left', () => {
  const [screen, clock] = [recordingScreen(), handClock()];
  const work = progress(screen, { label: 'Sampling', total: 400, unit: 'responses' }, clock.now);
  for (let done = 1; done <= 400; done++) {
    clock.time += 100;
    work.update(done);
  }
  work.end();
  assert.deepEqual(screen.written, [
    'Sampling  1 of 400 responses  40 s left\n',
    'Sampling  151 of 400 responses  25 s left\n',
    'Sampling  301 of 400 responses  9.9 s left\n',
    'Sampling  400 responses in 40 s\n',
  ]);
});

function train(screen: Screen) {
  const clock = handClock();
  const view = trainingView(screen, { steps: 100 }, clock.now);
  for (let step = 1; step <= 60; step++) {
    clock.time += 1000;
    const values = { loss: 0.7 - step / 200, 'rewards/accuracies': step / 80, 'rewards/margins': step / 50 };
    view.update(step, { ...values, num_tokens: step * 512, grad_norm: 1 });
    if (step === 50) view.say('Saved checkpoints/step-50');
  }
  view.end();
}

test('training in a log is a line now and then, and the last step is always among them', () => {
  const screen = recordingScreen();
  train(screen);
  assert.equal(screen.written[0], 'step 1 of 100   loss 0.695   accuracy 1.3 %   margin 0.02   1 min 39 s left\n');
  assert.equal(screen.written.length, 6);
  assert.equal(
    screen.written.at(-1),
    'step 60 of 100   loss 0.4   accuracy 75.0 %   margin 1.2   512 tokens/s   40 s left\n',
  );
});

test('reinforcement learning shows score, reward, KL and length, and no loss', () => {
  const [screen, clock] = [recordingScreen(), handClock()];
  const view = trainingView(screen, { steps: 60 }, clock.now);
  for (let step = 1; step <= 2; step++) {
    clock.time += 15_000;
    const objective = { 'objective/scores': 1.5, 'objective/reference_reward': 0.25 * step, 'objective/kl': 3.21 };
    const losses = { 'loss/policy_avg': -0.01, 'loss/value_avg': 0.4 };
    view.update(step, { ...losses, ...objective, 'completions/mean_length': 127.4, num_tokens: 9000 * step });
  }
  assert.equal(
    screen.written.at(-1),
    'step 2 of 60   score 1.5   reward 0.5   KL 3.21   length 127.4   600 tokens/s   14 min 30 s left\n',
  );
});

test('training on a terminal is one block with its curves, not wider than the window', () => {
  const screen = recordingScreen({ live: true, color: true, columns: 70 });
  train(screen);
  const lines = shown(screen.written).map(stripVTControlCharacters);
  assert.equal(lines[0], 'Saved checkpoints/step-50');
  assert.match(lines[1]!, /^step 60 of 100 {3}━{14}─{10} {3}40 s left {3}512 tokens\/s$/);
  assert.match(lines[2]!, /^ {2}loss {9}0\.4 {2}█.*▁$/);
  assert.equal(lines.length, 5);
  for (const line of lines) assert.ok(textWidth(line) < 70, line);
});

test('NO_COLOR takes the colours away, and a file never gets any', () => {
  assert.equal(standardError({ NO_COLOR: '1', FORCE_COLOR: '1' }).color, false);
  assert.equal(standardError({ FORCE_COLOR: '1' }).color, true);
  const screen = recordingScreen({ live: true });
  train(screen);
  assert.doesNotMatch(screen.written.join(''), new RegExp(`${escapeCode}[\\d;]*m`));
});
