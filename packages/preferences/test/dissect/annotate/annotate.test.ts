import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import {
  type Annotated,
  annotate,
  annotatedSet,
  type Chat,
  type ChatRequest,
  estimateAnnotation,
  featureVector,
  namesOf,
  type Plan,
  PropertySet,
  type RawSample,
  type Remarks,
  standardProperties,
  standardScenarios,
  stepsOf,
} from '../../../src/index.ts';
import { partOf, scriptedAnswer } from './annotator.ts';

const standard: Plan = { properties: standardProperties(), scenarios: standardScenarios() };

const samples: RawSample[] = [
  { id: 1, prompt: 'Tell me something.', response_a: 'This is worth 3.', response_b: 'This is worth 1.' },
  { id: 2, prompt: 'Do it: in two lines. Do it: in rhyme. I feel low.', response_a: 'worth 0', response_b: 'worth 2' },
  { id: 3, prompt: 'A whatever.', group: 'Code', response_a: 'worth 2, with an error', response_b: 'worth 2' },
];

const contentOf = ({ messages }: ChatRequest): string => messages.find(({ role }) => role === 'user')!.content;

/** A chat that answers with `say`, and remembers. */
function chatOf(say: (request: ChatRequest, content: string) => string | Promise<string>) {
  const kept = new Map<string, string>();
  const asked: ChatRequest[] = [];
  const chat: Chat = {
    async ask(request) {
      asked.push(request);
      const key = JSON.stringify(request);
      const text = kept.get(key) ?? (await say(request, contentOf(request)));
      kept.set(key, text);
      return { text, whole: true, cached: false };
    },
    recall(request) {
      const text = kept.get(JSON.stringify(request));
      return text === undefined ? undefined : { text, whole: true, cached: true };
    },
    forget: (request) => void kept.delete(JSON.stringify(request)),
  };
  return { chat, asked, kept };
}

function remarked() {
  const told: string[] = [];
  const remarks: Remarks = {
    unknown: (step, name) => void told.push(`${step} unknown ${name}`),
    missing: (step, name) => void told.push(`${step} missing ${name}`),
    again: (step) => void told.push(`${step} again`),
  };
  return { told, remarks };
}

async function annotated(chat: Chat, plan = standard, given = samples, concurrency = 2) {
  const { told, remarks } = remarked();
  const outcomes: Annotated[] = [];
  for await (const one of annotate(given, plan, chat, { concurrency, remarks })) outcomes.push(one);
  return { outcomes: outcomes.sort((a, b) => a.place - b.place), told };
}

const resolvedOf = (outcome: Annotated) => {
  assert.ok('resolved' in outcome, 'failures' in outcome ? JSON.stringify(outcome.failures) : '');
  return outcome.resolved;
};

const features = (outcome: Annotated, set = standard.properties) =>
  Object.fromEntries(namesOf(set).map((name, i) => [name, featureVector(set, resolvedOf(outcome))![i]]));

test('every property of the study becomes a feature, by what the annotator says of both responses', async () => {
  const { outcomes } = await annotated(chatOf((_, content) => scriptedAnswer(content)).chat);
  const [first, second, third] = outcomes.map((outcome) => features(outcome));
  const waiting = ['clarify intent', 'show empathetic', 'satisfy constraints', 'support stances', 'correct mistakes'];
  const zero = [...waiting, 'no minor errors', 'no moderate errors', 'no severe errors', 'lengthy'];
  for (const [name, value] of Object.entries(first!)) {
    // 3 against 1: A is better in all, but "repetitive" too; of the words for "relevant", 1 has the worst
    assert.equal(value, name === 'non-repetitive' ? -1 : zero.includes(name) ? 0 : 1, name);
  }
  assert.deepEqual(
    waiting.map((name) => second![name]),
    [0, -1, -1, 0, 0], // feelings and constraints are there
  );
  assert.deepEqual([third!['clarify intent'], third!['no severe errors'], third!.polite], [0, -1, 0]);
  assert.deepEqual(resolvedOf(outcomes[1]!).comparison['satisfying explicit constraints']!.meta, {
    'Response 1': [0, 0],
    'Response 2': [2, 2],
  });
  assert.deepEqual(
    outcomes.map((outcome) => [resolvedOf(outcome).id, resolvedOf(outcome).group]),
    [
      [1, 'Communication'],
      [2, 'Communication'],
      [3, 'Code'], // which the sample says itself
    ],
  );
});

