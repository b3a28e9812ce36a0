import type { Rating } from '../../../../shared/arena.ts';

/** Where a rating lies between the lowest and the highest end of all intervals, in percent. */
export function ratingScale(models: readonly Rating[]): (rating: number) => number {
  const ends = models.flatMap(({ interval }) => interval);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const width = high - low || 1;
  return (rating) => 2 + (96 * (rating - low)) / width;
}
