import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

// Loaded before the command line (node --import), it sends this process a signal at one exact moment, once: around the
// call of node:fs that has an argument which begins or ends with `part`. SIGNAL_AT is "SIGKILL before renameSync step-8".
type Call = (...args: unknown[]) => unknown;
const [signal, when, name, part] = process.env.SIGNAL_AT!.split(' ') as [
  NodeJS.Signals,
  'before' | 'after',
  string,
  string,
];
const functions = fs as unknown as Record<string, Call>;
const call = functions[name]!;
let isSent = false;

function send(): void {
  if (isSent) return;
  isSent = true;
  process.kill(process.pid, signal);
}

functions[name] = (...args) => {
  const isIt = args.some((arg) => typeof arg === 'string' && (arg.startsWith(part) || arg.endsWith(part)));
  if (isIt && when === 'before') send();
  const result = call(...args);
  if (isIt) send();
  return result;
};
syncBuiltinESMExports();
