/** Answers of a judge of AlignBench whose scores are known, some of them malformed, made from a seed. */
import type { AlignBenchQuestion } from '../../../src/evals/benchmarks/alignBench.ts';
import { alignBenchType } from '../../../src/judges/presets/alignBenchTypes.ts';
import { type Random, seededRandom } from '../../../src/stats/random.ts';

/** An answer, and what it says: the overall score, unless it is malformed beyond reading. */
export interface JudgeAnswer {
  readonly question_id: string;
  readonly judgment: string;
  readonly form: string;
  readonly score: number | undefined;
  readonly dimensions: Readonly<Record<string, number>>;
}

type Scores = Readonly<Record<string, number>>;

const listed = (scores: Scores): string =>
  Object.entries(scores)
    .map(([name, score]) => `'${name}': ${score}`)
    .join(', ');

const analysis = '助手的回答与参考答案相比，{ 结论 } 基本正确，但缺少细节。\n';

/** Ways to write scores down that can be read. */
const readable: Readonly<Record<string, (scores: Scores) => string>> = {
  plain: (scores) => `${analysis}{${listed(scores)}}`,
  json: (scores) => `\`\`\`json\n${JSON.stringify(scores, null, 2)}\n\`\`\``,
  'Chinese punctuation': (scores) =>
    `${analysis}${`｛${listed(scores)}｝`.replaceAll(': ', '：').replaceAll(', ', '，')}`,
  'two dictionaries': (scores) => `{'综合得分': ${(scores.综合得分! % 10) + 1}}\n更正：{${listed(scores)}}`,
  'after thoughts': (scores) => `<think>{'综合得分': 10}</think>${analysis}{${listed(scores)}}`,
};

/** Ways to spoil an answer so that no overall score can be read. */
const unreadable: Readonly<Record<string, (scores: Scores) => string>> = {
  'no dictionary': () => '这个回答很好。',
  empty: () => '',
  'cut off': (scores) => `${analysis}{${listed(scores)}`,
  'score of 11': (scores) => `{${listed({ ...scores, 综合得分: 11 })}}`,
  'score of −1': (scores) => `{${listed({ ...scores, 综合得分: -1 })}}`,
  'score of 0': (scores) => `{${listed({ ...scores, 综合得分: 0 })}}`,
  'half a point': (scores) => `{${listed(scores)}.5}`,
  'a range': (scores) => `{${listed(scores)}-10}`,
  'no overall score': ({ 综合得分: _, ...dimensions }) => `{${listed(dimensions)}}`,
  'two overall scores': (scores) => `{${listed(scores)}, '综合得分': ${(scores.综合得分! % 10) + 1}}`,
};

const pick = <T>(random: Random, from: Readonly<Record<string, T>>): [string, T] =>
  Object.entries(from)[random.below(Object.keys(from).length)]!;

/** One in ten is unreadable, one in twenty names its dimensions wrong. */
export function judgeAnswers(questions: readonly AlignBenchQuestion[], seed: number): JudgeAnswer[] {
  const random = seededRandom(seed);
  const score = () => 1 + random.below(10);
  return questions.map(({ id, subcategory }) => {
    const dimensions = Object.fromEntries(alignBenchType(subcategory).dimensions.map((name) => [name, score()]));
    const overall = score();
    const chance = random.uniform();
    if (chance < 0.1) {
      const [form, write] = pick(random, unreadable);
      const judgment = write({ ...dimensions, 综合得分: overall });
      return { question_id: id, judgment, form, score: undefined, dimensions: {} };
    }
    if (chance < 0.15) {
      const judgment = `{'准确': 3, '有用': 11, '综合得分': ${overall}}`;
      return { question_id: id, judgment, form: 'wrong dimensions', score: overall, dimensions: {} };
    }
    const [form, write] = pick(random, readable);
    const judgment = write({ ...dimensions, 综合得分: overall });
    return { question_id: id, judgment, form, score: overall, dimensions };
  });
}

/** How many forms there are. */
export const formCount = Object.keys(readable).length + Object.keys(unreadable).length + 1;
