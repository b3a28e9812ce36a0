/** Copies committed pages from the write-ahead log into the database, in a thread of its own, so that nobody's vote waits for it. */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

const ROUNDS = 8;

/**
 * Passive checkpoints hold up no writer. What is written meanwhile is left over, and less of it each round; once nothing is,
 * the next writer begins the log anew.
 */
function checkpoint(file: string): void {
  const database = new DatabaseSync(file);
  try {
    const passive = database.prepare('pragma wal_checkpoint(passive)');
    for (let round = 0; round < ROUNDS; round++) {
      const { log, checkpointed } = passive.get() as { log: number; checkpointed: number };
      if (checkpointed >= log) return;
    }
  } finally {
    database.close();
  }
}

parentPort!.on('message', () => {
  checkpoint(workerData);
  parentPort!.postMessage('done');
});