test('exchanging the responses negates every feature', async () => {
  const { chat } = chatOf((_, content) => scriptedAnswer(content));
  const exchanged = samples.map((sample) => ({
    ...sample,
    response_a: sample.response_b,
    response_b: sample.response_a,
  }));
  const [there, back] = [await annotated(chat), await annotated(chat, standard, exchanged)];
  for (const [i, outcome] of there.outcomes.entries()) {
    const negated = Object.entries(features(back.outcomes[i]!)).map(([name, value]) => [name, 0 - value!]);
    assert.deepEqual(features(outcome), Object.fromEntries(negated));
  }
});

test('each step sees what it may see, and the form of its answer goes with it', async () => {
  const { chat, asked } = chatOf((_, content) => scriptedAnswer(content));
  await annotated(chat, standard, samples.slice(1, 2));
  const byStep = new Map(asked.map((request) => [request.form?.name ?? 'reference', request]));
  assert.deepEqual([...byStep.keys()].sort(), [
    'errors',
    'query_aware_once',
    'query_aware_twice',
    'query_free',
    'query_info',
    'reference',
    'scenario',
  ]);
  const content = (step: string) => contentOf(byStep.get(step)!);
  const { prompt, response_a, response_b } = samples[1]!;
  assert.ok(!content('query_free').includes(prompt)); // showing it disturbs these ratings
  assert.equal(partOf(content('query_free'), 'response 1'), response_a);
  assert.equal(partOf(content('errors'), 'response 2'), response_b);
  assert.equal(partOf(content('errors'), 'reference answer'), `My own answer to: ${prompt}`);
  assert.equal(content('reference'), prompt);
  for (const step of ['query_info', 'scenario']) assert.ok(!content(step).includes(response_a));
  assert.equal(partOf(content('query_aware_twice'), 'explicit constraints'), '1. in two lines\n2. in rhyme');
  const { schema } = byStep.get('query_aware_twice')!.form!;
  assert.deepEqual(schema.required, ['showing empathetic', 'satisfying explicit constraints']);
  assert.equal(Object.keys(byStep.get('query_free')!.form!.schema.properties as object).length, 18); // as in the paper
});

test('an answer that cannot be used is asked for again, with what is wrong with it', async () => {
  let spoilt = 0;
  const { chat, asked } = chatOf((request, content) => {
    const answer = scriptedAnswer(content);
    if (request.form?.name !== 'query_free' || request.messages.length > 2) return answer;
    spoilt++;
    const { polite: _, ...rest } = JSON.parse(answer);
    return JSON.stringify({ ...rest, brave: 3 });
  });
  const { outcomes, told } = await annotated(chat, standard, samples.slice(0, 1));
  assert.equal(spoilt, 1);
  assert.equal(features(outcomes[0]!).polite, 1);
  assert.deepEqual(told, ['query-free unknown brave', 'query-free missing polite', 'query-free again']);
  const again = asked.find(({ messages }) => messages.length === 4)!;
  assert.match(again.messages[3]!.content, /^That cannot be used: "polite" is missing\. Reply again/);
});

test('what is never answered in a usable way fails with the reason, is not scored, and is forgotten', async () => {
  for (const [said, reason] of [
    ['I would rather not.', /no JSON object/],
    ['{"polite": {"response 1": 4', /no JSON object/],
    ['{"harmlessness": {"response 1": 4, "response 2": 0}}', /"harmlessness\.response 1" is 4; expected/],
  ] as const) {
    const { chat, asked, kept } = chatOf((request, content) =>
      request.form?.name === 'query_free' ? said : scriptedAnswer(content),
    );
    const { outcomes } = await annotated(chat, standard, samples.slice(0, 1));
    const [outcome] = outcomes;
    assert.ok(outcome && 'failures' in outcome);
    const [failure, ...others] = outcome.failures;
    assert.deepEqual([failure!.step, failure!.said, others], ['query-free', said, []]);
    assert.match(failure!.reason, reason);
    assert.equal(asked.filter(({ form }) => form?.name === 'query_free').length, 3);
    assert.ok([...kept.keys()].every((request) => !request.includes('query_free')));
  }
});

test('a call that fails is a failure of its step, and of what waits for it once; the other samples go on', async () => {
  const { chat } = chatOf((request, content) => {
    const isSecond = content.includes('in rhyme');
    if (isSecond && request.form?.name === 'query_info') throw new Error('the line is dead');
    return scriptedAnswer(content);
  });
  const { outcomes } = await annotated(chat);
  assert.deepEqual(
    outcomes.map((outcome) => ('failures' in outcome ? outcome.failures : 'fine')),
    ['fine', [{ step: 'query-info', reason: 'the line is dead' }], 'fine'],
  );
});

