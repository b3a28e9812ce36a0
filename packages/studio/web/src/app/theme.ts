import {
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  type MantineThemeOverride,
  type VariantColorsResolver,
} from '@mantine/core';

/** The teal of the reports, in ten steps. */
const teal: MantineColorsTuple = [
  '#edf7f6',
  '#d7ecea',
  '#aed9d5',
  '#82c5bf',
  '#5fb4ad',
  '#48a9a1',
  '#3aa39b',
  '#2a8e87',
  '#1f6f6b',
  '#0c5854',
];

/** What is filled is dark in the light and light in the dark: so is what stands on it. */
const variantColorResolver: VariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input);
  return input.variant === 'filled' ? { ...colors, color: 'var(--mantine-primary-color-contrast)' } : colors;
};

/** @param close what the buttons that close a dialog are called */
export const themeWith = (close: string): MantineThemeOverride =>
  createTheme({
    colors: { teal },
    primaryColor: 'teal',
    primaryShade: { light: 8, dark: 5 },
    autoContrast: true,
    variantColorResolver,
    defaultRadius: 'md',
    fontFamily:
      'system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif',
    headings: { fontWeight: '650' },
    components: {
      Badge: { defaultProps: { tt: 'none', fw: 600, miw: 'max-content' } }, // a narrow table scrolls; it cuts no word
      Menu: { defaultProps: { withInitialFocusPlaceholder: false } }, // the first item is focused, and a menu holds nothing else
      Modal: { defaultProps: { closeButtonProps: { 'aria-label': close } }, styles: { title: { fontWeight: 600 } } },
      Drawer: { defaultProps: { closeButtonProps: { 'aria-label': close } }, styles: { title: { fontWeight: 600 } } },
    },
  });
