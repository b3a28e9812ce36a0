import { onInterrupt } from '../src/interrupt.ts';

// Work that heeds its signal within a second.
const signal = onInterrupt();
process.stdout.write('working\n');
const working = setInterval(() => {}, 1000);
signal.addEventListener('abort', () => {
  setTimeout(() => {
    process.stdout.write('saved a checkpoint\n');
    clearInterval(working);
  }, 500);
});
