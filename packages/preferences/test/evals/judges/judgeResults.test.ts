import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Comparison, readComparisons, readJudgeResults } from '../../../src/index.ts';
import { fileWriter, temporaryFolder } from '../../files.ts';
import { compared } from '../comparison.ts';

const write = fileWriter(temporaryFolder());

/** What a comparison is about, who said what, and what it saw first. */
const told = ({ id, judge, choice, shownFirst, responses }: Comparison) =>
  [id, judge, choice, shownFirst, responses[0].text].join(' ');

const items = [compared('x', 'a', { texts: ['x1', 'x2'] }), compared('y', 'b', { texts: ['y1', 'y2'] })];

test('LLMBar: two verdicts of a line, on the item in that place; what could not be read is a skip', async () => {
  const game = (given: unknown, exchanged: unknown) => ({
    'swap = False': { winner: given, completion: ['Output (a)', 'stop'] },
    'swap = True': { winner: exchanged },
  });
  const file = write('GPT-4.CoT.result.jsonl', [
    { index: 1, label: 2, results: [['its own answer', 'stop'], game('2', '1')] },
    { index: 0, label: 1, results: [game('1', null)] },
  ]);
  const { comparisons, skipped } = (await readJudgeResults(file, { items }))!;
  assert.deepEqual(comparisons.map(told), [
    'y GPT-4.CoT b a y1',
    'y GPT-4.CoT a b y1',
    'x GPT-4.CoT a a x1',
    'x GPT-4.CoT skip b x1',
  ]);
  assert.deepEqual(skipped, []);
});

test('JudgeBench: the second decision is about exchanged responses; null is a skip', async () => {
  const file = write('o1-mini.jsonl', [
    { pair_id: 'x', judgments: [{ decision: 'A>B', scores: [2, 1] }, { decision: 'A>B' }] },
    { pair_id: 'y', judgments: [{ decision: 'A=B' }, null] },
    { pair_id: 'y', judgments: [{ decision: null }] },
  ]);
  const { comparisons } = (await readJudgeResults(file, { items }))!;
  assert.deepEqual(comparisons.map(told), [
    'x o1-mini a a x1',
    'x o1-mini b b x1',
    'y o1-mini tie a y1',
    'y o1-mini skip b y1',
    'y o1-mini skip a y1',
  ]);
});

test("PandaLM: by the number of the row, GPT's words and its own model's numbers", async () => {
  const people = ['0-1', '0-2', '7-1'].map((id) => ({ ...items[0]!, id }));
  const gpt = write(
    'gpt-3.5.json',
    JSON.stringify([
      { idx: 7, gpt_result: 'Tie' },
      { idx: 0, gpt_result: 'garbage' },
    ]),
  );
  const own = write('pandalm.jsonl', [
    { idx: 0, pandalm_result: 2 },
    { idx: 7, pandalm_result: 0 },
  ]);
  const read = async (file: string) => (await readJudgeResults(file, { items: people }))!.comparisons.map(told);
  assert.deepEqual(await read(gpt), ['7-1 gpt-3.5 tie a x1', '0-1 gpt-3.5 skip a x1']);
  assert.deepEqual(await read(own), ['0-1 pandalm b a x1', '7-1 pandalm tie a x1']);
});

test('Auto-J: in the order of the items, turned back where the responses were exchanged', async () => {
  const file = write('outputs.jsonl', [{ output: 0 }, { output: 2 }]);
  const read = async (exchanged?: boolean) =>
    (await readJudgeResults(file, { items, exchanged, judge: 'Auto-J' }))?.comparisons.map(told);
  assert.deepEqual(await read(false), ['x Auto-J a a x1', 'y Auto-J tie a y1']);
  assert.deepEqual(await read(true), ['x Auto-J b b x1', 'y Auto-J tie b y1']);
  assert.equal(await read(), undefined); // the file does not say which of the two it is
  const damaged = write('damaged.jsonl', [{ output: 7 }, { output: 1 }]);
  const { comparisons } = (await readJudgeResults(damaged, { items, exchanged: false, onError: 'skip' }))!;
  assert.deepEqual(comparisons.map(told), ['y damaged b a y1']);
});

