import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataFolder } from './dataFolder.ts';

const { attune, text, write } = dataFolder();

/** Runs `attune eval …` in the folder. */
const evaluate = (...args: string[]) => attune('eval', ...args);

const categories = ['数学计算', '逻辑推理', '基本任务', '中文理解', '综合问答', '文本写作', '角色扮演', '专业能力'];
const alignBench = write(
  'alignbench.jsonl',
  categories.flatMap((category, c) =>
    [1, 2].map((i) => ({
      question_id: 10 * c + i,
      category,
      subcategory: ['初等数学', '推理', '翻译', '字词理解', '寻求建议', '创意文体写作', '功能类', '历史'][c],
      question: '问',
      reference: '答',
    })),
  ),
);

/** The category's place plus one, for both of its questions. */
const scores = categories.flatMap((_, c) => [1, 2].map((i) => ({ id: 10 * c + i, score: c + 1 })));

test('eval alignbench --json has the benchmark’s means: reasoning of two, language of six, the total of both', async () => {
  const { status, stdout } = await evaluate(
    'alignbench',
    '--questions',
    alignBench,
    '--judgments',
    write('s.jsonl', scores),
    '--json',
  );
  assert.equal(status, 0);
  const [{ total, reasoning, language, categories: means, failures }] = JSON.parse(stdout).systems;
  assert.deepEqual([reasoning.mean, language.mean, total.mean], [1.5, 5.5, 3.5]);
  assert.deepEqual([means.mathematics.score.mean, means.professional.score.mean, failures], [1, 8, []]);
});

test('eval alignbench shows what could not be read, with ids, and the questions without a reply', async () => {
  const spoiled = [
    { id: 1, reply: "不错。{'事实正确性': 8, '综合得分': 11}" },
    { id: 2, reply: "{'事实正确性': 8, '综合得分': 7}" },
    ...scores.slice(2, -1),
  ];
  const { stdout } = await evaluate(
    'alignbench',
    '--questions',
    alignBench,
    '--judgments',
    write('spoiled.jsonl', spoiled),
    '--out',
    'rows.csv',
  );
  assert.match(stdout, /^ {4}mathematics 数学计算 +7\.00 .* 1 +1$/m);
  assert.match(stdout, /^1 reply without a score, in no mean:\n {2}1 \(初等数学\): .*'综合得分': 11\}$/m);
  assert.match(stdout, /^14 replies score not every dimension of their type: 2, 11,/m);
  assert.match(stdout, /^1 of 16 questions have no reply: 72$/m);
  const [head, total] = text('rows.csv').split('\n');
  assert.match(head!, /^system,level,name,score,/);
  assert.match(total!, /^,total,total,/);
});

test('a judge’s text cannot steer the terminal', async () => {
  const reply = '\u001b[2J\u001b]0;owned\u0007\u202eno score';
  const { stdout } = await evaluate(
    'alignbench',
    '--questions',
    alignBench,
    '--judgments',
    write('esc.jsonl', [{ id: 1, reply }]),
  );
  assert.match(stdout, /1 \(初等数学\): \[2J \]0;owned no score/);
  assert.doesNotMatch(stdout, /[^\P{Cc}\n]|\p{Cf}/u);
});

test('eval alignbench sets several systems side by side, the best first', async () => {
  const both = ['one', 'two'].flatMap((source, s) => scores.map(({ id, score }) => ({ id, source, score: score + s })));
  const { stdout } = await evaluate('alignbench', '--questions', alignBench, '--judgments', write('both.jsonl', both));
  assert.match(stdout, /^one\n[\s\S]*^two\n/m);
  assert.match(
    stdout,
    /^system +total +reasoning +language[\s\S]*^two +4\.50 +2\.50 +6\.50[\s\S]*^one +3\.50 +1\.50 +5\.50/m,
  );
});

const mtBench = write('mt.jsonl', [
  { question_id: 81, category: 'writing', turns: ['Write.', 'Shorter.'] },
  { question_id: 111, category: 'math', turns: ['2 + 2?', 'And 3 + 3?'] },
]);

