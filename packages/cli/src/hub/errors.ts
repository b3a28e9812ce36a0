import { AttuneError } from '@attune/preferences';
import { HubApiError } from '@huggingface/hub';
import type { HubModel } from './pullModel.ts';

/** The hub does not have what was asked for, or does not give it to this user. */
export class HubError extends AttuneError {
  readonly code = 'hub';
  override readonly badInput = true;
}

/** The hub could not be reached, or the connection broke: trying again may help. */
export class NetworkError extends AttuneError {
  readonly code = 'network';
}

/** Runs `ask` and says in words a user can act on why the hub did not answer. */
export async function asking<T>(model: HubModel, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof AttuneError) throw error;
    throw error instanceof HubApiError ? refusal(model, error) : unreachable(model, error);
  }
}

/**
 * The hub answers 401 also for models that do not exist, so that nobody can find out which private ones do; gated
 * models, whose terms have to be accepted first, come as 401 or 403.
 */
function refusal(model: HubModel, { statusCode, message }: HubApiError): AttuneError {
  const { repo, revision, hubUrl, accessToken } = model;
  const words = `The hub says: ${message}`;
  if (statusCode === 404) {
    return new HubError(`${repo}: there is no such model at ${hubUrl}, or it has no revision ${revision}. ${words}`);
  }
  if (statusCode === 401 && !accessToken) {
    return new HubError(
      `${repo}: there is no such model at ${hubUrl}, or it is private or gated. Check the name; for a gated model, ` +
        `accept its terms at ${hubUrl}/${repo} and set HF_TOKEN to an access token of yours. ${words}`,
    );
  }
  if (statusCode === 401) return new HubError(`${repo}: the hub does not accept the token in HF_TOKEN. ${words}`);
  if (statusCode === 403) {
    return new HubError(
      `${repo}: this account may not read the model. Accept its terms at ${hubUrl}/${repo}, and see that the token in ` +
        `HF_TOKEN may read gated models. ${words}`,
    );
  }
  return new NetworkError(`${repo}: ${hubUrl} answered with status ${statusCode}. Try again later. ${words}`);
}

/** fetch() says only "fetch failed"; the reason is in the cause. */
function unreachable({ repo, hubUrl }: HubModel, error: unknown): NetworkError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code : String(cause);
  return new NetworkError(
    `${repo}: ${hubUrl} cannot be reached (${reason}). Is this machine online? What has arrived is kept: the same ` +
      'command goes on from there.',
    { cause: error },
  );
}
