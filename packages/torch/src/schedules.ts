/** A learning rate for each step; the first step is 1. */
export type Schedule = (step: number) => number;

/** A schedule by transformers' name. */
export type ScheduleName = 'constant' | 'linear' | 'cosine';

/**
 * The peak rate, shaped over the run as in transformers' `get_scheduler`: linear warm-up from 0 over `warmupSteps`
 * updates, then constant, linear to 0, or half a cosine to 0 at `totalSteps`. Update n uses the factor at n − 1.
 */
export function schedule(
  name: ScheduleName,
  { peak, warmupSteps, totalSteps }: { peak: number; warmupSteps: number; totalSteps: number },
): Schedule {
  const decay = {
    constant: () => 1,
    linear: (progress: number) => 1 - progress,
    cosine: (progress: number) => (1 + Math.cos(Math.PI * progress)) / 2,
  }[name];
  return (step) => {
    const done = step - 1;
    if (done < warmupSteps) return (peak * done) / warmupSteps;
    const progress = (done - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
    return peak * Math.max(0, decay(Math.min(1, progress)));
  };
}
