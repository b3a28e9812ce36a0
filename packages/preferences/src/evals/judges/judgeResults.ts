/** Verdicts as benchmarks of judges publish them: without the texts, which stand in the benchmark's own file. */
import { basename } from 'node:path';
import { z } from 'zod';
import { type Format, format, has, Id } from '../../data/formats/format.ts';
import { parseRow, RowError } from '../../data/parse.ts';
import type { ReadOptions } from '../../data/read.ts';
import { openHead, recognised } from '../../data/recognise.ts';
import type { ReadRow } from '../../data/row.ts';
import { openRows } from '../../data/rows.ts';
import type { Choice, Comparison } from '../../data/types.ts';
import { DataError, type LineUnit, type Problem } from '../../errors.ts';
import { exchanged } from '../judgedItem.ts';

/** A verdict on one of the benchmark's items: the one of that id, or in that place (from 0); else in the place of the row. */
interface Result {
  readonly item?: string | number;
  readonly choice: Choice;
  readonly shownFirst: 'a' | 'b';
}

const Game = z.object({ winner: z.string().nullish() });

/** Zeng et al. 2023 (arXiv:2310.07641). `winner` names the output whatever the order; null could not be read. */
const llmBar = format({
  name: 'LLMBar results',
  needs: 'Each line needs index and results, the last of them with "swap = False" and "swap = True".',
  fits: (row) => has(row, 'index', 'results'),
  row: z.object({ index: z.int().min(0), results: z.array(z.unknown()).min(1) }),
  records: ({ index, results }): Result[] => {
    const games = parseRow(z.object({ 'swap = False': Game, 'swap = True': Game }), Object(results.at(-1)));
    return [games['swap = False'], games['swap = True']].map(({ winner }, i) => ({
      item: index,
      choice: winner === '1' ? 'a' : winner === '2' ? 'b' : 'skip',
      shownFirst: i === 0 ? 'a' : 'b',
    }));
  },
});

const decided = { 'A>B': 'a', 'B>A': 'b', 'A=B': 'tie' } as const;

/** Tan et al. 2024 (arXiv:2410.12784). Decisions are about A and B as shown; the second judgment had them exchanged. */
const judgeBench = format({
  name: 'JudgeBench judgments',
  needs: 'Each line needs pair_id and judgments, each null or with decision (A>B, B>A or A=B).',
  fits: (row) => has(row, 'pair_id', 'judgments'),
  row: z.object({
    pair_id: Id,
    judgments: z
      .array(z.object({ decision: z.enum(['A>B', 'B>A', 'A=B']).nullish() }).nullable())
      .min(1)
      .max(2),
  }),
  records: ({ pair_id, judgments }): Result[] =>
    judgments.map((judgment, i) => {
      const choice = judgment?.decision ? decided[judgment.decision] : 'skip';
      return { item: pair_id, choice: i === 0 ? choice : exchanged[choice], shownFirst: i === 0 ? 'a' : 'b' };
    }),
});

const Said = z.union([z.string(), z.int()]).optional();

/** Wang et al. 2023 (arXiv:2306.05087); what is neither 1, 2 nor a tie could not be read. */
const pandaLm = format({
  name: 'PandaLM results',
  needs: 'Each line needs idx and gpt_result or pandalm_result (1, 2, 0 or Tie, garbage).',
  fits: (row) => has(row, 'gpt_result') || has(row, 'pandalm_result'),
  row: z.object({ idx: Id, gpt_result: Said, pandalm_result: Said }),
  records: ({ idx, gpt_result, pandalm_result }): Result[] => {
    const choices: Readonly<Record<string, Choice>> = { '1': 'a', '2': 'b', '0': 'tie', Tie: 'tie' };
    return [{ item: `${idx}-1`, choice: choices[String(gpt_result ?? pandalm_result)] ?? 'skip', shownFirst: 'a' }];
  },
});

/** Li et al. 2023 (arXiv:2310.05470): in the order of the test file, 0 and 1 for the first and second shown, 2 a tie. */
const autoJ = (isExchanged: boolean) =>
  format({
    name: 'Auto-J results',
    needs: 'Each line needs output (0, 1 or 2).',
    fits: (row) => has(row, 'output') && Object.keys(row).length === 1,
    row: z.object({ output: z.literal([0, 1, 2]) }),
    records: ({ output }): Result[] => {
      const choice = (['a', 'b', 'tie'] as const)[output];
      return [isExchanged ? { choice: exchanged[choice], shownFirst: 'b' } : { choice, shownFirst: 'a' }];
    },
  });

/** What the verdicts are about, and how they are to be read. */
export interface ResultOptions extends ReadOptions {
  /** The benchmark's own comparisons, in the order of its file. */
  readonly items: readonly Comparison[];
  /** Whether the responses were exchanged, which Auto-J's files do not say: without it they are not read. */
  readonly exchanged?: boolean;
  /** By default the file's name without its endings. */
  readonly judge?: string;
}

/** Verdicts as comparisons, and what was left out. */
export interface JudgeResults {
  readonly comparisons: Comparison[];
  readonly skipped: readonly Problem[];
  readonly unit: LineUnit;
}

/**
 * The verdicts of LLMBar, JudgeBench, PandaLM and Auto-J as comparisons, with texts and ids of the benchmark's items.
 * Undefined for a file of anything else.
 *
 * @throws DataError listing lines that cannot be used, or that are about no item there is
 */
export async function readJudgeResults(
  path: string,
  { items, exchanged: isExchanged, judge = judgeName(path), onError = 'fail' }: ResultOptions,
): Promise<JudgeResults | undefined> {
  const { head, rest } = await openHead(path);
  await rest.return?.();
  const itself = isExchanged === undefined ? [] : [autoJ(isExchanged)];
  const form = recognised<Format<Result>>(head, [llmBar, judgeBench, pandaLm, ...itself]);
  if (!form) return undefined;
  if (items.length === 0) {
    throw new DataError(path, "has verdicts without texts, and no items are given: the benchmark's own file has them.");
  }
  const byId = new Map(items.map((item) => [item.id, item]));
  const [comparisons, skipped]: [Comparison[], Problem[]] = [[], []];
  const { rows, unit } = await openRows(path);
  let place = -1;
  for await (const read of rows) {
    place++;
    const results = resultsOf(read, form);
    if (!Array.isArray(results)) {
      skipped.push(results);
      continue;
    }
    for (const { item = place, choice, shownFirst } of results) {
      const found = typeof item === 'string' ? byId.get(item) : items[item];
      if (!found) {
        const which = typeof item === 'string' ? JSON.stringify(item) : `number ${item} (from 0)`;
        skipped.push({ line: read.line, message: `is about item ${which}, which is not there` });
        continue;
      }
      const { id, prompt, responses } = found;
      comparisons.push({ id, prompt, responses, choice, judge, shownFirst });
    }
  }
  if (skipped.length > 0 && (onError === 'fail' || comparisons.length === 0)) {
    throw new DataError(path, skipped, {
      needs: `${form.needs} The items are those of the benchmark's own file.`,
      unit,
    });
  }
  return { comparisons, skipped, unit };
}

function resultsOf(read: ReadRow, form: Format<Result>): Result[] | Problem {
  if (!read.row) return { line: read.line, message: read.message };
  try {
    return form.read(read.row, read.line).filter((result) => typeof result !== 'string');
  } catch (error) {
    if (!(error instanceof RowError)) throw error;
    return { line: read.line, field: error.field, message: error.message };
  }
}

/** The file's name without its endings. */
const judgeName = (path: string): string => basename(path).replace(/(\.results?)?\.(jsonl?|parquet)(\.gz)?$/, '');
