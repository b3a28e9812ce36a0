/**
 * A background for what speaks for (teal) or against (orange): the more of it the deeper. Its text can be read on all of them, in
 * both themes.
 *
 * @param percent of the colour, from 0 to 75
 */
export const tint = (isFor: boolean, percent: number): { background: string; color: string } => ({
  background: `color-mix(in srgb, ${isFor ? teal : orange} ${Math.round(percent)}%, var(--mantine-color-body))`,
  color: 'light-dark(var(--mantine-color-black), var(--mantine-color-white))',
});

const teal = 'light-dark(var(--mantine-color-teal-6), var(--mantine-color-teal-8))';
const orange = 'light-dark(var(--mantine-color-orange-6), var(--mantine-color-orange-9))';