test('verdicts about no item, and lines that are none, are errors with their line; or listed', async () => {
  const file = write('strange.jsonl', [
    { pair_id: 'x', judgments: [{ decision: 'A>B' }] },
    { pair_id: 'z', judgments: [{ decision: 'A>B' }] },
    { pair_id: 'y', judgments: [{ decision: 'A>>B' }] },
  ]);
  await assert.rejects(readJudgeResults(file, { items }), {
    code: 'bad_data',
    message: /line 2: is about item "z", which is not there.*line 3: "judgments\[0\]\.decision" is "A>>B"/s,
  });
  const { comparisons, skipped } = (await readJudgeResults(file, { items, onError: 'skip' }))!;
  assert.deepEqual([comparisons.length, skipped.map(({ line }) => line)], [1, [2, 3]]);
});

test('without items it is said that they are in the file of the benchmark', async () => {
  const file = write('alone.jsonl', [{ pair_id: 'x', judgments: [{ decision: 'A>B' }] }]);
  await assert.rejects(readJudgeResults(file, { items: [] }), {
    code: 'bad_data',
    message: /verdicts without texts, and no items are given: the benchmark's own file has them/,
  });
});

test('a file of anything else is not such a file', async () => {
  assert.equal(await readJudgeResults(write('comparisons.jsonl', items), { items }), undefined);
});

const answers = (a: string, b: string) =>
  `[The Start of Assistant A's Answer]\n${a}\n[The End of Assistant A's Answer]\n\n` +
  `[The Start of Assistant B's Answer]\n${b}\n[The End of Assistant B's Answer]`;
const game = (more: object) => ({
  question_id: 81,
  model_1: 'sft',
  model_2: 'dpo',
  g1_winner: 'model_1',
  g2_winner: 'tie',
  judge: ['gpt-4', 'pair-v2'],
  turn: 1,
  ...more,
});

test('MT-Bench: two comparisons of each game, with the texts that the judge was shown', async () => {
  const reference = '[The Start of Reference Answer]\n4\n[The End of Reference Answer]\n\n';
  const file = write('pair.jsonl', [
    game({ g1_user_prompt: `[User Question]\nWhy?\n\n${answers('So.\n\nYes.', 'No.')}`, tstamp: 1.5 }),
    game({
      question_id: 9,
      g2_winner: 'error',
      g1_user_prompt: `[User Question]\n2 + 2?\n\n${reference}${answers('4', '5')}`,
    }),
  ]);
  const { comparisons, format } = await readComparisons(file);
  assert.equal(format, 'MT-Bench');
  assert.deepEqual(comparisons.map(told), [
    '81-1-1 gpt-4 a a So.\n\nYes.',
    '81-1-2 gpt-4 tie b So.\n\nYes.',
    '9-1-1 gpt-4 a a 4',
    '9-1-2 gpt-4 skip b 4',
  ]);
  assert.deepEqual(comparisons[2]!.prompt, [{ role: 'user', content: '2 + 2?' }]);
  assert.deepEqual([comparisons[0]!.responses[1].source, comparisons[0]!.at], ['dpo', '1970-01-01T00:00:01.500Z']);
});

test('MT-Bench: of a second turn the answers are conversations, without the letters of the assistants', async () => {
  const conversation = (side: string, ...texts: string[]) =>
    `<|The Start of Assistant ${side}'s Conversation with User|>\n\n### User:\nWhy?\n\n### Assistant ${side}:\n${texts[0]}` +
    `\n\n### User:\nAnd?\n\n### Assistant ${side}:\n${texts[1]}\n\n<|The End of Assistant ${side}'s Conversation with User|>`;
  const shown = `${conversation('A', 'So.', 'Well.')}\n\n\n${conversation('B', 'No.', 'Then.')}`;
  const { comparisons } = await readComparisons(write('turns.jsonl', [game({ turn: 2, g1_user_prompt: shown })]));
  const [{ prompt, responses }] = comparisons as [Comparison];
  assert.deepEqual(prompt, [{ role: 'user', content: 'Why?' }]);
  assert.equal(responses[1].text, '### User:\nWhy?\n\n### Assistant:\nNo.\n\n### User:\nAnd?\n\n### Assistant:\nThen.');
  await assert.rejects(readComparisons(write('other.jsonl', [game({ g1_user_prompt: 'A or B?' })])), {
    message: /line 1: "g1_user_prompt" is not in the form of FastChat's pairwise templates/,
  });
});
