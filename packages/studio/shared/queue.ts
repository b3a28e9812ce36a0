/** The comparison queue: what an annotator sees, and says. Sides are as shown; only the server knows which is which. */
import { z } from 'zod';

export const Message = z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() });
export type Message = z.infer<typeof Message>;

/** One comparison, leased to whoever asked for it until `leaseEndsAt`. Models are not named. */
export const QueueItem = z.object({
  /** Names this showing of the item to this annotator. It is not the item's own id, which would give repeats away. */
  itemId: z.string(),
  prompt: z.array(Message),
  /** In the order to be shown. */
  first: z.string(),
  second: z.string(),
  leaseEndsAt: z.number(),
});
export type QueueItem = z.infer<typeof QueueItem>;

export const QueuePage = z.object({
  /** What to judge now, and what comes next so that it can be there already; empty when nothing is left to do. */
  items: z.array(QueueItem),
  /** By this annotator: judged so far, and about how many are left. */
  judged: z.number(),
  left: z.number(),
});
export type QueuePage = z.infer<typeof QueuePage>;

/** Text as every database can keep it: without U+0000 and halves of characters. */
const Text = z.string().refine((text) => !text.includes('\0') && text.isWellFormed(), 'this cannot be kept as text');

export const VoteChoice = z.enum(['first', 'second', 'tie', 'bothBad', 'skip']);
export type VoteChoice = z.infer<typeof VoteChoice>;

/** A vote. It is on the disk before it is answered, and one per item and annotator: sending it again changes nothing. */
export const NewVote = z.object({
  itemId: z.string().max(100),
  choice: VoteChoice,
  /** How much better the better one is: 1 slightly, 2 clearly, 3 far. */
  strength: z.int().min(1).max(3).optional(),
  /** Of each criterion, from −3 (the second is far better) to 3 (the first is). */
  criteria: z.record(Text.max(60), z.int().min(-3).max(3)).optional(),
  /** Why it was skipped, or whatever else is to be said. */
  note: Text.max(2000).optional(),
  /** Time on the item with the page in view. */
  seconds: z.number().min(0).max(86_400),
});
export type NewVote = z.infer<typeof NewVote>;

export const VoteReceipt = z.object({ voteId: z.string(), judged: z.number(), left: z.number() });
export type VoteReceipt = z.infer<typeof VoteReceipt>;

/** What taking a vote back gives: the item again, where nobody else has it by now. */
export const VoteUndone = z.object({ item: QueueItem.nullable(), judged: z.number(), left: z.number() });
export type VoteUndone = z.infer<typeof VoteUndone>;
