const levels = '▁▂▃▄▅▆▇█';

/**
 * A curve in one line of text: the values' means over as many equal stretches as there are columns, between their
 * least and their greatest. Values that are not numbers are left out.
 */
export function sparkline(values: readonly number[], columns: number): string {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return '';
  const means = stretches(finite, Math.min(columns, finite.length));
  const [low, high] = [Math.min(...means), Math.max(...means)];
  const level = (mean: number) => (high > low ? Math.round(((mean - low) / (high - low)) * (levels.length - 1)) : 3);
  return means.map((mean) => levels[level(mean)]).join('');
}

/** Means over `count` stretches of equal length, the last one possibly shorter. */
function stretches(values: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const part = values.slice(Math.floor((i * values.length) / count), Math.floor(((i + 1) * values.length) / count));
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}
