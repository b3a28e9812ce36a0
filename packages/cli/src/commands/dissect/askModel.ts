import { openModel, pairwiseLetters } from '@attune/align';
import { type LetterAnswers, letterQuestion, type RawSample } from '@attune/preferences';
import type { CommandContext } from '../../command.ts';
import { refuseRewardModel } from '../../models/heads.ts';
import { formatCount } from '../../terminal/format.ts';
import { progress } from '../../terminal/progress.ts';
import { standardError } from '../../terminal/screen.ts';
import { type Hardware, kindOf } from '../../train/setup.ts';

/** Asks a local model for its letters on every sample, in both orders. */
export async function askModel(
  path: string,
  records: readonly RawSample[],
  hardware: Hardware,
  say: CommandContext['say'],
): Promise<LetterAnswers> {
  using opened = await openModel(path, kindOf(hardware));
  refuseRewardModel(path, opened);
  const shown = progress(standardError(), { label: 'labels', total: records.length, unit: 'samples' });
  const letters = pairwiseLetters(
    opened,
    records.map(({ prompt, response_a, response_b }) => ({ prompt, a: response_a, b: response_b })),
    { ask: letterQuestion, forms: [' '], onDone: (done) => shown.update(done) },
  );
  shown.end();
  const cut = letters.filter((one) => one.cut > 0).length;
  if (cut > 0)
    say(`${formatCount(cut)} samples are longer than the model reads: both responses were cut to one length.`);
  return { ab: letters.map(({ ab }) => ab), ba: letters.map(({ ba }) => ba) };
}
