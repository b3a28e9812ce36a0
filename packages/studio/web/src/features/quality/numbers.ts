/** A share in percent, without decimals: more would say more than a few hundred votes know. */
export const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** A coefficient of agreement with two decimals and a real minus. */
export const coefficient = (value: number): string =>
  value
    .toFixed(2)
    .replace(/^-0\.00$/, '0.00')
    .replace('-', '−');
