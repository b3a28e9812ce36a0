import { type EncodedQuestions, EncodingError, encodedLetters, encodeQuestions, openModel } from '@attune/align';
import { type LetterAnswers, letterQuestion, type RawSample } from '@attune/preferences';
import type { CommandContext } from '../../command.ts';
import { refuseRewardModel } from '../../models/heads.ts';
import { formatCount } from '../../terminal/format.ts';
import { progress } from '../../terminal/progress.ts';
import { standardError } from '../../terminal/screen.ts';
import { type Hardware, kindOf } from '../../train/setup.ts';

/**
 * Asks a local model for its letters on every sample, in both orders. Samples that are too long for it have no answer,
 * which is said.
 *
 * @throws EncodingError where none of them fits, or the letters are no tokens of the model
 */
export async function askModel(
  path: string,
  samples: readonly RawSample[],
  hardware: Hardware,
  say: CommandContext['say'],
): Promise<LetterAnswers> {
  using opened = await openModel(path, kindOf(hardware));
  refuseRewardModel(path, opened);
  const { tokenizer, model } = opened;
  const encoded = samples.map((sample) =>
    asQuestions(sample, (pair) => encodeQuestions(tokenizer, pair, model.maxPositions, { ask: letterQuestion })),
  );
  const [places, questions] = fitting(encoded, say);
  const shown = progress(standardError(), { label: 'labels', total: questions.length, unit: 'samples' });
  const letters = encodedLetters(opened, questions, { forms: [' '], onDone: (done) => shown.update(done) });
  shown.end();
  const answers = { ab: samples.map(() => undefined), ba: samples.map(() => undefined) } as {
    -readonly [Order in keyof LetterAnswers]: LetterAnswers[Order][number][];
  };
  places.forEach((place, i) => {
    [answers.ab[place], answers.ba[place]] = [letters[i]!.ab, letters[i]!.ba];
  });
  return answers;
}

type Encode = (pair: { prompt: string; a: string; b: string }) => EncodedQuestions;

/** The questions about a sample, or why there are none. */
function asQuestions(
  { prompt, response_a: a, response_b: b }: RawSample,
  encode: Encode,
): EncodedQuestions | EncodingError {
  try {
    return encode({ prompt, a, b });
  } catch (error) {
    if (error instanceof EncodingError) return error;
    throw error;
  }
}

/** The questions that fit and the places of their samples; says what does not fit, and what was cut so that it does. */
function fitting(
  encoded: readonly (EncodedQuestions | EncodingError)[],
  say: CommandContext['say'],
): [places: number[], questions: EncodedQuestions[]] {
  const places: number[] = [];
  const questions: EncodedQuestions[] = [];
  encoded.forEach((one, place) => {
    if (one instanceof EncodingError) return;
    places.push(place);
    questions.push(one);
  });
  const first = encoded.findIndex((one) => one instanceof EncodingError);
  if (questions.length === 0) throw encoded[first]!;
  if (first >= 0) {
    const lost = formatCount(encoded.length - questions.length);
    say(`${lost} samples have no label, the first at position ${first}: ${(encoded[first] as EncodingError).message}`);
  }
  const cut = questions.filter((one) => one.cut > 0).length;
  if (cut > 0)
    say(`${formatCount(cut)} samples are longer than the model reads: both responses were cut to one length.`);
  return [places, questions];
}
