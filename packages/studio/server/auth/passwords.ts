import { hash, verify } from '@node-rs/argon2';

/** Argon2id with OWASP's parameters: 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export const hashPassword = (password: string): Promise<string> => hash(password, cost);

/** Takes as long for an account that does not exist, so that nobody learns from the clock which do. */
export async function isPassword(password: string, kept: string | undefined): Promise<boolean> {
  unknown ??= hashPassword(crypto.randomUUID());
  return (await verify(kept ?? (await unknown), password)) && kept !== undefined;
}

let unknown: Promise<string> | undefined;
