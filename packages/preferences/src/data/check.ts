/** Looks for what makes preference data teach the wrong thing. */
import { consistentComparisons } from './cycles.ts';
import { findLeaks } from './dedupe.ts';
import { pairKey, promptKey, responseKey } from './keys.ts';
import { codePoints, isEmpty } from './stats.ts';
import { type Comparison, type Content, type Message, type Pair, toMessages, toText } from './types.ts';

/** Something to know before training. */
export interface Finding {
  /** `error`: results will be wrong. `warning`: lines that teach nothing, or the wrong thing. `note`: worth a look. */
  readonly level: 'error' | 'warning' | 'note';
  readonly code: string;
  readonly message: string;
  readonly count: number;
  /** Lines of the first few. */
  readonly examples: readonly number[];
  readonly remedy: string;
}

/** Records, and the line of the file each stands on. */
export interface Located<T> {
  readonly records: readonly T[];
  readonly lines: readonly number[];
}

const EXAMPLES = 5;
const LONG_PROMPT = 8000; // code points, about 2,000 tokens of English: more than most training runs keep

/** What is wrong with preference pairs; empty when nothing was found. */
export function checkPairs(pairs: Located<Pair>): Finding[] {
  const seen = new Set<string>();
  const repeated = pairs.records.map((pair) => {
    const key = pairKey(pair);
    return seen.size === seen.add(key).size;
  });
  const swapped = (pair: Pair) =>
    seen.has(pairKey({ prompt: pair.prompt, chosen: pair.rejected, rejected: pair.chosen }));
  const same = (pair: Pair) => responseKey(pair.chosen) === responseKey(pair.rejected);
  const find = finder(pairs);
  return [
    find(same, {
      level: 'warning',
      code: 'identical_responses',
      message: 'chosen and rejected are the same',
      remedy: 'Remove them: they say nothing about what is preferred.',
    }),
    find((pair) => isEmpty(pair.chosen) || isEmpty(pair.rejected), {
      level: 'warning',
      code: 'empty_response',
      message: 'a response is empty',
      remedy: 'Remove them, unless saying nothing is meant to be learned.',
    }),
    find((_, i) => repeated[i]!, {
      level: 'warning',
      code: 'duplicate_pair',
      message: 'the pair stands in the file before',
      remedy: 'Keep one of each, or they count more than the others.',
    }),
    find((pair) => !same(pair) && swapped(pair), {
      level: 'warning',
      code: 'contradiction',
      message: 'another pair prefers the same two responses the other way round',
      remedy: 'Have them judged once more, or remove both.',
    }),
    find(({ prompt, chosen }) => repeatsPrompt(prompt, chosen), {
      level: 'warning',
      code: 'prompt_in_response',
      message: 'the response begins with the prompt',
      remedy: 'Leave the prompt out of chosen and rejected, or leave the field prompt away.',
    }),
    find(({ prompt, chosen, rejected }) => [chosen, rejected].some((response) => breaksTurns(prompt, response)), {
      level: 'warning',
      code: 'turns_out_of_order',
      message: 'user and assistant do not take turns, or a response is not the assistant’s',
      remedy: 'Many chat templates refuse such conversations: join messages of one speaker, or remove the pair.',
    }),
    ...promptFindings({ records: pairs.records.map((pair) => pair.prompt), lines: pairs.lines }),
  ].filter(({ count }) => count > 0);
}

/** What is wrong with prompts; empty when nothing was found. */
export function checkPrompts(prompts: Located<Content>): Finding[] {
  const seen = new Set<string>();
  const repeated = prompts.records.map((prompt) => seen.size === seen.add(promptKey(prompt)).size);
  const duplicate = finder(prompts)((_, i) => repeated[i]!, {
    level: 'warning',
    code: 'duplicate_prompt',
    message: 'the prompt stands in the file before',
    remedy: 'Keep one of each.',
  });
  return [duplicate, ...promptFindings(prompts)].filter(({ count }) => count > 0);
}

