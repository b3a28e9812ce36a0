import { chatLetters, JudgeCallError, type LetterAnswers, type LetterLogps, type RawSample } from '@attune/preferences';
import type { CommandContext } from '../../command.ts';
import { StoppedError, UsageError } from '../../errors.ts';
import { openServer } from '../../judge/server.ts';
import { formatCount } from '../../terminal/format.ts';
import { progress } from '../../terminal/progress.ts';
import { standardError } from '../../terminal/screen.ts';

/** Which server is asked, and how. */
export interface AskServerOptions {
  readonly api?: string;
  readonly apiModel?: string;
  readonly cache?: string;
  readonly out?: string;
  readonly concurrency: number;
}

/**
 * Asks a model behind a server for its letters on every sample, in both orders. Replies are kept on disk: what is stopped
 * and called again asks only for what it has not had.
 *
 * @throws JudgeCallError where no answer at all could be used
 */
export async function askServer(
  samples: readonly RawSample[],
  { api, apiModel, cache: cacheFile, out, concurrency }: AskServerOptions,
  { say, signal }: CommandContext,
): Promise<LetterAnswers> {
  const file = cacheFile ?? (out === undefined ? undefined : `${out}.replies.sqlite`);
  if (apiModel === undefined) throw new UsageError('--api needs --api-model: the name of the model there.');
  if (file === undefined) throw new UsageError('--api needs --out, or --cache: replies that were paid for are kept.');
  const endpoint = { url: api!, model: apiModel, out: file };
  using server = openServer(endpoint, { cache: file, concurrency }, { signal, say });

  const answers: Record<'ab' | 'ba', (LetterLogps | undefined)[]> = { ab: [], ba: [] };
  const shown = progress(standardError(), { label: 'labels', total: samples.length, unit: 'samples' });
  const missing: string[] = [];
  let done = 0;
  for await (const { place, ab, ba, why } of chatLetters(samples, server.chat, { concurrency })) {
    [answers.ab[place], answers.ba[place]] = [ab, ba];
    if (why !== undefined) missing.push(`sample ${place}: ${why}`);
    shown.update(++done, missing.length > 0 ? `${formatCount(missing.length)} with answers missing` : '');
    if (signal.aborted) throw new StoppedError(`Stopped after ${done} samples; the replies are in ${file}.`);
  }
  shown.end();
  if (!answers.ab.some(Boolean) && !answers.ba.some(Boolean))
    throw new JudgeCallError(`No answer tells the letters: ${missing[0]}.`);
  if (missing.length > 0)
    say(`Of ${formatCount(missing.length)} samples an answer is missing, the first: ${missing[0]}.`);
  return answers;
}
