/** Four significant digits, or a power of ten where that is shorter: 0.6931, 12.5, 1,234, 1e−6. A dash for no number. */
export function shortNumber(value: number | null | undefined, language: string): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  const isFar = size !== 0 && (size < 1e-3 || size >= 1e7);
  const text = isFar
    ? value
        .toExponential(2)
        .replace(/\.?0+e/, 'e')
        .replace('e+', 'e')
    : new Intl.NumberFormat(language, {
        maximumSignificantDigits: size >= 1000 ? 7 : 4,
        maximumFractionDigits: size >= 1000 ? 0 : 4,
      }).format(value);
  return text.replaceAll('-', '−');
}
