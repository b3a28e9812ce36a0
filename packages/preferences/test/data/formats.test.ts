import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readComparisons, readPairs, readPrompts, readTexts, readUnpaired, recogniseKind } from '../../src/index.ts';
import { fileWriter, temporaryFolder } from '../files.ts';

const write = fileWriter(temporaryFolder());

/** The pairs of a file with one row. */
const pairsOf = async (row: object) => (await readPairs(write('row.jsonl', [row]))).pairs;

const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });

test('pairs in TRL’s columns: plain text, and conversations', async () => {
  const text = { prompt: 'Sky?', chosen: ' Blue.', rejected: ' Green.' };
  assert.deepEqual(await pairsOf(text), [text]);
  const messages = { prompt: [user('Sky?')], chosen: [assistant('Blue.')], rejected: [assistant('Green.')] };
  assert.deepEqual(await pairsOf(messages), [messages]);
});

test('a pair keeps id, margin and weight; null means absent', async () => {
  const pair = { id: '7', prompt: 'Sky?', chosen: 'Blue.', rejected: 'Green.', margin: 1.5 };
  assert.deepEqual(await pairsOf({ ...pair, id: 7, weight: null }), [pair]);
});

test('a pair with messages anywhere has messages everywhere', async () => {
  assert.deepEqual(await pairsOf({ prompt: 'Sky?', chosen: [assistant('Blue.')], rejected: 'Green.' }), [
    { prompt: [user('Sky?')], chosen: [assistant('Blue.')], rejected: [assistant('Green.')] },
  ]);
});

test('an implicit prompt of messages is what both transcripts begin with', async () => {
  const shared = [user('Sky?'), assistant('Blue.'), user('Always?')];
  assert.deepEqual(await pairsOf({ chosen: [...shared, assistant('No.')], rejected: [...shared, assistant('Yes.')] }), [
    { prompt: shared, chosen: [assistant('No.')], rejected: [assistant('Yes.')] },
  ]);
});

test('equal transcripts still have a response each', async () => {
  const transcript = [user('Sky?'), assistant('Blue.')];
  assert.deepEqual(await pairsOf({ chosen: transcript, rejected: transcript }), [
    { prompt: [user('Sky?')], chosen: [assistant('Blue.')], rejected: [assistant('Blue.')] },
  ]);
});

test('an implicit prompt of plain text ends where the texts part, before a space they share', async () => {
  // the example in the documentation of TRL's extract_prompt
  assert.deepEqual(await pairsOf({ chosen: 'The sky is blue.', rejected: 'The sky is green.' }), [
    { prompt: 'The sky is', chosen: ' blue.', rejected: ' green.' },
  ]);
});

test('an implicit prompt never ends inside a character', async () => {
  // U+1F600 and U+1F601 share their first UTF-16 unit
  assert.deepEqual(await pairsOf({ chosen: 'Hi 😀', rejected: 'Hi 😁' }), [
    { prompt: 'Hi', chosen: ' 😀', rejected: ' 😁' },
  ]);
});

test('a prompt that stands beside whole transcripts is split off them (UltraFeedback, binarized)', async () => {
  const row = {
    prompt: 'Sky?',
    chosen: [user('Sky?'), assistant('Blue.')],
    rejected: [user('Sky?'), assistant('Green.')],
    score_chosen: 8,
  };
  const { pairs, ignored } = await readPairs(write('row.jsonl', [row]));
  assert.deepEqual(pairs, [{ prompt: [user('Sky?')], chosen: [assistant('Blue.')], rejected: [assistant('Green.')] }]);
  assert.deepEqual(ignored, { score_chosen: 1 });
  await assert.rejects(pairsOf({ ...row, prompt: 'Sea?' }), /do not have "prompt" in common/);
});

