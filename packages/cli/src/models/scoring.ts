import {
  type EncodeAllOptions,
  type Encoded,
  encodePairs,
  encodeUnpairedAll,
  type OpenedModel,
  openModel,
  type Responses,
  type RewardModel,
  responseScores,
  type Tokenizer,
} from '@attune/align';
import { type Content, type PairLengths, type Provenance, readPairs } from '@attune/preferences';
import { noGrad, tidy } from '@attune/torch';
import { UsageError } from '../errors.ts';
import { progress } from '../terminal/progress.ts';
import { standardError } from '../terminal/screen.ts';
import { kindOf } from '../train/setup.ts';
import { idOf } from './encodeLines.ts';
import { refuseForeignTokens } from './foreignTokens.ts';
import { rewardModelOf } from './heads.ts';
import type { ScoringOptions } from './scoringOptions.ts';

/** A reward model that is open, and what it is to read. */
export interface Scorer extends Disposable {
  readonly path: string;
  readonly opened: OpenedModel;
  readonly model: RewardModel;
  readonly options: ScoringOptions;
}

/** Opens a reward model. @throws FileError where it is a language model */
export async function openScorer(path: string, options: ScoringOptions): Promise<Scorer> {
  const opened = await openModel(path, kindOf(options));
  const close = () => opened[Symbol.dispose]();
  try {
    return { path, opened, model: rewardModelOf(path, opened), options, [Symbol.dispose]: close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Records as tokens: which of them are left, and what became of the others. */
export interface Kept<Example> {
  readonly examples: readonly Example[];
  /** The place (from 0) each example had among the records. */
  readonly places: readonly number[];
  /** "12 too long and left out, 3 cut"; undefined where nothing was. */
  readonly lost: string | undefined;
}

/**
 * Encodes records for a model that scores them.
 *
 * @param nameOf what the record at a place is called: file and line
 * @throws UsageError where some are too long and `--truncation-mode` does not say what to do with them
 */
export function encodeFor<Source extends object, Example>(
  { opened, options }: Pick<Scorer, 'opened' | 'options'>,
  records: readonly Source[],
  nameOf: (place: number) => string,
  encode: (tokenizer: Tokenizer, records: readonly Source[], options: EncodeAllOptions) => Encoded<Example>,
): Kept<Example> {
  const maxLength = Math.min(options.maxLength ?? Infinity, opened.model.maxPositions);
  const { truncationMode, movedBoundary } = options;
  const placeOf = new Map<object, number>(records.map((record, place) => [record, place]));
  const { examples, report } = encode(opened.tokenizer, records, {
    maxLength,
    truncation: truncationMode === 'refuse' ? 'drop' : truncationMode,
    movedBoundary,
    nameOf: (record) => nameOf(placeOf.get(record)!),
  });
  const { total, dropped, truncated, movedBoundaries } = report;
  const [first] = dropped;
  if (first && truncationMode === 'refuse') {
    throw new UsageError(
      `${nameOf(first.place)}: prompt and response have ${first.tokens} tokens, and ${maxLength} fit. ` +
        `${dropped.length} of ${total} are too long. Leave them out with --truncation-mode drop, or cut them with ` +
        'keep_start or keep_end.',
    );
  }
  const out = new Set(dropped.map(({ place }) => place));
  const lost = [
    dropped.length > 0 && `${dropped.length} too long and left out`,
    truncated.length > 0 && `${truncated.length} cut`,
    movedBoundaries > 0 && `${movedBoundaries} encoded apart from prompts that they merge with`,
  ].filter((part) => part !== false);
  return {
    examples,
    places: Array.from({ length: total }, (_, place) => place).filter((place) => !out.has(place)),
    lost: lost.join(', ') || undefined,
  };
}

/** A pair of a file with its scores and its lengths in tokens. */
export interface ScoredPairLine {
  readonly id: string;
  readonly chosen: number;
  readonly rejected: number;
  readonly chosenTokens: number;
  readonly rejectedTokens: number;
}

/** The pairs of a file, scored; `lines` has the line each came from. */
export interface ScoredPairFile extends Pick<Provenance, 'ties' | 'skips' | 'format'> {
  readonly pairs: readonly ScoredPairLine[];
  readonly lines: readonly number[];
  readonly lost: string | undefined;
}

/** The lengths of both responses of each pair of a file, in tokens. */
export async function pairLengths(scorer: Scorer, file: string): Promise<PairLengths[]> {
  const { examples } = await encodedPairs(scorer, file);
  return examples.map(({ chosen, rejected }) => ({ chosenLength: chosen.length, rejectedLength: rejected.length }));
}

/** The pairs of a file of any format as tokens. */
export async function encodedPairs(scorer: Pick<Scorer, 'opened' | 'options'>, file: string) {
  const { pairs, lines, unit, ties, skips, format } = await readPairs(file);
  const kept = encodeFor(scorer, pairs, (place) => `${file}, ${unit} ${lines[place]}`, encodePairs);
  return { ...kept, lines, ties, skips, format };
}

/** Scores the pairs of a file of any format, comparisons among them. */
export async function scorePairFile(scorer: Scorer, file: string): Promise<ScoredPairFile> {
  const { examples, places, lost, lines, ties, skips, format } = await encodedPairs(scorer, file);
  const groups = examples.map(({ prompt, chosen, rejected }) => ({ prompt, responses: [chosen, rejected] }));
  const scores = scoreGroups(scorer, groups, 'pairs');
  const scored = examples.map(
    ({ id, chosen, rejected }, i): ScoredPairLine => ({
      id: idOf(id, lines[places[i]!]!),
      chosen: scores[i]![0]!,
      rejected: scores[i]![1]!,
      chosenTokens: chosen.length,
      rejectedTokens: rejected.length,
    }),
  );
  return { pairs: scored, lines: places.map((place) => lines[place]!), lost, ties, skips, format };
}

/** A prompt and one response to it. */
export interface Answer {
  readonly prompt: Content;
  readonly completion: Content;
}

/**
 * Scores single responses; those to one prompt go through the model together, and the prompt once.
 *
 * @returns the score of each that was not left out
 */
export function scoreAnswers(
  scorer: Scorer,
  answers: readonly Answer[],
  nameOf: (place: number) => string,
): Omit<Kept<never>, 'examples'> & { readonly scores: readonly number[] } {
  const labelled = answers.map(({ prompt, completion }) => ({ prompt, completion, label: true }));
  const { examples, ...kept } = encodeFor(scorer, labelled, nameOf, encodeUnpairedAll);
  const byPrompt = [...Map.groupBy(examples.keys(), (i) => examples[i]!.prompt.join()).values()];
  const groups = byPrompt.map((members) => ({
    prompt: examples[members[0]!]!.prompt,
    responses: members.map((i) => examples[i]!.response),
  }));
  const scores: number[] = [];
  const grouped = scoreGroups(scorer, groups, 'prompts');
  for (const [group, members] of byPrompt.entries())
    for (const [k, i] of members.entries()) scores[i] = grouped[group]![k]!;
  return { ...kept, scores };
}

/** Tokens that go through the model at a time, where a single prompt and its responses are not longer. */
const tokensAtATime = 4096;

/**
 * The scores of every group's responses, in the order of the groups. Groups of similar length go through the model
 * together, the longest first, so that what does not fit into memory fails at once.
 */
function scoreGroups({ path, opened, model }: Scorer, groups: readonly Responses[], unit: string): number[][] {
  refuseForeignTokens(
    path,
    opened,
    groups.flatMap(({ prompt, responses }) => [prompt, ...responses]),
  );
  const shown = progress(standardError(), { label: 'score', total: groups.length, unit });
  const length = ({ prompt, responses }: Responses) => responses.reduce((sum, ids) => sum + ids.length, prompt.length);
  const order = [...groups.keys()].sort((a, b) => length(groups[b]!) - length(groups[a]!) || a - b);
  const scores: number[][] = [];
  for (let done = 0; done < order.length; ) {
    const together = Math.max(1, Math.floor(tokensAtATime / length(groups[order[done]!]!)));
    const places = order.slice(done, done + together);
    const batch = places.map((place) => groups[place]!);
    const values = tidy(() => noGrad(() => responseScores(model, batch).toArray()));
    for (const place of places) scores[place] = values.splice(0, groups[place]!.responses.length);
    shown.update((done += places.length));
  }
  shown.end();
  return scores;
}
