/** The scores of MT-bench (Zheng et al. 2023, arXiv:2306.05685), as FastChat's `show_result.py` averages them. */
import { z } from 'zod';
import { Id } from '../../data/formats/format.ts';
import { readAs } from '../../data/readAs.ts';
import { mtBenchSingle } from '../../judges/presets/mtBench.ts';
import { type MeanScore, meanScore } from './meanScore.ts';
import { recorded, type ScoredReply, whatStands } from './scoredReplies.ts';

const Question = z
  .object({ question_id: Id, category: z.string(), turns: z.array(z.string()).min(1) })
  .transform(({ question_id: id, ...rest }) => ({ id, ...rest }));

/** A question: what the user says first, and what then. */
export type MtBenchQuestion = z.infer<typeof Question>;

/** Reads the questions, of MT-bench or of Vicuna's bench. Fields that it does not need are not looked at. */
export const readMtBench = async (path: string): Promise<MtBenchQuestion[]> =>
  (await readAs(Question, path, 'Each line needs question_id, category and turns.')).records;

/** What a system scored, from 1 to 10. */
export interface MtBenchScores {
  /** Over all replies, of whatever turn: where some could not be read it is not the mean of the turns. */
  readonly overall: MeanScore | undefined;
  readonly turns: ReadonlyMap<number, MeanScore | undefined>;
  /** In the order of the questions, over all turns. */
  readonly categories: ReadonlyMap<string, MeanScore | undefined>;
  /** Replies without a rating: they are in no mean. */
  readonly failures: readonly { readonly id: string; readonly turn: number; readonly said: string }[];
  /** Questions that nothing was said about. */
  readonly missing: readonly string[];
}

/** Means of the ratings, by turn and by category. */
export function mtBenchScores(questions: readonly MtBenchQuestion[], replies: readonly ScoredReply[]): MtBenchScores {
  const categoryOf = new Map(questions.map(({ id, category }) => [id, category]));
  const read = replies.map((reply) => ({ ...reply, rating: mtBenchRating(reply) }));
  const scored = read.flatMap(({ id: question, turn, rating: score }) =>
    score === undefined ? [] : [{ question, turn, score, category: categoryOf.get(question) }],
  );
  const turns = [...new Set(replies.map(({ turn }) => turn))].sort((a, b) => a - b);
  const answered = new Set(replies.map(({ id }) => id));
  return {
    overall: meanScore(scored),
    turns: new Map(turns.map((turn) => [turn, meanScore(scored.filter((one) => one.turn === turn))])),
    categories: new Map(
      [...new Set(categoryOf.values())].map((category) => [
        category,
        meanScore(scored.filter((one) => one.category === category)),
      ]),
    ),
    failures: read.flatMap(({ id, turn, rating, ...reply }) =>
      rating === undefined ? [{ id, turn, said: whatStands(reply) }] : [],
    ),
    missing: questions.flatMap(({ id }) => (answered.has(id) ? [] : [id])),
  };
}

/** As the reply has it; a score that was read before is held to the same scale. FastChat writes −1 where there is none. */
export function mtBenchRating({ reply, score }: ScoredReply): number | undefined {
  if (reply !== undefined) return mtBenchSingle.read(recorded(reply), { prompt: '', response: '' })?.score;
  return score !== undefined && score >= 1 && score <= 10 ? score : undefined;
}
