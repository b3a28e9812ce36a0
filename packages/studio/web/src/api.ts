import type { Problem } from '../../shared/problem.ts';

/** A request that the studio refused, or that did not reach it (status 0). */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: Problem;

  constructor(status: number, problem: Problem) {
    super(problem.message);
    this.status = status;
    this.problem = problem;
  }
}

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

/**
 * Asks the studio. The types are those of shared/, which the server checks its answers against.
 *
 * @param body sent as JSON, but a form as it is
 * @throws ApiError
 */
export async function call<Answer>(
  method: Method,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Answer> {
  const isForm = body instanceof FormData;
  const reply = await fetch(`/api${path}`, {
    method,
    signal,
    ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
    ...(body !== undefined && !isForm && { headers: { 'content-type': 'application/json' } }),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new ApiError(0, { code: 'unreachable', message: 'The studio does not answer. Is it still running?' });
  });
  const answer: unknown = await reply.json().catch(() => undefined);
  if (reply.ok) return answer as Answer;
  throw new ApiError(reply.status, (answer as Problem) ?? { code: 'unreadable', message: `Status ${reply.status}.` });
}

export const get = <Answer>(path: string, signal?: AbortSignal) => call<Answer>('GET', path, undefined, signal);
