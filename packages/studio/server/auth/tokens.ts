import { hash, randomBytes } from 'node:crypto';

/** 256 random bits: for sessions, invitations and API keys. */
export const newToken = (): string => randomBytes(32).toString('base64url');

/** What is kept of a token. It needs no salt and no slowness: nobody guesses 256 bits. */
export const hashToken = (token: string): string => hash('sha256', token, 'base64url');