/** What is wrong with comparisons beyond what their pairs show; empty when nothing was found. */
export function checkComparisons(comparisons: Located<Comparison>): Finding[] {
  const cyclic = new Set(
    consistentComparisons(comparisons.records)
      .leftOut.filter(({ reason }) => reason === 'cycle')
      .map(({ place }) => place),
  );
  const cycle = finder(comparisons)((_, i) => cyclic.has(i), {
    level: 'warning',
    code: 'cycle',
    message: 'preferences lead from the worse response back to the better one',
    remedy: 'attune data convert --to pairs leaves them out; or have them judged once more.',
  });
  return cycle.count > 0 ? [cycle] : [];
}

/** A prompt of one file that also stands in another. */
export interface LocatedLeak {
  readonly line: number;
  /** The line of the other file: the most alike, of several the first. */
  readonly other: number;
  /** Jaccard similarity of word trigrams. */
  readonly similarity: number;
  /** Whether it is the same to the letter, but for white space around it. */
  readonly exact: boolean;
}

/**
 * Prompts of `held` (a test set, say) that also stand in `trained`, word for word or nearly. Examples are lines of
 * `held`; `leaks` has all of them, with both lines.
 */
export function checkLeak(
  held: Located<Content> & { name: string },
  trained: Located<Content> & { name: string },
): { findings: Finding[]; leaks: LocatedLeak[] } {
  const leaks = findLeaks(trained.records, held.records).map(({ held: place, trained: other, similarity, exact }) => ({
    line: held.lines[place]!,
    other: trained.lines[other]!,
    similarity,
    exact,
  }));
  const finding = (code: string, how: string, isMeant: (leak: LocatedLeak) => boolean): Finding => {
    const lines = leaks.filter(isMeant).map(({ line }) => line);
    return {
      level: 'error',
      code,
      message: `a prompt of ${held.name} also stands${how} in ${trained.name}`,
      count: lines.length,
      examples: lines.slice(0, EXAMPLES),
      remedy: 'Remove it from one of the two: what was trained on says nothing about what was learned.',
    };
  };
  const findings = [
    finding('leak', '', ({ exact }) => exact),
    finding('near_leak', ', nearly word for word,', ({ exact }) => !exact),
  ].filter(({ count }) => count > 0);
  return { findings, leaks };
}

function promptFindings(prompts: Located<Content>): Finding[] {
  const find = finder(prompts);
  return [
    find(isEmpty, {
      level: 'warning',
      code: 'empty_prompt',
      message: 'the prompt is empty',
      remedy: 'Remove them, unless responses without a question are meant to be learned.',
    }),
    find((prompt) => codePoints(toText(prompt)) > LONG_PROMPT, {
      level: 'note',
      code: 'long_prompt',
      message: `the prompt has more than ${LONG_PROMPT} characters`,
      remedy: 'Training may cut it off or leave it out: compare its tokens with max_length.',
    }),
  ];
}

const finder =
  <T>({ records, lines }: Located<T>) =>
  (isFound: (record: T, i: number) => boolean, what: Omit<Finding, 'count' | 'examples'>): Finding => {
    const found = lines.filter((_, i) => isFound(records[i]!, i));
    return { ...what, count: found.length, examples: found.slice(0, EXAMPLES) };
  };

/** Short prompts are often echoed in earnest ("Hello"), so only longer ones count. */
function repeatsPrompt(prompt: Content, response: Content): boolean {
  const question = toText(prompt).trim();
  return question.length >= 20 && toText(response).trimStart().startsWith(question);
}

function breaksTurns(prompt: Content, response: Content): boolean {
  const speakers = [...toMessages(prompt, 'user'), ...toMessages(response, 'assistant')]
    .filter((message, i) => !(i === 0 && message.role === 'system'))
    .map((message: Message) => message.role);
  return speakers.some((role, i) => role !== (i % 2 === 0 ? 'user' : 'assistant')) || speakers.length % 2 === 1;
}
