import { type Ask, type JudgedPrompt, judgeQuality, type Prompt } from '@attune/preferences';
import { formatCount } from '../terminal/format.ts';
import { progress } from '../terminal/progress.ts';
import { standardError } from '../terminal/screen.ts';

/** A prompt that the judge gave no verdict on, and what it said in place of one, or why it said nothing. */
export interface Unheard {
  readonly reason: 'unreadable reply' | 'failed call';
  readonly said: string;
}

/**
 * Asks a judge about the prompts at `places`, showing how far it is.
 *
 * @param onJudged called with each verdict as it comes, and waited for
 * @returns the places without a verdict
 */
export async function askJudge(
  records: readonly Prompt[],
  places: readonly number[],
  { ask, model, concurrency }: { ask: Ask; model: string; concurrency: number },
  onJudged: (place: number, judged: JudgedPrompt) => Promise<void>,
): Promise<ReadonlyMap<number, Unheard>> {
  const unheard = new Map<number, Unheard>();
  const shown = progress(standardError(), { label: 'judge', total: places.length, unit: 'prompts' });
  const prompts = places.map((place) => records[place]!.prompt);
  let done = 0;
  for await (const judgment of judgeQuality(prompts, ask, { concurrency })) {
    const place = places[judgment.place]!;
    const { id = String(place + 1), prompt } = records[place]!;
    if ('quality' in judgment) await onJudged(place, { id, prompt, ...judgment.quality, judge: model });
    else if ('unreadable' in judgment) unheard.set(place, { reason: 'unreadable reply', said: judgment.unreadable });
    else unheard.set(place, { reason: 'failed call', said: judgment.failed });
    shown.update(++done, unheard.size > 0 ? `${formatCount(unheard.size)} without a verdict` : '');
  }
  if (done > 0) shown.end();
  return unheard;
}
