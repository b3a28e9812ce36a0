/** The scores of AlignBench (Liu et al. 2024, arXiv:2311.18743), aggregated by its own rule. */
import { z } from 'zod';
import { Id } from '../../data/formats/format.ts';
import { readAs } from '../../data/readAs.ts';
import { alignBench } from '../../judges/presets/alignBench.ts';
import { alignBenchDimensions, alignBenchType, alignBenchTypes } from '../../judges/presets/alignBenchTypes.ts';
import type { SingleVerdict } from '../../judges/templates.ts';
import { type MeanScore, meanOfMeans, meanScore } from './meanScore.ts';
import { recorded, type ScoredReply, whatStands } from './scoredReplies.ts';

/** The eight categories by our keys: the benchmark's names, and the half of the total that they count in. */
export const alignBenchCategories = {
  mathematics: { name: '数学计算', half: 'reasoning' },
  logical_reasoning: { name: '逻辑推理', half: 'reasoning' },
  fundamental: { name: '基本任务', half: 'language' },
  chinese_understanding: { name: '中文理解', half: 'language' },
  open_ended: { name: '综合问答', half: 'language' },
  writing: { name: '文本写作', half: 'language' },
  role_play: { name: '角色扮演', half: 'language' },
  professional: { name: '专业能力', half: 'language' },
} as const;

export type AlignBenchCategory = keyof typeof alignBenchCategories;

const categories = Object.keys(alignBenchCategories) as AlignBenchCategory[];
const keyOf = new Map<string, AlignBenchCategory>(categories.map((key) => [alignBenchCategories[key].name, key]));

const Question = z
  .object({
    question_id: Id,
    category: z.enum(categories.map((key) => alignBenchCategories[key].name)),
    subcategory: z.enum(alignBenchTypes.flatMap(({ subcategories }) => subcategories)),
    question: z.string(),
    reference: z.string(),
  })
  .transform(({ question_id: id, category, question: prompt, ...rest }) => ({
    id,
    prompt,
    category: keyOf.get(category)!,
    ...rest,
  }));

/** A question of the benchmark. */
export type AlignBenchQuestion = z.infer<typeof Question>;

/** Reads the benchmark's questions, of version 1.0 or 1.1. Fields that it does not need are not looked at. */
export async function readAlignBench(path: string): Promise<AlignBenchQuestion[]> {
  const needs = 'Each line needs question_id, category, subcategory, question and reference.';
  return (await readAs(Question, path, needs)).records;
}

/** A reply that gives no score. It is in no mean. */
export interface AlignBenchFailure {
  readonly id: string;
  readonly category: AlignBenchCategory;
  readonly subcategory: string;
  /** What the reply was, or the score that is none; empty where there was neither. */
  readonly said: string;
}

/** A mean of overall scores, and how many replies gave none. */
interface Row {
  readonly score: MeanScore | undefined;
  readonly failed: number;
}

/** What a system scored. */
export interface AlignBenchScores {
  /** Undefined, as the halves and categories, where a category that it needs has no score. */
  readonly total: MeanScore | undefined;
  readonly reasoning: MeanScore | undefined;
  readonly language: MeanScore | undefined;
  readonly categories: Readonly<Record<AlignBenchCategory, Row>>;
  /** In the order of the questions. */
  readonly subcategories: readonly (Row & {
    readonly category: AlignBenchCategory;
    readonly name: string;
    readonly type: string;
  })[];
  /** Of all answers on which the dimension was scored. */
  readonly dimensions: readonly { readonly name: string; readonly score: MeanScore | undefined }[];
  readonly failures: readonly AlignBenchFailure[];
  /** Scored overall, but not on every dimension of its type. */
  readonly incomplete: readonly string[];
  /** Questions that nothing was said about. */
  readonly missing: readonly string[];
}

/**
 * Means of the overall scores, by category and sub-category, and of each dimension. What could not be read is listed and
 * left out; the original's own script counts it as −1.
 */
export function alignBenchScores(
  questions: readonly AlignBenchQuestion[],
  replies: readonly ScoredReply[],
): AlignBenchScores {
  const byId = new Map(replies.map((reply) => [reply.id, reply]));
  const answered = questions.flatMap((question) => {
    const reply = byId.get(question.id);
    return reply ? [{ ...question, reply, verdict: verdictOf(question, reply) }] : [];
  });
  const means = Object.fromEntries(
    categories.map((key) => [key, rowOf(answered.filter(({ category }) => category === key))]),
  ) as Record<AlignBenchCategory, Row>;
  const groups = Map.groupBy(answered, ({ category, subcategory }) => `${category} ${subcategory}`);
  return {
    ...alignBenchTotals((category) => means[category].score),
    categories: means,
    subcategories: [...groups.values()].map((group) => {
      const { category, subcategory: name } = group[0]!;
      return { category, name, type: alignBenchType(name).name, ...rowOf(group) };
    }),
    dimensions: Object.keys(alignBenchDimensions).map((name) => ({ name, score: dimensionMean(name, answered) })),
    failures: answered.flatMap(({ id, category, subcategory, reply, verdict }) =>
      verdict ? [] : [{ id, category, subcategory, said: whatStands(reply) }],
    ),
    incomplete: answered.filter(lacksDimensions).map(({ id }) => id),
    missing: questions.flatMap(({ id }) => (byId.has(id) ? [] : [id])),
  };
}

/**
 * The benchmark's own rule (its readme): not the mean over the 683 questions.
 *
 *   reasoning = mean of its 2 categories     language = mean of its 6     total = (reasoning + language)/2
 */
export function alignBenchTotals(
  meanOf: (category: AlignBenchCategory) => MeanScore | undefined,
): Pick<AlignBenchScores, 'total' | 'reasoning' | 'language'> {
  const half = (of: 'reasoning' | 'language') =>
    meanOfMeans(categories.filter((key) => alignBenchCategories[key].half === of).map(meanOf));
  const [reasoning, language] = [half('reasoning'), half('language')];
  return { total: meanOfMeans([reasoning, language]), reasoning, language };
}

/** As the reply has it, by the preset's rules; a score that was read before is held to the same scale. */
function verdictOf(question: AlignBenchQuestion, reply: ScoredReply): SingleVerdict | undefined {
  if (reply.reply !== undefined) return alignBench.read(recorded(reply.reply), { ...question, response: '' });
  const { score, dimensions = {} } = reply;
  const stands = (one: number | undefined) => Number.isInteger(one) && one! >= 1 && one! <= 10;
  if (!stands(score)) return undefined;
  return { score: score!, dimensions: Object.fromEntries(Object.entries(dimensions).filter(([, one]) => stands(one))) };
}

interface Answered {
  readonly id: string;
  readonly subcategory: string;
  readonly verdict: SingleVerdict | undefined;
}

const rowOf = (answered: readonly Answered[]): Row => ({
  score: meanScore(
    answered.flatMap(({ id: question, verdict }) => (verdict ? [{ question, score: verdict.score }] : [])),
  ),
  failed: answered.filter(({ verdict }) => !verdict).length,
});

const dimensionMean = (name: string, answered: readonly Answered[]): MeanScore | undefined =>
  meanScore(
    answered.flatMap(({ id: question, verdict }) => {
      const score = verdict?.dimensions?.[name];
      return score === undefined ? [] : [{ question, score }];
    }),
  );

const lacksDimensions = ({ subcategory, verdict }: Answered): boolean =>
  verdict !== undefined &&
  alignBenchType(subcategory).dimensions.some((name) => verdict.dimensions?.[name] === undefined);
