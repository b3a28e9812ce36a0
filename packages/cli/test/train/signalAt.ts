import { atMoment } from './atMoment.ts';

// Loaded before the command line (node --import), it sends this process a signal at one exact moment, once: SIGNAL_AT is
// "SIGKILL before renameSync step-8".
const [signal, ...moment] = process.env.SIGNAL_AT!.split(' ') as [NodeJS.Signals, ...string[]];
await atMoment(moment.join(' '), () => process.kill(process.pid, signal));