test('an error that a person must mend ends it all', async () => {
  const refused = Object.assign(new Error('wrong key'), { badInput: true });
  const { chat } = chatOf(() => {
    throw refused;
  });
  await assert.rejects(annotated(chat), refused);
});

test('an abort leaves what is not annotated untold, and waits for nothing else', async () => {
  const abort = new AbortController();
  const { chat } = chatOf((_, content) => {
    if (content.includes('in rhyme')) abort.abort();
    if (abort.signal.aborted) throw abort.signal.reason;
    return scriptedAnswer(content);
  });
  const { remarks } = remarked();
  const places: number[] = [];
  const options = { concurrency: 1, remarks, signal: abort.signal };
  for await (const { place } of annotate(samples, standard, chat, options)) places.push(place);
  assert.deepEqual(places, [0]);
});

test('errors that cannot be looked for leave the sample out of every fit', async () => {
  const { chat } = chatOf((request, content) => {
    const answer = scriptedAnswer(content);
    return request.form?.name === 'errors' ? answer.replace('"checkable":"Yes"', '"checkable":"no"') : answer;
  });
  const { outcomes } = await annotated(chat, standard, samples.slice(0, 1));
  assert.equal(resolvedOf(outcomes[0]!).comparison.accuracy!.comparison, 999);
  assert.equal(featureVector(standard.properties, resolvedOf(outcomes[0]!)), undefined);
});

const own = PropertySet.parse(
  parse(`
name: own
query: [{key: in a hurry, answer: yes-no, about: Whether the writer is in a hurry.}]
properties:
  - {name: short, from: text, function: words, polarity: less, about: It is short.}
  - {name: calm, from: responses, scale: [1, 5], about: It is calm.}
  - {name: sides, from: prompt, levels: {against: -1, neither: 0, with: 1}, about: Whom it sides with.}
  - {name: quick, from: prompt, when: {in a hurry: Yes}, about: It comes to the point.}
`),
);

test('a property set of one’s own: its scales, words and questions, and nothing that it does not need', async () => {
  const { chat, asked } = chatOf((request, content) => {
    if (request.form?.name === 'query_info') return '{"in a hurry": "yes"}';
    return scriptedAnswer(content);
  });
  const { outcomes } = await annotated(chat, { properties: own }, samples.slice(0, 1));
  assert.deepEqual(features(outcomes[0]!, own), { short: 0, calm: 1, sides: 1, quick: 1 });
  assert.equal(asked.length, 4);
  const [free, once] = ['query_free', 'query_aware_once'].map((name) => asked.find(({ form }) => form?.name === name)!);
  assert.match(contentOf(free!), /"calm": It is calm\. From 1 \(not at all\) to 5 \(fully\)\./);
  assert.match(contentOf(once!), /One of: "against", "neither", "with"\./);
});

test('steps are taken as asked for, with those they wait for, and only the properties they give', () => {
  const plan = { ...standard, steps: ['query-aware-twice'] as const };
  assert.deepEqual([...stepsOf(plan)].sort(), ['query-aware-twice', 'query-info']);
  assert.deepEqual(namesOf(annotatedSet(plan)), [
    'clarify intent',
    'show empathetic',
    'satisfy constraints',
    'support stances',
    'correct mistakes',
    'lengthy', // which is computed
  ]);
});

test('the estimate counts every call that is made, and none that is remembered', async () => {
  const { chat, asked } = chatOf((_, content) => scriptedAnswer(content));
  const before = await estimateAnnotation(samples, standard, chat);
  assert.equal(asked.length, 0);
  await annotated(chat);
  // what is not known about a prompt counts as there: the first sample was not asked twice
  assert.deepEqual([before.calls, before.cached, asked.length], [20, 0, 19]);
  assert.deepEqual(await estimateAnnotation(samples, standard, chat), { calls: 0, cached: 19, input: 0, output: 0 });
  assert.ok(before.input > 20 * 100 && before.output > 3 * 600);
});

test('samples under way are as many as allowed', async () => {
  let [now, most] = [0, 0];
  const many = Array.from({ length: 12 }, (_, i) => ({ ...samples[0]!, id: i, prompt: `Number ${i}.` }));
  const { chat } = chatOf(async (_, content) => {
    most = Math.max(most, ++now);
    await Promise.resolve();
    now--;
    return scriptedAnswer(content);
  });
  const { outcomes } = await annotated(chat, { properties: own, steps: ['query-free'] }, many, 3);
  assert.equal(outcomes.length, 12);
  assert.ok(most <= 3 && most > 1, `${most}`);
});
