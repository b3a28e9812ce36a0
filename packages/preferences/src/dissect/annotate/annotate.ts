/** The automatic annotation of samples by a chat model (Li et al. 2024, arXiv:2402.11296, section 3). */
import { asTheyCome } from '../../judges/asTheyCome.ts';
import type { Chat } from '../../judges/chat.ts';
import { counted, type Spent } from '../../judges/runner/tally.ts';
import type { QueryInfo } from '../conditions.ts';
import { type Annotation, type RatingPair, resolveSample } from '../features.ts';
import type { PropertySet } from '../properties.ts';
import type { RawSample, ResolvedSample } from '../samples.ts';
import { scenarioOf } from '../scenarios.ts';
import { answer, type Remarks, StepError, type StepFailure } from './answer.ts';
import {
  errorsQuestion,
  type FoundErrors,
  queryAwareQuestion,
  queryInfoQuestion,
  type Rated,
  type RatedAnswer,
  ratingsQuestion,
  referenceQuestion,
  scenarioQuestion,
  type Texts,
} from './questions.ts';
import { annotatedSet, type Plan, type Question, type StepName, stepsOf } from './steps.ts';

/** What came of a sample: a whole annotation, or why there is none. `place` counts from 0. */
export type Annotated = { readonly place: number; readonly spent: Spent } & (
  | { readonly resolved: ResolvedSample }
  | { readonly failures: readonly StepFailure[] }
);

/** How samples are annotated. */
export interface AnnotateOptions {
  /** Samples under way at a time; a sample has up to five questions under way. */
  readonly concurrency: number;
  readonly remarks: Remarks;
  /** Its abort lets no sample begin; those under way are left where their next call is refused. */
  readonly signal?: AbortSignal;
}

/**
 * Annotates samples and yields what came of each as it comes, in no fixed order. A sample is annotated as a whole or has
 * failed: nothing that is missing is ever scored. When the signal aborts, the samples not yet annotated are not told of.
 *
 * @throws what a call throws that says by `badInput` that a person must mend something first
 */
export async function* annotate(
  samples: readonly RawSample[],
  plan: Plan,
  chat: Chat,
  { concurrency, remarks, signal }: AnnotateOptions,
): AsyncGenerator<Annotated> {
  const left = Symbol('left');
  const taken = { plan, set: annotatedSet(plan), steps: stepsOf(plan) };
  const work = async (sample: RawSample, place: number): Promise<Annotated | typeof left> => {
    if (signal?.aborted) return left;
    const { chat: own, spent } = counted(chat);
    const outcome = await annotateOne(sample, taken, own, remarks);
    if ('failures' in outcome && signal?.aborted) return left;
    return { place, spent: spent(), ...outcome };
  };
  for await (const outcome of asTheyCome(samples, concurrency, work)) if (outcome !== left) yield outcome;
}

type Outcome = { readonly resolved: ResolvedSample } | { readonly failures: readonly StepFailure[] };

/** A plan, and what it comes to. */
interface Taken {
  readonly plan: Plan;
  readonly set: PropertySet;
  readonly steps: ReadonlySet<StepName>;
}

async function annotateOne(sample: RawSample, taken: Taken, chat: Chat, remarks: Remarks): Promise<Outcome> {
  const { plan, set, steps } = taken;
  const texts = textsOf(sample);
  const ask = <T>(question: Question<T>): Promise<T> => heard(question.step, answer(chat, question, remarks));
  const where = (step: StepName) => steps.has(step);
  const rated = async (step: 'query-free' | 'query-aware-once') =>
    where(step) ? ask(ratingsQuestion(step, set, texts)) : {};

  const info = where('query-info') ? ask(queryInfoQuestion(set, texts)) : Promise.resolve({});
  const given = referenceOf(sample);
  const reference = where('reference') && given === undefined ? ask(referenceQuestion(texts)) : Promise.resolve(given);
  const parts = await Promise.allSettled([
    info,
    where('scenario') ? groupOf(sample, plan, texts, ask) : { group: sample.group, scenario: sample.scenario },
    rated('query-free'),
    rated('query-aware-once'),
    where('query-aware-twice') ? info.then((known) => askedTwice(queryAwareQuestion(set, texts, known), ask)) : {},
    reference,
    where('errors') ? reference.then((text) => ask(errorsQuestion(texts, text))) : undefined,
  ]);
  const failures = failuresOf(parts);
  if (failures.length > 0) return { failures };
  const [queryInfo, group, free, once, twice, answerToCompare, errors] = parts.map(
    (part) => (part as PromiseFulfilledResult<unknown>).value,
  ) as [QueryInfo, Grouped, RatedAnswer, RatedAnswer, RatedAnswer, string | undefined, FoundErrors | undefined];
  const { sample: resolved } = resolveSample(set, {
    queryInfo,
    ratings: ratingsOf({ ...free, ...once, ...twice }),
    ...(errors && { errors: [reportOf(errors['response 1']), reportOf(errors['response 2'])] as const }),
    texts: texts.responses,
    ...wordsOf(sample),
  });
  const told = { ...group, reference: answerToCompare };
  return { resolved: { ...(sample.id !== undefined && { id: sample.id }), ...withoutUndefined(told), ...resolved } };
}

