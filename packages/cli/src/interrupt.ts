let controller: AbortController | undefined;

/**
 * A signal that aborts at the first Ctrl-C or SIGTERM, and leaves the second to the system, which then ends the process
 * even inside a long native call: `once` hands the signal's default action back.
 */
export function onInterrupt(): AbortSignal {
  if (controller) return controller.signal;
  const asked = (controller = new AbortController());
  const stop = () => {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    process.stderr.write('\nStopping in good order. Press Ctrl-C again to stop at once.\n');
    asked.abort();
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  return asked.signal;
}
