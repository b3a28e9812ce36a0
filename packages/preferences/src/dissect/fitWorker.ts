/** A thread of {@link fitAll}: fits the judges and groups it is asked for, one after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { fitJudge } from './fit.ts';
import type { FitReply, FitTask, SharedStudy } from './fitAll.ts';

const { names, features, judged, labels, groups, options } = workerData as SharedStudy;

parentPort!.on('message', ({ judge, group }: FitTask) => {
  const said = labels.subarray(judge * judged.length, (judge + 1) * judged.length);
  const positions = groups[group]!.filter((i) => judged[i] === 1);
  const used = [...positions].filter((i) => said[i] !== 2);
  const rows = used.map((i) => features.subarray(i * names.length, (i + 1) * names.length));
  const reply: FitReply = {
    leftOut: { unjudged: groups[group]!.length - positions.length, unlabelled: positions.length - used.length },
    ...fitJudge(
      names,
      rows,
      used.map((i) => said[i]!),
      options,
    ),
  };
  parentPort!.postMessage(reply);
});
