import {
  type Candidate,
  type Choice,
  type Content,
  DataError,
  type Message,
  type Provenance,
  readComparisons,
  readPairs,
  recogniseKind,
  toMessages,
  toText,
} from '@attune/preferences';
import { idOf } from '../models/encodeLines.ts';
import { readGenerated } from '../models/generated.ts';

/** Two responses to one prompt, to be judged. */
export interface Contest {
  readonly id: string;
  readonly prompt: Content;
  readonly a: Content; // of a pair the chosen one
  readonly b: Content;
  /** As a comparison names them. */
  readonly candidates: readonly [a: Candidate, b: Candidate];
  /** What the file says of them already: of pairs `a`; of responses that were only sampled nothing. */
  readonly choice?: Choice;
}

/** The contests of a file, where each stands in it, and how many rows gave none: pairs that nobody decided. */
export interface Contests extends Pick<Provenance, 'lines' | 'unit'> {
  readonly kind: 'pairs' | 'comparisons' | 'responses';
  readonly contests: readonly Contest[];
  readonly file: string;
  readonly undecided: number;
}

/**
 * The contests of a file of pairs or of comparisons; of the latter all, also those that were a tie or left open.
 *
 * @throws DataError for a file of anything else
 */
export async function readContests(file: string): Promise<Contests> {
  if ((await recogniseKind(file)) !== 'comparisons') return pairsOf(file);
  const { comparisons, lines, unit } = await readComparisons(file);
  const contests = comparisons.map(({ id, prompt, responses, choice }): Contest => {
    const [a, b] = responses.map(({ text }) => said(text));
    return { id, prompt, a: a!, b: b!, candidates: responses, choice };
  });
  return { kind: 'comparisons', contests, file, lines, unit, undecided: 0 };
}

async function pairsOf(file: string): Promise<Contests> {
  const { pairs, lines, unit, ties, skips } = await readPairs(file);
  const contests = pairs.map(({ id: given, prompt, chosen: a, rejected: b }, i): Contest => {
    const id = idOf(given, lines[i]!);
    return { id, prompt, a, b, candidates: candidatesOf(id, a, b), choice: 'a' };
  });
  return { kind: 'pairs', contests, file, lines, unit, undecided: ties + skips };
}

/**
 * What was sampled to each prompt, the first response against the second.
 *
 * @throws DataError where a prompt has not two responses
 */
export async function readSampled(promptsFile: string, file: string): Promise<Contests> {
  const answered = await readGenerated(promptsFile, file);
  const problems = answered.flatMap(({ id, responses: { length, 0: first } }) => {
    const message = `the prompt ${JSON.stringify(id)} has ${length} ${length === 1 ? 'response' : 'responses'}`;
    return length === 2 ? [] : [{ line: first!.line, message }];
  });
  if (problems.length > 0) throw new DataError(file, problems, { needs: 'Each prompt needs two responses.' });
  const contests = answered.map(({ id, prompt, responses }): Contest => {
    const ordered = responses.toSorted((x, y) => x.index - y.index);
    const [a, b] = ordered.map(({ text }) => (typeof prompt === 'string' ? text : said(text)));
    return { id, prompt, a: a!, b: b!, candidates: candidatesOf(id, a!, b!) };
  });
  const lines = answered.map(({ responses }) => responses[0]!.line);
  return { kind: 'responses', contests, file, lines, unit: 'line', undecided: 0 };
}

const said = (content: string): Message[] => [{ role: 'assistant', content }];

const candidatesOf = (id: string, a: Content, b: Content): [Candidate, Candidate] => [
  { id: `${id}-a`, text: toText(a) },
  { id: `${id}-b`, text: toText(b) },
];

/** A contest as plain text: comparisons hold messages, but models without a chat template read a single one as it stands. */
export function asPlainText(contest: Contest): Contest {
  const { prompt, a, b } = contest;
  const isOne = toMessages(prompt, 'user').length === 1 && [a, b].every((x) => toMessages(x, 'assistant').length === 1);
  return isOne ? { ...contest, prompt: toText(prompt), a: toText(a), b: toText(b) } : contest;
}
