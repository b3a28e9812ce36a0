import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

// Loaded before the command line (node --import), it sends this process a signal at one exact moment, once: around the
// call of node:fs that has an argument which begins or ends with `part`. SIGNAL_AT is "SIGKILL before renameSync step-8".
// With "… then 3 token" it comes later, before the third of the model's steps that follow: "token", of sampling; "update",
// of an optimizer.
type Call = (...args: unknown[]) => unknown;
const [signal, when, name, part, , count = '0', place] = process.env.SIGNAL_AT!.split(' ') as [
  NodeJS.Signals,
  'before' | 'after',
  string,
  string,
  ...['then', string, 'token' | 'update'],
];
const functions = fs as unknown as Record<string, Call>;
const call = functions[name]!;
let isCome = false;
let isSent = false;

function come(): void {
  isCome = true;
  if (!place) send();
}

function send(): void {
  if (isSent) return;
  isSent = true;
  process.kill(process.pid, signal);
}

if (place) {
  const { AdamW } = await import('@attune/torch');
  const { KvCache } = await import('../../../align/src/sampling/KvCache.ts');
  const steps = (place === 'token' ? KvCache : AdamW).prototype as unknown as { step: Call };
  const { step } = steps;
  let left = Number(count);
  steps.step = function (...args) {
    if (isCome && --left === 0) send();
    return step.apply(this, args);
  };
}

functions[name] = (...args) => {
  const isIt = args.some((arg) => typeof arg === 'string' && (arg.startsWith(part) || arg.endsWith(part)));
  if (isIt && when === 'before') come();
  const result = call(...args);
  if (isIt) come();
  return result;
};
syncBuiltinESMExports();
