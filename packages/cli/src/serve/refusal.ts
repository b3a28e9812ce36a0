import type { FastifyReply } from 'fastify';
import { z } from 'zod';

/** A request that is not answered, told in OpenAI's form. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly param: string | null;

  constructor(status: number, code: string, message: string, param: string | null = null) {
    super(message);
    [this.status, this.code, this.param] = [status, code, param];
  }

  get body(): object {
    const { message, status, code, param } = this;
    const type = status >= 500 ? 'server_error' : 'invalid_request_error';
    return { error: { message, type, param, code } };
  }

  send(reply: FastifyReply): FastifyReply {
    return reply.status(this.status).send(this.body);
  }
}

/** Everything that goes wrong, in the caller's terms where it is the caller's doing. */
export function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof z.ZodError) {
    const [issue] = error.issues;
    const keys = issue?.code === 'unrecognized_keys' ? issue.keys : [];
    const param = [...(issue?.path ?? []), ...keys].join('.') || null;
    return new Refusal(400, 'invalid_value', `${param ?? 'The body'}: ${issue?.message}.`, param);
  }
  const { badInput, code, statusCode, message = String(error) } = error as Partial<Known>;
  if (badInput) return new Refusal(400, code ?? 'invalid_value', message);
  if (statusCode !== undefined && statusCode < 500) return new Refusal(statusCode, 'invalid_request', message);
  return new Refusal(500, 'failed', message);
}

/** What our errors and Fastify's have. */
interface Known {
  readonly badInput: boolean;
  readonly code: string;
  readonly statusCode: number;
  readonly message: string;
}
