/** A straight map from a domain of numbers to a range of pixels. */
export type Scale = (value: number) => number;

export type Domain = readonly [low: number, high: number];

/** The scale that takes a domain to a range of pixels. */
export const linear =
  ([low, high]: Domain, [from, to]: Domain): Scale =>
  (value) =>
    from + ((value - low) / (high - low)) * (to - from);

/** From the least to the greatest finite number; never empty, and never a single point. */
export function extent(values: readonly number[]): Domain {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return [0, 1];
  const [low, high] = [finite.reduce((a, b) => Math.min(a, b)), finite.reduce((a, b) => Math.max(a, b))];
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (high - low > size * 1e-9 && size > 1e-100) return [low, high]; // else there is nothing to see between them
  const slack = size > 1e-100 ? size * 0.1 : 1;
  return [low - slack, high + slack];
}

/** 1, 2 or 5 times a power of ten, so that about `count` steps cover the domain. */
export function niceStep([low, high]: Domain, count: number): number {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const digit = [1, 2, 5, 10].find((candidate) => candidate * power >= rough * 0.999) ?? 10;
  return digit * power;
}

/** Round numbers inside the domain, about `count` of them. */
export function ticks(domain: Domain, count: number): number[] {
  const step = niceStep(domain, count);
  const [first, last] = [Math.ceil(domain[0] / step - 1e-9), Math.floor(domain[1] / step + 1e-9)];
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** The domain widened to round numbers on both sides. */
export function nice(domain: Domain, count: number): Domain {
  const step = niceStep(domain, count);
  return [
    Number((Math.floor(domain[0] / step + 1e-9) * step).toPrecision(12)),
    Number((Math.ceil(domain[1] / step - 1e-9) * step).toPrecision(12)),
  ];
}