test('eval mt-bench averages ratings by turn and category, and pairs systems by rating', async () => {
  const rated = [
    { question_id: 81, turn: 1, model: 'new', judgment: 'Good. [[9]]' },
    { question_id: 81, turn: 2, model: 'new', judgment: 'So so. [[5]]' },
    { question_id: 111, turn: 1, model: 'new', judgment: 'No rating' },
    { question_id: 81, turn: 1, model: 'old', judgment: '[[8]]' },
  ];
  const file = write('rated.jsonl', rated);
  const { stdout } = await evaluate('mt-bench', '--questions', mtBench, '--judgments', file);
  assert.match(stdout, /^new +score/m);
  assert.match(stdout, /^all turns +7\.00/m);
  assert.match(stdout, /^1 reply without a score, in no mean:\n {2}111, turn 1: No rating$/m);
  const { systems, pairsByRating } = JSON.parse(
    (await evaluate('mt-bench', '--questions', mtBench, '--judgments', file, '--json')).stdout,
  );
  assert.equal(systems[0].turns[2].mean, 5);
  assert.deepEqual([pairsByRating[0].system, pairsByRating[0].overall.wins, pairsByRating[0].overall.n], ['new', 1, 1]);
});

test('eval mt-bench of comparisons counts a win only where both orders agree', async () => {
  const order = (prompt: string, shownFirst: string, choice: string) => ({
    id: prompt,
    prompt: [{ role: 'user', content: prompt }],
    responses: ['new', 'old'].map((source) => ({ id: source, text: `${source} answer`, source })),
    choice,
    judge: 'gpt',
    shownFirst,
  });
  const rows = [
    order('Write.', 'a', 'a'),
    order('Write.', 'b', 'a'),
    order('2 + 2?', 'a', 'a'),
    order('2 + 2?', 'b', 'b'),
    order('Other', 'a', 'a'),
  ];
  const { stdout } = await evaluate(
    'mt-bench',
    '--questions',
    mtBench,
    '--judgments',
    write('pairs.jsonl', rows),
    '--json',
  );
  const { systems, oneOrder } = JSON.parse(stdout);
  const { wins, ties, losses, winRate } = systems[0].overall;
  assert.deepEqual([systems[0].system, wins, ties, losses, winRate], ['new', 1, 1, 0, 75]);
  assert.equal(systems[0].categories.math.winRate, 50);
  assert.deepEqual(oneOrder, ['Other']);
});

test('what cannot be used ends with 2 and says what was expected', async () => {
  const { status, stderr } = await evaluate('alignbench', '--questions', mtBench, '--judgments', 's.jsonl');
  assert.equal(status, 2);
  assert.match(stderr, /mt\.jsonl: .*\n?.*Each line needs question_id, category, subcategory, question and reference/);
  const nowhere = await evaluate(
    'mt-bench',
    '--questions',
    mtBench,
    '--judgments',
    's.jsonl',
    '--out',
    'none/rows.csv',
  );
  assert.equal(nowhere.status, 2);
  assert.match(nowhere.stderr, /there is no folder none/);
  const strange = await evaluate('mt-bench', '--questions', mtBench, '--judgments', 's.jsonl', '--out', 'rows.cvs');
  assert.equal(strange.status, 2);
  assert.match(strange.stderr, /--out rows\.cvs: the ending says what is written; expected \.csv, \.parquet/);
});

test('--report writes a page about ratings, and says where comparisons have theirs', async () => {
  const file = write('few.jsonl', [{ question_id: 81, model: 'new', judgment: '[[9]]' }]);
  assert.equal(
    (await evaluate('mt-bench', '--questions', mtBench, '--judgments', file, '--report', 'mt.html')).status,
    0,
  );
  assert.match(text('mt.html'), /<h1>MT-bench<[\s\S]*<h2>new</);
  const scored = ['--questions', alignBench, '--judgments', write('s.jsonl', scores), '--report', 'align.html'];
  assert.equal((await evaluate('alignbench', ...scored)).status, 0);
  assert.match(text('align.html'), /Categories[\s\S]*数学计算/);
  const refused = await evaluate(
    'mt-bench',
    '--questions',
    mtBench,
    '--judgments',
    'pairs.jsonl',
    '--report',
    'mt.html',
  );
  assert.equal(refused.status, 2);
  assert.match(refused.stderr, /eval leaderboard --report/);
});
