import { z } from 'zod';

/** The project that an address names. */
export const InProject = z.object({ projectId: z.string() });

/** How many items of a queue to hold. Nobody holds more than a handful that others wait for. */
export const Prefetch = z.object({ prefetch: z.coerce.number().int().min(1).max(5).default(2) });

/** It is done, and there is nothing to say about it. */
export const Done = z.object({});