test('HH-RLHF text becomes messages, and nothing but the marks is taken away', async () => {
  const head = '\n\nHuman: Hi:\n\n Assistant: no mark\n\nAssistant: Hello.\n\nHuman:  two spaces\n\nAssistant:';
  assert.deepEqual(await pairsOf({ chosen: `${head} Fine. `, rejected: `${head}` }), [
    {
      prompt: [user('Hi:\n\n Assistant: no mark'), assistant('Hello.'), user(' two spaces')],
      chosen: [assistant('Fine. ')],
      rejected: [assistant('')],
    },
  ]);
});

test('LLaMA-Factory: conversations, the newer messages with parts, and Alpaca pairs', async () => {
  const pair = { prompt: [user('Sky?')], chosen: [assistant('Blue.')], rejected: [assistant('Green.')] };
  const shareGpt = {
    conversations: [{ from: 'human', value: 'Sky?' }],
    chosen: { from: 'gpt', value: 'Blue.' },
    rejected: { from: 'gpt', value: 'Green.' },
  };
  assert.deepEqual(await pairsOf(shareGpt), [pair]);
  const parts = (role: string, value: string) => ({ role, content: [{ type: 'text', value }], loss_weight: 1 });
  const v1 = {
    chosen_messages: [parts('user', 'Sky?'), parts('assistant', 'Blue.')],
    rejected_messages: [parts('user', 'Sky?'), parts('assistant', 'Green.')],
  };
  assert.deepEqual(await pairsOf(v1), [pair]);
  assert.deepEqual(await pairsOf({ instruction: 'Sky?', input: 'At noon.', chosen: 'Blue.', rejected: 'Green.' }), [
    { prompt: 'Sky?\n\nAt noon.', chosen: 'Blue.', rejected: 'Green.' },
  ]);
});

test('UltraFeedback completions give the best against the worst; equal scores are a tie', async () => {
  const scored = (...scores: number[]) => ({
    instruction: 'Sky?',
    completions: scores.map((overall_score) => ({ response: `worth ${overall_score}`, overall_score })),
  });
  const { pairs, ties } = await readPairs(write('row.jsonl', [scored(3, 9, 1), scored(5, 5)]));
  assert.deepEqual(pairs, [{ prompt: 'Sky?', chosen: 'worth 9', rejected: 'worth 1' }]);
  assert.equal(ties, 1);
});

const arena = (winner: string, turns = 1) => {
  const talk = (answer: string) => Array.from({ length: turns }, () => [user('Sky?'), assistant(answer)]).flat();
  return {
    question_id: 'q',
    model_a: 'A',
    model_b: 'B',
    winner,
    judge: 'arena_user_1',
    conversation_a: talk('Blue.'),
    conversation_b: talk('Green.'),
    tstamp: 1682351591.5,
  };
};

test('Chatbot Arena rows: pairs of any length, comparisons of one exchange', async () => {
  const path = write('arena.jsonl', [arena('model_b'), arena('tie (bothbad)'), arena('model_a', 2)]);
  const { pairs, ties, lines } = await readPairs(path);
  assert.equal(ties, 1);
  assert.deepEqual(lines, [1, 3]);
  assert.deepEqual(pairs[0], {
    id: 'q',
    prompt: [user('Sky?')],
    chosen: [assistant('Green.')],
    rejected: [assistant('Blue.')],
  });
  assert.deepEqual(pairs[1]!.chosen, [assistant('Blue.'), user('Sky?'), assistant('Blue.')]);
  const { comparisons, skipped } = await readComparisons(path, { onError: 'skip' });
  assert.deepEqual(comparisons[0], {
    id: 'q',
    prompt: [user('Sky?')],
    responses: [
      { id: 'q-a', text: 'Blue.', source: 'A' },
      { id: 'q-b', text: 'Green.', source: 'B' },
    ],
    choice: 'b',
    judge: 'arena_user_1',
    at: '2023-04-24T15:53:11.500Z', // date -u -d @1682351591.5
  });
  assert.deepEqual(
    skipped.map(({ line, field }) => [line, field]),
    [[3, 'conversation_a']],
  );
});

