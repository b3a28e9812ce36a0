import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { FitOptions, JudgeFit, Refusal } from './fit.ts';
import type { GroupIndex } from './groups.ts';
import type { JudgeLabels } from './readLabels.ts';

/** All that is fitted: every judge in every group. */
export interface Study {
  /** Of the properties. */
  readonly names: readonly string[];
  /** By sample; undefined where errors could not be judged, which leaves the sample out of every fit. */
  readonly features: readonly (ArrayLike<number> | undefined)[];
  readonly judges: readonly JudgeLabels[];
  readonly groups: GroupIndex;
}

/** A judge in a group, fitted or refused. */
export type GroupFit = {
  readonly judge: string;
  readonly group: string;
  /** Samples of the group left out: without features, without a label. */
  readonly leftOut: { readonly unjudged: number; readonly unlabelled: number };
} & (JudgeFit | Refusal);

/** How a study is fitted. */
export interface FitAllOptions extends FitOptions {
  /** Threads; as many as there are processors by default. The fits are the same with any number. */
  readonly workers?: number;
}

/** What a worker holds of a study: shared memory, so that nothing is copied per fit. */
export interface SharedStudy {
  readonly names: readonly string[];
  readonly features: Float64Array; // [samples][properties]
  readonly judged: Uint8Array; //     [samples], 1 where there are features
  readonly labels: Uint8Array; //     [judges][samples], 1 for A, 0 for B, 2 for none
  readonly groups: readonly Uint32Array[];
  readonly options: FitOptions;
}

/** What a worker is asked for, by places. */
export interface FitTask {
  readonly judge: number;
  readonly group: number;
}

/** Its answer. */
export type FitReply = Omit<GroupFit, 'judge' | 'group'>;

/**
 * Fits every judge in every group, in worker threads; yields group by group and judge by judge, in this order whichever
 * is done first. Each fit starts from the same seed: it does not depend on what else is fitted. Leave the loop to stop.
 */
export async function* fitAll(
  study: Study,
  { workers = availableParallelism(), ...options }: FitAllOptions = {},
): AsyncGenerator<GroupFit> {
  const shared = sharedStudy(study, options);
  const groups = [...study.groups.keys()];
  const tasks = groups.flatMap((_, group) => study.judges.map((_, judge): FitTask => ({ judge, group })));
  const replies = tasks.map(() => Promise.withResolvers<FitReply>());
  for (const { promise } of replies) promise.catch(() => {}); // told when its turn comes
  let next = 0;
  const crew = Array.from({ length: Math.max(1, Math.min(workers, tasks.length)) }, () => {
    const worker = new Worker(new URL('./fitWorker.ts', import.meta.url), { workerData: shared });
    let current = -1;
    const ask = () => {
      current = next++;
      if (current < tasks.length) worker.postMessage(tasks[current]);
    };
    worker.on('message', (reply: FitReply) => {
      replies[current]!.resolve(reply);
      ask();
    });
    worker.on('error', (error) => {
      for (const { reject } of replies) reject(error);
    });
    ask();
    return worker;
  });
  try {
    for (const [i, { judge, group }] of tasks.entries()) {
      yield { judge: study.judges[judge]!.judge, group: groups[group]!, ...(await replies[i]!.promise) } as GroupFit;
    }
  } finally {
    await Promise.all(crew.map((worker) => worker.terminate()));
  }
}

function sharedStudy({ names, features, judges, groups }: Study, options: FitOptions): SharedStudy {
  const samples = features.length;
  const shared = {
    features: new Float64Array(new SharedArrayBuffer(8 * samples * names.length)),
    judged: new Uint8Array(new SharedArrayBuffer(samples)),
    labels: new Uint8Array(new SharedArrayBuffer(judges.length * samples)),
  };
  features.forEach((row, i) => {
    if (row === undefined) return;
    shared.judged[i] = 1;
    shared.features.set(row, i * names.length);
  });
  judges.forEach(({ labels }, judge) => {
    for (let i = 0; i < samples; i++) {
      shared.labels[judge * samples + i] = labels[i] === 'A' ? 1 : labels[i] === 'B' ? 0 : 2;
    }
  });
  return { names, ...shared, groups: [...groups.values()].map((positions) => Uint32Array.from(positions)), options };
}
