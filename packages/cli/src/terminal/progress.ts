import { formatCount, formatDuration } from './format.ts';
import { LiveBlock, paint, type Screen } from './screen.ts';

/** Work whose end is known. */
export interface Progress {
  /**
   * @param done how much of `total` is done
   * @param note what else there is to say, such as the speed
   */
  update(done: number, note?: string): void;
  /** The last line: how much was done, and how long it took. */
  end(): void;
}

const liveMs = 100; // often enough for the eye
const plainMs = 15_000; // seldom enough for a log

/**
 * Shows how far a piece of work is and how long it will take: a bar that moves on a terminal, a line now and then in a
 * log.
 *
 * @param unit what is counted, in the plural: "pairs"
 * @param now milliseconds on a clock that only runs forward
 */
export function progress(
  screen: Screen,
  { label, total, unit }: { label: string; total: number; unit: string },
  now: () => number = () => performance.now(),
): Progress {
  const block = new LiveBlock(screen);
  const start = now();
  let [done, note, shownAt] = [0, '', -Infinity];
  const show = (line: string) => (screen.live ? block.draw([line]) : screen.write(`${line}\n`));
  return {
    update(amount, newNote = '') {
      [done, note] = [amount, newNote];
      const time = now();
      if (time - shownAt < (screen.live ? liveMs : plainMs)) return;
      shownAt = time;
      const counts = `${formatCount(done)} of ${formatCount(total)} ${unit}`;
      const drawn = screen.live ? bar(screen, done / total, 24) : '';
      show(joined(label, drawn, counts, note, left(done, total, time - start)));
    },
    end() {
      show(joined(label, `${formatCount(done)} ${unit} in ${formatDuration((now() - start) / 1000)}`, note));
    },
  };
}

const joined = (...parts: string[]): string => parts.filter((part) => part !== '').join('  ');

/** "3 min 20 s left", at the pace so far; nothing before there is one. */
export function left(done: number, total: number, elapsedMs: number): string {
  if (done <= 0 || done > total) return '';
  return `${formatDuration((elapsedMs / done) * (total - done) * 0.001)} left`;
}

/** ━━━━━━──── : a share of 0 to 1 in columns. */
export function bar(screen: Screen, share: number, columns: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share || 0)) * columns);
  return paint(screen, 'cyan', '━'.repeat(full)) + paint(screen, 'dim', '─'.repeat(columns - full));
}
