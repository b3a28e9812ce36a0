/** The records of preference data (the data contracts of the project): schemas, and the types they give. */
import { z } from 'zod';

/** Who speaks. */
export const Role = z.enum(['system', 'user', 'assistant']);
export type Role = z.infer<typeof Role>;

/** One turn of a conversation. */
export const Message = z.object({ role: Role, content: z.string() });
export type Message = z.infer<typeof Message>;

/** One or more messages. */
export const Messages = z.array(Message).min(1);

/** A prompt or a response: plain text, or the messages of a conversation. */
export const Content = z.union([z.string(), Messages]);
export type Content = z.infer<typeof Content>;

/**
 * A preference pair, in TRL's columns. `prompt`, `chosen` and `rejected` are all text or all messages.
 * `margin` is by how much `chosen` is better (in units of reward), `weight` how much the pair counts (1 if absent).
 */
export const Pair = z.object({
  id: z.string().optional(),
  prompt: Content,
  chosen: Content,
  rejected: Content,
  margin: z.number().optional(),
  weight: z.number().min(0).optional(),
});
export type Pair = z.infer<typeof Pair>;

/** What a judge said: the first response, the second, both alike, or nothing. */
export const Choice = z.enum(['a', 'b', 'tie', 'skip']);
export type Choice = z.infer<typeof Choice>;

/** One of the two responses that were compared; `source` names the model or person that wrote it. */
export const Candidate = z.object({ id: z.string(), text: z.string(), source: z.string().optional() });
export type Candidate = z.infer<typeof Candidate>;

const Grade = z.int().min(-3).max(3).optional();

/**
 * What a judge, human or not, said about two responses to one prompt. `a` is the first of `responses`.
 *
 * `shownFirst` (which response the judge saw first) and `at` (when, ISO 8601) are always there in what we record
 * ourselves; data sets from elsewhere often do not tell, and then they are absent rather than made up.
 */
export const Comparison = z.object({
  id: z.string(),
  prompt: Messages,
  responses: z.tuple([Candidate, Candidate]),
  choice: Choice,
  judge: z.string(),
  /** How much better the better one is: 1 slightly, 2 clearly, 3 far. */
  strength: z.int().min(1).max(3).optional(),
  /** Of a tie: neither response is any good. */
  bothBad: z.boolean().optional(),
  /** From −3 (`b` is far better) to 3 (`a` is): the project's own criteria, and whatever others a study has. */
  criteria: z.object({ helpfulness: Grade, harmlessness: Grade, fluency: Grade }).catchall(Grade).optional(),
  shownFirst: z.enum(['a', 'b']).optional(),
  seconds: z.number().min(0).optional(),
  /** With which probability this comparison was chosen to be asked, of all that might have been. */
  propensity: z.number().min(0).max(1).optional(),
  at: z.string().optional(),
  note: z.string().optional(),
});
export type Comparison = z.infer<typeof Comparison>;

/** Something to be answered. */
export const Prompt = z.object({ id: z.string().optional(), prompt: Content });
export type Prompt = z.infer<typeof Prompt>;

/** A single response and whether it is wanted (KTO; TRL's unpaired columns). */
export const Unpaired = z.object({
  id: z.string().optional(),
  prompt: Content,
  completion: Content,
  label: z.boolean(),
});
export type Unpaired = z.infer<typeof Unpaired>;

/** Something to learn by heart, for pretraining and SFT: plain text, a conversation, or a prompt and its response. */
export const Text = z.union([
  z.object({ text: z.string() }),
  z.object({ messages: Messages }),
  z.object({ id: z.string().optional(), prompt: Content, completion: Content }),
]);
export type Text = z.infer<typeof Text>;

/** Plain text as one message of `role`; messages as they are. */
export function toMessages(content: Content, role: Role): Message[] {
  return typeof content === 'string' ? [{ role, content }] : content;
}

/** The text of a prompt or response; several messages are joined by blank lines. */
export function toText(content: Content): string {
  return typeof content === 'string' ? content : content.map((message) => message.content).join('\n\n');
}
