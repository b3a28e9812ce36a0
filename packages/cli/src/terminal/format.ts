/** Numbers and durations as people read them. What is not a number (yet) is a dash. */
import type { Interval, Share } from '@attune/preferences';

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** Four significant digits without trailing clutter: 0.6931, 12.5, 1,234; very small and very large as 1.2e-7. */
export function formatNumber(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e9))
    return minus(
      value
        .toExponential(2)
        .replace(/\.?0+e/, 'e')
        .replace('e+', 'e'),
    );
  if (size >= 1000) return minus(grouped.format(value));
  return minus(String(Number(value.toPrecision(digits))));
}

/** A share as a percentage with one decimal: 0.7188 is 71.9 %. */
export function formatShare(share: number): string {
  return Number.isFinite(share) ? `${oneDecimal(100 * share)} %` : '–';
}

/** Rounded to whole numbers, as ratings are. */
export const noDecimals = (value: number): string => minus(value.toFixed(0));

/** With one decimal, as percentages are. */
export const oneDecimal = (value: number): string => minus(value.toFixed(1));

/** With two decimals, as scores and coefficients are. */
export const twoDecimals = (value: number): string => minus(value.toFixed(2));

/** Both ends: 57.1 to 63.0. */
export const intervalText = ([low, high]: Interval, text: (value: number) => string): string =>
  `${text(low)} to ${text(high)}`;

/** 92.0 % (90.0 to 93.6). */
export const shareText = ({ share, interval }: Share): string =>
  `${formatShare(share)} (${intervalText(interval, (value) => oneDecimal(100 * value))})`;

/** A count of things in full, grouped by thousands. */
export const formatCount = (count: number): string => (Number.isFinite(count) ? minus(grouped.format(count)) : '–');

/** A count of things with their name: 1 pair, 1,430 pairs. */
export const counted = (count: number, one: string): string => `${formatCount(count)} ${one}${count === 1 ? '' : 's'}`;

/** Bytes in the largest unit (of 1024) that leaves at least one: 538.0 MiB. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

/** Seconds in the two largest units that matter: 0.4 s, 42 s, 3 min 20 s, 2 h 5 min, 3 d 4 h. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '–';
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return two(whole, 60, 'min', 1, 's');
  if (Math.round(whole / 60) < 24 * 60) return two(Math.round(whole / 60), 60, 'h', 1, 'min');
  return two(Math.round(whole / 3600), 24, 'd', 1, 'h');
}

function two(amount: number, perLarge: number, large: string, perSmall: number, small: string): string {
  const rest = Math.floor((amount % perLarge) / perSmall);
  return `${Math.floor(amount / perLarge)} ${large}${rest > 0 ? ` ${rest} ${small}` : ''}`;
}

/** A true minus sign, as wide as a digit. */
const minus = (text: string): string => text.replaceAll('-', '−');
