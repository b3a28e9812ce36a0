import { createTheme, type MantineColorsTuple } from '@mantine/core';

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

export const theme = createTheme({
  colors: { teal },
  primaryColor: 'teal',
  primaryShade: { light: 8, dark: 5 },
  autoContrast: true,
  defaultRadius: 'md',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif',
  headings: { fontWeight: '650' },
  components: {
    Badge: { defaultProps: { tt: 'none', fw: 600 } },
    Modal: { styles: { title: { fontWeight: 600 } } },
    Drawer: { styles: { title: { fontWeight: 600 } } },
  },
});