test('AlpacaEval: 1 to 2 says how sure, 0 and 1.5 are ties, null is undecided', async () => {
  const rows = [1, 1.2, 1.5, 0, 1.9, null].map((preference) => ({
    instruction: 'Sky?',
    output_1: 'Blue.',
    output_2: 'Green.',
    generator_1: 'baseline',
    generator_2: 'model',
    annotator: 'judge',
    preference,
  }));
  const { comparisons } = await readComparisons(write('alpaca.jsonl', rows));
  assert.deepEqual(
    comparisons.map(({ choice }) => choice),
    ['a', 'a', 'tie', 'tie', 'b', 'skip'],
  );
  const { pairs, ties, skips } = await readPairs(write('alpaca.jsonl', rows));
  assert.deepEqual([pairs.length, ties, skips], [3, 2, 1]);
});

test('single responses with labels, and pairs read as such', async () => {
  const rows = [{ messages: [user('Sky?'), assistant('Blue.')], label: true }];
  assert.deepEqual((await readUnpaired(write('kto.jsonl', rows))).unpaired, [
    { prompt: [user('Sky?')], completion: [assistant('Blue.')], label: true },
  ]);
  const pair = { prompt: 'Sky?', chosen: 'Blue.', rejected: 'Green.' };
  assert.deepEqual((await readUnpaired(write('pair.jsonl', [pair]))).unpaired, [
    { prompt: 'Sky?', completion: 'Blue.', label: true },
    { prompt: 'Sky?', completion: 'Green.', label: false },
  ]);
});

test('texts: plain, conversations, prompts with completions, Alpaca, and files that are not JSON', async () => {
  const textsOf = async (content: string | object[]) => (await readTexts(write('texts', content))).texts;
  assert.deepEqual(await textsOf([{ text: 'Once.' }]), [{ text: 'Once.' }]);
  assert.deepEqual(await textsOf([{ conversations: [{ from: 'human', value: 'Sky?' }] }]), [
    { messages: [user('Sky?')] },
  ]);
  assert.deepEqual(await textsOf([{ instruction: 'Sky?', input: '', output: 'Blue.' }]), [
    { prompt: 'Sky?', completion: 'Blue.' },
  ]);
  assert.deepEqual(await textsOf([{ prompt: 'Sky?', completion: 'Blue.' }]), [{ prompt: 'Sky?', completion: 'Blue.' }]);
  assert.deepEqual(await textsOf('Once upon a time.\n\nThe end.\n'), [{ text: 'Once upon a time.\n\nThe end.\n' }]);
});

test('prompts are read from whatever has prompts', async () => {
  const promptsOf = async (rows: object[]) => (await readPrompts(write('prompts.jsonl', rows))).prompts;
  assert.deepEqual(await promptsOf([{ id: 1, prompt: 'Sky?' }]), [{ id: '1', prompt: 'Sky?' }]);
  assert.deepEqual(await promptsOf([{ question_id: 3, question: 'Sky?' }]), [{ id: '3', prompt: 'Sky?' }]);
  assert.deepEqual(await promptsOf([{ prompt: 'Sky?', chosen: 'Blue.', rejected: 'Green.' }]), [{ prompt: 'Sky?' }]);
});

test('what a file holds is told from its content', async () => {
  const kinds: [object, string][] = [
    [{ prompt: 'Sky?', chosen: 'Blue.', rejected: 'Green.' }, 'pairs'],
    [arena('model_a'), 'pairs'],
    [{ prompt: 'Sky?', response_a: 'Blue.', response_b: 'Green.', winner: 'model_a' }, 'comparisons'],
    [{ prompt: 'Sky?', completion: 'Blue.', label: true }, 'unpaired'],
    [{ prompt: 'Sky?', completion: 'Blue.' }, 'texts'],
    [{ prompt: 'Sky?' }, 'prompts'],
  ];
  for (const [row, kind] of kinds) assert.equal(await recogniseKind(write('pairs.parquet', [row])), kind);
});
