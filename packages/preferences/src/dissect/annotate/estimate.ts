/** What an annotation will cost, before it is paid for. */
import { type Chat, type ChatReply, estimateInput } from '../../judges/chat.ts';
import type { CostEstimate } from '../../judges/runner/estimate.ts';
import { holds, type QueryInfo } from '../conditions.ts';
import type { PropertySet } from '../properties.ts';
import type { RawSample } from '../samples.ts';
import { referenceOf, textsOf, toldGroup } from './annotate.ts';
import { answer, type Remarks } from './answer.ts';
import {
  errorsQuestion,
  queryAwareQuestion,
  queryInfoQuestion,
  ratingsQuestion,
  referenceQuestion,
  scenarioQuestion,
} from './questions.ts';
import { annotatedSet, type Plan, type Question, ratedIn, type StepName, stepsOf } from './steps.ts';

const REFERENCE_TOKENS = 600; // of an answer to compare with
const RATING_TOKENS = 30; // of one property's name and two ratings
const ANSWER_TOKENS: Partial<Record<StepName, number>> = {
  scenario: 15,
  'query-info': 80,
  reference: REFERENCE_TOKENS,
  errors: 300,
};

/**
 * Counts what is still to be asked. Rather too much than too little: what is not known yet about a prompt (whether it has
 * constraints, stances, mistakes) counts as there.
 *
 * @param chat only its memory is used
 */
export async function estimateAnnotation(samples: readonly RawSample[], plan: Plan, chat: Chat): Promise<CostEstimate> {
  const sum = { calls: 0, cached: 0, input: 0, output: 0 };
  const [set, steps] = [annotatedSet(plan), stepsOf(plan)];
  const remembered = memoryOf(chat);
  /** The answer that is there already; else adds what asking for it will cost. */
  const known = async <T>(question: Question<T>): Promise<T | undefined> => {
    const value = await answer(remembered, question, silent).catch(() => undefined);
    if (value !== undefined) sum.cached++;
    else {
      sum.calls++;
      sum.input += estimateInput(question.request);
      sum.output += answerTokens(question.step, set);
    }
    return value;
  };
  for (const sample of samples) {
    const texts = textsOf(sample);
    if (steps.has('scenario') && plan.scenarios && !toldGroup(sample, plan)) {
      await known(scenarioQuestion(plan.scenarios, texts));
    }
    const info = steps.has('query-info') ? await known(queryInfoQuestion(set, texts)) : undefined;
    for (const step of ['query-free', 'query-aware-once'] as const) {
      if (steps.has(step)) await known(ratingsQuestion(step, set, texts));
    }
    const twice = steps.has('query-aware-twice') && queryAwareQuestion(set, texts, info ?? everything(set));
    if (twice) await known(twice);
    let reference = referenceOf(sample);
    if (steps.has('reference') && reference === undefined) {
      reference = (await known(referenceQuestion(texts))) ?? 'word '.repeat(0.7 * REFERENCE_TOKENS);
    }
    if (steps.has('errors')) await known(errorsQuestion(texts, reference));
  }
  return sum;
}

/** A chat that only remembers. */
const memoryOf = ({ recall }: Chat): Chat => ({
  ask: async (request): Promise<ChatReply> => {
    const reply = recall(request);
    if (!reply) throw new Error('not asked yet');
    return reply;
  },
  recall,
  forget: () => {},
});

const silent: Remarks = { unknown: () => {}, missing: () => {}, again: () => {} };

/** A prompt in which there is all that properties wait for. */
function everything(set: PropertySet): QueryInfo {
  const conditions = set.properties.flatMap(({ when }) => (when ? [when] : []));
  return Object.fromEntries(
    set.query.map(({ key, answer }) => {
      if (answer === 'list') return [key, ['an item of some words']];
      return [key, conditions.some((when) => key in when && holds(when, { [key]: 'Yes' })) ? 'Yes' : 'No'];
    }),
  );
}

const answerTokens = (step: StepName, set: PropertySet): number =>
  ANSWER_TOKENS[step] ?? RATING_TOKENS * ratedIn(set, step).length;
