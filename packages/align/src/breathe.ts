import { setImmediate } from 'node:timers/promises';

/**
 * Lets everything else run for a moment: signals, timers, whoever reads the stream. Training and generation block their
 * thread between two of these.
 */
export const breathe = (): Promise<void> => setImmediate();
