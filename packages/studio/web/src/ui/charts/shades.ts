/** Colours of curves and bars, the same place in both: told apart by most who see colours differently, and by lightness. */
export const shades = {
  light: ['#1f6f6b', '#d9480f', '#6741d9', '#1971c2', '#c2255c', '#5c940d', '#495057'],
  dark: ['#5fb4ad', '#ff922b', '#b197fc', '#74c0fc', '#faa2c1', '#c0eb75', '#ced4da'],
} as const;

/** Of text and lines in a plot. */
export const inkOf = (scheme: 'light' | 'dark') =>
  scheme === 'dark' ? { text: '#adb5bd', grid: '#ffffff14' } : { text: '#5c636a', grid: '#00000010' };