const withoutUndefined = (fields: object) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

export const textsOf = ({ prompt, response_a, response_b }: RawSample): Texts => ({
  prompt,
  responses: [response_a, response_b],
});

/** An answer to compare with that came with the sample. */
export function referenceOf({ gpt4_ref_output, reference }: RawSample): string | undefined {
  return gpt4_ref_output ?? (typeof reference === 'string' ? reference : undefined);
}

/** Turns a call that failed into a step that failed, unless nothing more can be asked. */
async function heard<T>(step: StepName, answered: Promise<T>): Promise<T> {
  try {
    return await answered;
  } catch (error) {
    if (error instanceof StepError || (error instanceof Error && 'badInput' in error && error.badInput)) throw error;
    throw new StepError({ step, reason: error instanceof Error ? error.message : String(error) });
  }
}

const askedTwice = async (
  question: Question<RatedAnswer> | undefined,
  ask: <T>(question: Question<T>) => Promise<T>,
): Promise<RatedAnswer> => (question ? ask(question) : {});

/** The failures among settled parts, each once: what waits for a step that failed has failed with it. */
function failuresOf(parts: readonly PromiseSettledResult<unknown>[]): StepFailure[] {
  const failures = new Set<StepFailure>();
  for (const part of parts) {
    if (part.status === 'fulfilled') continue;
    if (!(part.reason instanceof StepError)) throw part.reason;
    failures.add(part.reason.failure);
  }
  return [...failures];
}

/** The scenario of a sample, and its finer class. */
interface Grouped {
  readonly group?: string;
  readonly scenario?: string;
}

const unsafe = 'Unsafe Queries';

/** The scenario that a sample tells, in so many words, by its class or by moderation tags. */
export function toldGroup(sample: RawSample, { scenarios }: Plan): Grouped | undefined {
  const { group, scenario, oaimoderation_tag, toxic_chat_tag } = sample;
  if (group !== undefined) return { group, scenario };
  const merged = scenarios && scenario !== undefined ? scenarioOf(scenarios, scenario) : undefined;
  if (merged !== undefined) return { group: merged, scenario };
  const isTagged = [oaimoderation_tag, toxic_chat_tag].some((tag) => typeof tag === 'string' && tag !== '');
  return isTagged && scenarios && scenarioOf(scenarios, unsafe) ? { group: unsafe } : undefined;
}

async function groupOf(
  sample: RawSample,
  plan: Plan,
  texts: Texts,
  ask: <T>(question: Question<T>) => Promise<T>,
): Promise<Grouped> {
  const told = toldGroup(sample, plan);
  if (told || !plan.scenarios) return told ?? {};
  const { scenario } = await ask(scenarioQuestion(plan.scenarios, texts));
  return { group: scenarioOf(plan.scenarios, scenario), scenario };
}

const pairOf = (rated: Rated): RatingPair => [rated['response 1'], rated['response 2']];

const ratingsOf = (answers: RatedAnswer): Annotation['ratings'] =>
  Object.fromEntries(
    Object.entries(answers).map(([key, rated]) => [
      key,
      'response 1' in rated ? pairOf(rated as Rated) : Object.values(rated as Record<string, Rated>).map(pairOf),
    ]),
  );

const reportOf = ({ checkable, errors }: FoundErrors['response 1']) => ({ checkable: checkable === 'Yes', errors });

function wordsOf(sample: RawSample): Pick<Annotation, 'words'> {
  const [a, b] = [sample['response_a word'], sample['response_b word']];
  return a !== undefined && b !== undefined ? { words: [a, b] } : {};
}
