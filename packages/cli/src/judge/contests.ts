import { basename, extname } from 'node:path';
import {
  type Candidate,
  type Choice,
  type Content,
  DataError,
  type Message,
  type PairToJudge,
  type Problem,
  type Provenance,
  readComparisons,
  readPairs,
  recogniseKind,
  toMessages,
  toText,
} from '@attune/preferences';
import { idOf } from '../models/encodeLines.ts';
import { type Answered, readGenerated } from '../models/generated.ts';

/** Two responses to one prompt, to be judged, and what the file says of them already. */
export interface Contest extends PairToJudge {
  /** Of pairs `a`; of responses that were only sampled nothing. */
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
  const answered = await answeredTimes(promptsFile, file, 2);
  const contests = answered.map(({ id, prompt, responses }): Contest => {
    const ordered = responses.toSorted((x, y) => x.index - y.index);
    const [a, b] = ordered.map(({ text }) => (typeof prompt === 'string' ? text : said(text)));
    return { id, prompt, a: a!, b: b!, candidates: candidatesOf(id, a!, b!) };
  });
  const lines = answered.map(({ responses }) => responses[0]!.line);
  return { kind: 'responses', contests, file, lines, unit: 'line', undecided: 0 };
}

/**
 * What two models answered to the same prompts: those of `against` are `a`, those of `file` are `b`, as a baseline stands
 * first elsewhere. Their sources are the names of the files.
 *
 * @throws DataError where a prompt has not one response of each
 */
export async function readAgainst(promptsFile: string, file: string, against: string): Promise<Contests> {
  const [theirs, ours] = [await answeredTimes(promptsFile, against, 1), await answeredTimes(promptsFile, file, 1)];
  const [sourceA, sourceB] = sourcesOf(against, file);
  const byId = new Map(theirs.map((answered) => [answered.id, answered]));
  const problems: Problem[] = [];
  const lines: number[] = [];
  const contests = ours.flatMap(({ id, prompt, responses: [response] }): Contest[] => {
    const [a, b] = [byId.get(id)?.responses[0], response!];
    if (!a) {
      problems.push({ line: b.line, message: `${against} has no response to the prompt ${JSON.stringify(id)}` });
      return [];
    }
    lines.push(b.line);
    const [first, second] = [a.text, b.text].map((text) => (typeof prompt === 'string' ? text : said(text)));
    const [one, other] = candidatesOf(id, first!, second!);
    const candidates = [
      { ...one, source: sourceA },
      { ...other, source: sourceB },
    ] as const;
    return [{ id, prompt, a: first!, b: second!, candidates }];
  });
  if (problems.length > 0) throw new DataError(file, problems);
  if (theirs.length > ours.length) {
    const missing = theirs.length - ours.length;
    throw new DataError(
      file,
      `${missing} of the ${theirs.length} prompts that ${against} answers have no response here.`,
    );
  }
  return { kind: 'responses', contests, file, lines, unit: 'line', undecided: 0 };
}

/** The names of two files, without ending; their paths where these are the same. */
function sourcesOf(one: string, other: string): [string, string] {
  const [first, second] = [one, other].map((file) => basename(file, extname(file)));
  return first === second ? [one, other] : [first!, second!];
}

/** @throws DataError where a prompt has more or fewer responses */
async function answeredTimes(promptsFile: string, file: string, times: 1 | 2): Promise<Answered[]> {
  const answered = await readGenerated(promptsFile, file);
  const problems = answered.flatMap(({ id, responses: { length, 0: first } }) => {
    const message = `the prompt ${JSON.stringify(id)} has ${length} ${length === 1 ? 'response' : 'responses'}`;
    return length === times ? [] : [{ line: first!.line, message }];
  });
  const needs = times === 1 ? 'Each prompt needs one response.' : 'Each prompt needs two responses.';
  if (problems.length > 0) throw new DataError(file, problems, { needs });
  return answered;
}

const said = (content: string): Message[] => [{ role: 'assistant', content }];

const candidatesOf = (id: string, a: Content, b: Content): [Candidate, Candidate] => [
  { id: `${id}-a`, text: toText(a) },
  { id: `${id}-b`, text: toText(b) },
];

/** A contest as plain text: comparisons hold messages, but models without a chat template read a single one as it stands. */
export function asPlainText(contest: PairToJudge): PairToJudge {
  const { prompt, a, b } = contest;
  const isOne = toMessages(prompt, 'user').length === 1 && [a, b].every((x) => toMessages(x, 'assistant').length === 1);
  return isOne ? { ...contest, prompt: toText(prompt), a: toText(a), b: toText(b) } : contest;
}
