import { basename, extname } from 'node:path';
import { Content, type PairToJudge, type ResponseToScore, readAs, readPrompts } from '@attune/preferences';
import { z } from 'zod';
import { idOf } from '../models/encodeLines.ts';
import { readGenerated } from '../models/generated.ts';
import type { Contests } from './contests.ts';

/** Single responses to be scored, and the line of each. */
export interface Answers {
  readonly responses: readonly Answer[];
  readonly lines: readonly number[];
}

/** What some judges are shown beside the texts, wherever it stands in a row. */
const Known = z.object({
  reference: Content.optional(),
  category: z.string().optional(),
  subcategory: z.string().optional(),
});

/** A response, who wrote it, and which turn of its conversation it is, where there are several. */
export interface Answer extends ResponseToScore {
  readonly source?: string;
  readonly turn?: number;
}

const AnswerRow = Known.extend({
  id: z.string().optional(),
  prompt: Content,
  response: Content,
  source: z.string().optional(),
  turn: z.int().min(1).optional(),
});

/** Reads single responses, a line for each. @throws DataError listing the lines that are none */
export async function readAnswers(file: string): Promise<Answers> {
  const needs = 'Each line needs prompt and response; reference, category and subcategory may be there.';
  const { records, lines } = await readAs(AnswerRow, file, needs);
  return { responses: records.map(({ id, ...answer }, i) => ({ id: idOf(id, lines[i]!), ...answer })), lines };
}

/** What was sampled to each prompt; the third response to `p` is called `p-2`, an only one `p`. */
export async function readSampledAnswers(promptsFile: string, file: string): Promise<Answers> {
  const known = await knownById(promptsFile);
  const source = basename(file, extname(file));
  const all = (await readGenerated(promptsFile, file)).flatMap(({ id, prompt, responses }) =>
    responses.map(({ index, text, line }) => {
      const name = responses.length === 1 ? id : `${id}-${index}`;
      return { response: { id: name, prompt, response: text, source, ...known.get(id) }, line };
    }),
  );
  return { responses: all.map(({ response }) => response), lines: all.map(({ line }) => line) };
}

/** Contests with what their rows, or the rows of their prompts, tell beside the texts. */
export async function withKnown(read: Contests, promptsFile: string | undefined): Promise<Contests> {
  if (promptsFile !== undefined) {
    const known = await knownById(promptsFile);
    return { ...read, contests: read.contests.map((contest) => ({ ...contest, ...known.get(contest.id) })) };
  }
  const known = await knownByLine(read.file);
  return {
    ...read,
    contests: read.contests.map((contest, i) => ({ ...contest, ...known.get(read.lines[i]!) })),
  };
}

type Extra = Pick<PairToJudge, 'reference' | 'category' | 'subcategory'>;

async function knownByLine(file: string): Promise<Map<number, Extra>> {
  const { records, lines } = await readAs(
    Known,
    file,
    'Where they are there, reference, category and subcategory are texts.',
  );
  return new Map(records.map((known, i) => [lines[i]!, known]));
}

async function knownById(promptsFile: string): Promise<Map<string, Extra>> {
  const [{ prompts, lines }, known] = [await readPrompts(promptsFile), await knownByLine(promptsFile)];
  return new Map(prompts.map(({ id }, i) => [idOf(id, lines[i]!), known.get(lines[i]!) ?? {}]));
}
