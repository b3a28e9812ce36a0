/** A thread that says who it is, fills its memory, fails, or says nothing, as it is asked. */
import { parentPort, threadId } from 'node:worker_threads';

export type EchoQuestion = 'who' | 'fill' | 'fail' | 'silence';

const kept: Buffer[] = [];

parentPort!.on('message', (question: EchoQuestion) => {
  if (question === 'fail') throw new Error('as it was asked');
  if (question === 'fill') kept.push(Buffer.alloc(200 << 20));
  if (question !== 'silence') parentPort!.postMessage(threadId);
});
