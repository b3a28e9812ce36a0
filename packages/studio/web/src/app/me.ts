import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import type { Me } from '../../../shared/people.ts';
import { ApiError, get } from '../api.ts';

/** Who is signed in; null where nobody is. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }): Promise<Me | null> => {
    try {
      return await get<Me>('/me', signal);
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
});

/** Whoever is signed in, on pages that nobody sees without. */
export function useMe(): Me {
  const { data } = useSuspenseQuery(meQuery);
  if (!data) throw new Error('This page is for people who are signed in.');
  return data;
}
