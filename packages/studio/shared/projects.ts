/** A project: what is asked of annotators, and how. */
import { z } from 'zod';
import { Role } from './people.ts';

/** Something to rate from −3 (the second is far better) to 3, and what belongs to it. */
export const Criterion = z.object({
  name: z.string().trim().min(1).max(60),
  points: z.array(z.string().max(300)).max(20),
});
export type Criterion = z.infer<typeof Criterion>;

export const Language = z.enum(['en', 'zh']);
export type Language = z.infer<typeof Language>;

/** What an editor decides. */
export const ProjectSettings = z.object({
  name: z.string().trim().min(1).max(100),
  /** Markdown, in view beside every comparison. */
  guidelines: z.string().max(100_000),
  criteria: z.array(Criterion).max(10),
  /** How many people judge each item. */
  overlap: z.int().min(1).max(20),
  /** Share of an annotator's items whose right answer is known. */
  goldShare: z.number().min(0).max(0.5),
  /** Share of an annotator's items that come again with the sides exchanged. */
  repeatShare: z.number().min(0).max(0.5),
  /** What the guidelines and items are written in. */
  language: Language,
});
export type ProjectSettings = z.infer<typeof ProjectSettings>;

export const Project = ProjectSettings.extend({
  id: z.string(),
  role: Role,
  createdAt: z.number(),
  /** Comparisons to be judged, without gold; and how many of them have all their votes. */
  items: z.number(),
  done: z.number(),
  votes: z.number(),
});
export type Project = z.infer<typeof Project>;

export const NewProject = ProjectSettings.partial().required({ name: true });
export type NewProject = z.infer<typeof NewProject>;
