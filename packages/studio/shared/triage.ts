/** Prompt triage: is this prompt worth an answer? One key each. */
import { z } from 'zod';
import { Message } from './queue.ts';

/** The four classes of ChatGLM-RLHF (arXiv:2404.00934, Table 1), in the order of their keys. */
export const PromptClass = z.enum(['kept', 'unclear intent', 'unclear semantics', 'unanswerable']);
export type PromptClass = z.infer<typeof PromptClass>;

/** `itemId` names this showing of the prompt to this annotator. */
export const TriageItem = z.object({ itemId: z.string(), prompt: z.array(Message), leaseEndsAt: z.number() });
export type TriageItem = z.infer<typeof TriageItem>;

export const TriagePage = z.object({ items: z.array(TriageItem), judged: z.number(), left: z.number() });
export type TriagePage = z.infer<typeof TriagePage>;

/** On the disk before it is answered; sending it again changes nothing. */
export const NewTriage = z.object({ itemId: z.string().max(100), class: PromptClass });
export type NewTriage = z.infer<typeof NewTriage>;

export const TriageReceipt = z.object({ itemId: z.string(), judged: z.number(), left: z.number() });
export type TriageReceipt = z.infer<typeof TriageReceipt>;

/** What taking back gives: the prompt again, where nobody else has it by now. */
export const TriageUndone = z.object({ item: TriageItem.nullable(), judged: z.number(), left: z.number() });
export type TriageUndone = z.infer<typeof TriageUndone>;

/** Of all prompts: how many are judged, and as what by most. */
export const TriageSummary = z.object({
  prompts: z.number(),
  judged: z.number(),
  classes: z.record(PromptClass, z.number()),
});
export type TriageSummary = z.infer<typeof TriageSummary>;
