/** People: who may do what, and how they come in. */
import { z } from 'zod';

/** What someone may do in one project. Each may also do what those before it may. */
export const Role = z.enum(['viewer', 'annotator', 'editor']);
export type Role = z.infer<typeof Role>;

/** At least 12 characters: length is what makes a password hard to guess (NIST SP 800-63B). */
export const Password = z.string().min(12).max(1000);
const Name = z.string().trim().min(1).max(100);
const Email = z.string().trim().toLowerCase().max(200).pipe(z.email());

/** The link that the studio prints on its first start makes its one owner. */
export const SetUp = z.object({ token: z.string().max(200), name: Name, email: Email, password: Password });
export type SetUp = z.infer<typeof SetUp>;

export const SignIn = z.object({ email: z.string().max(200), password: z.string().max(1000) });
export type SignIn = z.infer<typeof SignIn>;

/** An invitation taken up. */
export const Join = z.object({ token: z.string().max(200), name: Name, email: Email, password: Password });
export type Join = z.infer<typeof Join>;

/** Whoever is signed in. The owner is an editor of every project. */
export const Me = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  owner: z.boolean(),
  projects: z.array(z.object({ id: z.string(), name: z.string(), role: Role })),
});
export type Me = z.infer<typeof Me>;

/** What the sign-in page needs to know: whether there is an owner yet. */
export const Welcome = z.object({ ready: z.boolean() });

export const Member = z.object({ id: z.string(), name: z.string(), email: z.string(), role: Role, owner: z.boolean() });
export type Member = z.infer<typeof Member>;

/** A link that makes whoever opens it a member; it works once and for seven days. */
export const Invite = z.object({ role: Role });
export const Invitation = z.object({ link: z.string(), role: Role, expiresAt: z.number() });
export type Invitation = z.infer<typeof Invitation>;

/** An invitation taken up by somebody who has an account. */
export const Accept = z.object({ token: z.string().max(200) });
export const Accepted = z.object({ projectId: z.string() });
export type Accepted = z.infer<typeof Accepted>;

/** A key for programs. `key` is told once, when it is made. */
export const ApiKey = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: z.number(),
  lastUsedAt: z.number().nullable(),
});
export type ApiKey = z.infer<typeof ApiKey>;
export const NewApiKey = z.object({ name: Name });
export const MadeApiKey = ApiKey.extend({ key: z.string() });

/** One line of the audit trail. Nothing of it is ever changed or removed. */
export const AuditEntry = z.object({
  id: z.number(),
  at: z.number(),
  who: z.string(),
  action: z.string(),
  subject: z.string(),
  details: z.record(z.string(), z.unknown()),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

/** The newest first. `next` is the `before` of the page after this one. */
export const AuditPage = z.object({ entries: z.array(AuditEntry), next: z.number().nullable() });
export type AuditPage = z.infer<typeof AuditPage>;
