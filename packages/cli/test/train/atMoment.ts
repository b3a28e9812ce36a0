import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

type Call = (...args: unknown[]) => unknown;

/**
 * Acts at one exact moment, once: "before renameSync step-8" is around the call of node:fs that has an argument which
 * begins or ends with `step-8`. With "… then 3 token" it comes later, before the third of the model's steps that follow:
 * "token", of sampling; "update", of an optimizer.
 *
 * @returns ends the watch; of several, the last to begin is the first to end
 */
export async function atMoment(moment: string, act: () => void): Promise<Disposable> {
  const [when, name, part, , count = '0', place] = moment.split(' ') as [
    'before' | 'after',
    string,
    string,
    ...['then', string, 'token' | 'update'],
  ];
  let [isCome, isOver, left] = [false, false, Number(count)];
  const now = () => {
    if (isOver) return;
    isOver = true;
    act();
  };
  const come = () => {
    isCome = true;
    if (!place) now();
  };

  const watch = new DisposableStack();
  if (place) {
    const step = (call: Call): Call =>
      function (this: unknown, ...args) {
        if (isCome && --left === 0) now();
        return call.apply(this, args);
      };
    watch.defer(wrap(await learner(place), 'step', step));
  }
  watch.defer(syncBuiltinESMExports); // after the function is itself again
  const around =
    (call: Call): Call =>
    (...args) => {
      const isIt = args.some((arg) => typeof arg === 'string' && (arg.startsWith(part) || arg.endsWith(part)));
      if (isIt && when === 'before') come();
      const result = call(...args);
      if (isIt) come();
      return result;
    };
  watch.defer(wrap(fs, name, around));
  syncBuiltinESMExports();
  return watch;
}

/** What takes the model's steps. Loaded only where it is watched: a preload should leave the rest to the command. */
const learner = async (place: 'token' | 'update'): Promise<object> =>
  place === 'token'
    ? (await import('../../../align/src/sampling/KvCache.ts')).KvCache.prototype
    : (await import('@attune/torch')).AdamW.prototype;

/** Puts something around a function. @returns takes it off again */
function wrap(owner: object, name: string, around: (call: Call) => Call): () => void {
  const functions = owner as Record<string, Call>;
  const call = functions[name]!;
  functions[name] = around(call);
  return () => {
    functions[name] = call;
  };
}
