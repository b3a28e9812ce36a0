/** How comparisons of two responses are written by others, and by us. */
import { z } from 'zod';
import { RowError } from '../parse.ts';
import { type Choice, Comparison, type Message } from '../types.ts';
import { AnyMessages, type Format, format, has, Id, withInput, withoutUndefined } from './format.ts';
import { mtBench } from './mtBench.ts';

/** What other formats have no field for, under our own names, so that a comparison written as one of them is whole. */
const carried = {
  id: Id.optional(),
  responseIds: z.tuple([Id, Id]).optional(),
  ...Comparison.pick({
    ...{ strength: true, bothBad: true, criteria: true, shownFirst: true },
    ...{ seconds: true, propensity: true, at: true, note: true },
  }).shape,
};
export type Carried = z.infer<z.ZodObject<typeof carried>>;

interface Judged extends Omit<Carried, 'id'> {
  readonly id: string;
  readonly prompt: string | Message[];
  readonly texts: readonly [a: string, b: string];
  readonly sources?: readonly [a: string | undefined, b: string | undefined];
  readonly choice: Choice;
  readonly judge: string;
}

function comparison({ id, prompt, texts, sources = [undefined, undefined], responseIds, ...rest }: Judged): Comparison {
  const [a, b] = responseIds ?? [`${id}-a`, `${id}-b`];
  return withoutUndefined({
    id,
    prompt: typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : prompt,
    responses: [
      withoutUndefined({ id: a, text: texts[0], source: sources[0] }),
      withoutUndefined({ id: b, text: texts[1], source: sources[1] }),
    ],
    ...rest,
  });
}

/** The fields of {@link carried} in a checked row. */
const carriedOf = ({
  responseIds,
  strength,
  bothBad,
  criteria,
  shownFirst,
  seconds,
  propensity,
  at,
  note,
}: Carried) => ({
  ...{ responseIds, strength, bothBad, criteria, shownFirst, seconds, propensity, at, note },
});

export const ours = format({
  name: 'comparisons',
  needs: 'Each line needs id, prompt (messages), two responses with id and text, choice (a, b, tie or skip) and judge.',
  fits: (row) => has(row, 'responses') && !has(row, 'completions'),
  row: Comparison.extend({ id: Id, prompt: AnyMessages }),
  records: (row) => {
    const [a, b] = row.responses;
    if ((row.choice === 'a' || row.choice === 'b') && a.text === b.text) {
      throw new RowError(
        `"responses" are two equal texts and "choice" is "${row.choice}"; expected different texts, or "tie" or "skip"`,
        'responses',
      );
    }
    return [row];
  },
});

/** `preference` is 1 where the first output is better, 2 the second, between them how sure; 0 and 1.5 are ties. */
export const alpacaEval = format({
  name: 'AlpacaEval',
  needs: 'Each line needs instruction, output_1, output_2 and preference (1 to 2; 0 for a tie).',
  fits: (row) => has(row, 'preference') || has(row, 'instruction', 'output_1', 'output_2'),
  row: z.object({
    instruction: z.string(),
    output_1: z.string(),
    output_2: z.string(),
    generator_1: z.string().optional(),
    generator_2: z.string().optional(),
    annotator: z.string().optional(),
    preference: z.number().optional(),
    ...carried,
  }),
  records: (row, line) => {
    const probability = alpacaEvalProbability(row.preference);
    const choice = probability === undefined ? 'skip' : probability === 0.5 ? 'tie' : probability < 0.5 ? 'a' : 'b';
    return [
      comparison({
        ...carriedOf(row),
        id: row.id ?? String(line),
        prompt: row.instruction,
        texts: [row.output_1, row.output_2],
        sources: [row.generator_1, row.generator_2],
        choice,
        judge: row.annotator ?? 'AlpacaEval',
      }),
    ];
  },
});

/**
 * The probability that the second output is better, from AlpacaEval's `preference`: 1 is never, 2 is certainly, and 0
 * is how its first version wrote a tie. Undefined where the judge gave no verdict.
 */
export function alpacaEvalProbability(preference: number | null | undefined): number | undefined {
  if (preference === undefined || preference === null) return undefined;
  if (preference === 0) return 0.5;
  if (preference >= 1 && preference <= 2) return preference - 1;
  throw new RowError(`"preference" is ${preference}; expected 0, or 1 to 2`, 'preference');
}

const Winner = z.enum(['model_a', 'model_b', 'tie', 'tie (bothbad)']);
const winnerChoice = (winner: z.infer<typeof Winner>): Choice =>
  winner === 'model_a' ? 'a' : winner === 'model_b' ? 'b' : 'tie';

/** One exchange only: a vote about a longer conversation is about all its answers, which a comparison cannot hold. */
export const arena = format({
  name: 'Chatbot Arena',
  needs: 'Each line needs conversation_a, conversation_b and winner.',
  fits: (row) => has(row, 'conversation_a') || has(row, 'conversation_b'),
  row: z.object({
    question_id: Id.optional(),
    model_a: z.string().optional(),
    model_b: z.string().optional(),
    conversation_a: AnyMessages,
    conversation_b: AnyMessages,
    winner: Winner,
    judge: z.string().optional(),
    tstamp: z.number().optional(),
    ...carried,
  }),
  records: (row, line) => {
    const [a, b] = [row.conversation_a, row.conversation_b];
    if ([a, b].some((conversation) => conversation.filter(({ role }) => role === 'assistant').length !== 1)) {
      throw new RowError('"conversation_a" has several turns; a comparison holds one response each', 'conversation_a');
    }
    return [
      comparison({
        ...carriedOf(row),
        id: row.id ?? row.question_id ?? String(line),
        prompt: a.slice(0, -1),
        texts: [a.at(-1)!.content, b.at(-1)!.content],
        sources: [row.model_a, row.model_b],
        choice: winnerChoice(row.winner),
        judge: row.judge ?? 'Chatbot Arena',
        at: row.at ?? (row.tstamp === undefined ? undefined : new Date(row.tstamp * 1000).toISOString()),
      }),
    ];
  },
});

