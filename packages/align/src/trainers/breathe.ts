import { setImmediate } from 'node:timers/promises';

/** Lets everything else run for a moment: signals, timers, whoever reads the stream. Training blocks its thread. */
export const breathe = (): Promise<void> => setImmediate();
