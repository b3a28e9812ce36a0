import { z } from 'zod';

/** What every refused request is answered with: a code for programs, a sentence for people. */
export const Problem = z.object({
  code: z.string(),
  message: z.string(),
  /** Where the request is wrong, as `body.name`, where that is known. */
  field: z.string().optional(),
});
export type Problem = z.infer<typeof Problem>;