/** Li et al. 2024, Dissecting Human and LLM Preferences (arXiv:2402.11296): Chatbot Arena's single-turn samples. */
export const dissection = format({
  name: 'preference dissection',
  needs: 'Each line needs prompt, response_a, response_b and winner (model_a or model_b).',
  fits: (row) => has(row, 'response_a') || has(row, 'response_b'),
  row: z.object({
    prompt: z.string(),
    response_a: z.string(),
    response_b: z.string(),
    model_a: z.string().optional(),
    model_b: z.string().optional(),
    winner: Winner,
    judge: z.string().optional(),
    ...carried,
  }),
  records: (row, line) => [
    comparison({
      ...carriedOf(row),
      id: row.id ?? String(line),
      prompt: row.prompt,
      texts: [row.response_a, row.response_b],
      sources: [row.model_a, row.model_b],
      choice: winnerChoice(row.winner),
      judge: row.judge ?? 'human',
    }),
  ],
});

/** Li et al. 2023 (arXiv:2310.05470); `label` is 0 for the first response, 1 for the second, 2 for a tie. */
const autoJ = format({
  name: 'Auto-J',
  needs: 'Each line needs prompt, "response 1", "response 2" and label (0, 1 or 2).',
  fits: (row) => has(row, 'response 1') || has(row, 'response 2'),
  row: z.object({
    prompt: z.string(),
    'response 1': z.string(),
    'response 2': z.string(),
    label: z.literal([0, 1, 2]),
  }),
  records: (row, line) => [
    comparison({
      id: String(line),
      prompt: row.prompt,
      texts: [row['response 1'], row['response 2']],
      choice: (['a', 'b', 'tie'] as const)[row.label],
      judge: 'human',
    }),
  ],
});

const Verdict = z.literal([0, 1, 2]);

/** Where a response was the word True or False, the published file has a truth value. */
const Response = z.preprocess((text) => (typeof text === 'boolean' ? (text ? 'True' : 'False') : text), z.string());

/** Wang et al. 2023 (arXiv:2306.05087); three people judged each pair, which gives three comparisons. */
const pandaLm = format({
  name: 'PandaLM',
  needs: 'Each line needs instruction, response1, response2 and annotator1 to annotator3 (0 tie, 1 or 2 better).',
  fits: (row) => has(row, 'response1') || has(row, 'response2'),
  row: z.object({
    idx: Id.optional(),
    instruction: z.string(),
    input: z.string().optional(),
    response1: Response,
    response2: Response,
    annotator1: Verdict,
    annotator2: Verdict,
    annotator3: Verdict,
  }),
  records: (row, line) =>
    [row.annotator1, row.annotator2, row.annotator3].map((verdict, i) =>
      comparison({
        id: `${row.idx ?? line}-${i + 1}`,
        prompt: withInput(row.instruction, row.input),
        texts: [row.response1, row.response2],
        responseIds: [`${row.idx ?? line}-a`, `${row.idx ?? line}-b`], // the same two for all three
        choice: (['tie', 'a', 'b'] as const)[verdict],
        judge: `annotator${i + 1}`,
      }),
    ),
});

/** Zeng et al. 2023 (arXiv:2310.07641): one output is objectively better. */
const llmBar = format({
  name: 'LLMBar',
  needs: 'Each line needs input, output_1, output_2 and label (1 or 2).',
  fits: (row) => has(row, 'input') && (has(row, 'output_1') || has(row, 'output_2')),
  row: z.object({ input: z.string(), output_1: z.string(), output_2: z.string(), label: z.literal([1, 2]) }),
  records: (row, line) => [
    comparison({
      id: String(line),
      prompt: row.input,
      texts: [row.output_1, row.output_2],
      choice: row.label === 1 ? 'a' : 'b',
      judge: 'LLMBar',
    }),
  ],
});

/** Tan et al. 2024 (arXiv:2410.12784): one response is right, the other wrong. */
const judgeBench = format({
  name: 'JudgeBench',
  needs: 'Each line needs question, response_A, response_B and label (A>B or B>A).',
  fits: (row) => has(row, 'response_A') || has(row, 'response_B'),
  row: z.object({
    pair_id: Id.optional(),
    question: z.string(),
    response_A: z.string(),
    response_B: z.string(),
    label: z.enum(['A>B', 'B>A']),
  }),
  records: (row, line) => [
    comparison({
      id: row.pair_id ?? String(line),
      prompt: row.question,
      texts: [row.response_A, row.response_B],
      choice: row.label === 'A>B' ? 'a' : 'b',
      judge: 'JudgeBench',
    }),
  ],
});

/** Every way to write comparisons, the more particular before the more general. */
export const comparisonFormats: readonly Format<Comparison>[] = [
  ours,
  alpacaEval,
  arena,
  dissection,
  autoJ,
  pandaLm,
  llmBar,
  judgeBench,
  mtBench,
];
