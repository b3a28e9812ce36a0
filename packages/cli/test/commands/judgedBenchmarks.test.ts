import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { startChat } from '../../../preferences/test/judges/chatServer.ts';
import { attune } from '../train/attune.ts';
import { workshop, writeLines } from '../train/fixture.ts';
import { readLines } from './lines.ts';

const root = workshop();
const path = (name: string): string => join(root, name);

async function done(...args: string[]) {
  const { code, stdout, stderr } = await attune(...args);
  assert.equal(code, 0, stderr);
  return stdout;
}

test('AlignBench from its own questions: a judge is asked with the preset, its scores and failures are evaluated', async (t) => {
  const categories = ['数学计算', '逻辑推理', '基本任务', '中文理解', '综合问答', '文本写作', '角色扮演', '专业能力'];
  const subcategories = ['初等数学', '推理', '翻译', '字词理解', '寻求建议', '创意文体写作', '功能类', '历史'];
  const questions = categories.flatMap((category, c) =>
    [1, 2, 3].map((i) => ({
      question_id: 10 * c + i,
      category,
      subcategory: subcategories[c]!,
      question: `第${10 * c + i}个问题？`,
      reference: '参考。',
      evidences: null,
    })),
  );
  writeLines(path('alignbench.jsonl'), questions);
  const sampled = questions.map(({ question_id }) => ({
    id: String(question_id),
    index: 0,
    text: `回答${question_id}。`,
  }));
  writeLines(path('glm.jsonl'), sampled);
  // Each question is scored by its number's last digit, but the third of each category without a score that can be read.
  const server = await startChat(({ body }) => {
    const last = Number(/回答\d*(\d)。/.exec(body.messages.at(-1)!.content)![1]);
    return last === 3 ? "不好说。{'综合得分': 11}" : `分析。\n{'事实正确性': 9, '综合得分': ${last}}`;
  });
  t.after(server.stop);
  const files = [
    '--prompts',
    path('alignbench.jsonl'),
    '--responses',
    path('glm.jsonl'),
    '--out',
    path('judged.jsonl'),
  ];
  await done('judge', '--judge', server.url, '--judge-model', 'm', '--preset', 'alignbench', ...files);
  const asked = server.asked.map(({ body }) => body.messages.map(({ content }) => content).join('\n'));
  assert.equal(asked.filter((text) => text.includes('\n参考。\n')).length, 24);
  const judgments = [path('judged.jsonl'), path('judged.jsonl.failures.jsonl')];
  const stdout = await done(
    'eval',
    'alignbench',
    '--questions',
    path('alignbench.jsonl'),
    '--judgments',
    ...judgments,
    '--json',
  );
  const { systems } = JSON.parse(stdout);
  assert.equal(systems.length, 1);
  const [{ system, total, failures, missing, dimensions }] = systems;
  assert.deepEqual([system, total.mean, total.n, missing], ['glm', 1.5, 16, []]);
  assert.deepEqual(
    failures.map(({ id }: { id: string }) => id),
    questions.map(({ question_id }) => String(question_id)).filter((id) => id.endsWith('3')),
  );
  assert.equal(dimensions.find(({ name }: { name: string }) => name === '事实正确性').score.mean, 9);
});

test('MT-bench from its questions: turn by turn, then judged by the last answer and scored by turn', async (t) => {
  writeLines(path('mt.jsonl'), [
    { question_id: 81, category: 'writing', turns: ['Write a line.', 'Now a shorter one.'] },
    { question_id: 111, category: 'math', turns: ['2 + 2?', 'And 3 + 3?'] },
  ]);
  const prepare = (...args: string[]) => done('data', 'mt-bench', path('mt.jsonl'), ...args, '--json');
  assert.equal(JSON.parse(await prepare(path('turn-1.jsonl'))).prompts, 2);
  const answered = (name: string, texts: string[]) =>
    writeLines(
      path(name),
      texts.map((text, i) => ({ id: i === 0 ? '81' : '111', index: 0, text })),
    );
  answered('ours.jsonl', ['Here is a line.', '4']);
  await prepare(path('turn-2.jsonl'), '--answers', path('ours.jsonl'));
  assert.deepEqual(
    readLines(path('turn-2.jsonl')).map(({ prompt }) => prompt.length),
    [3, 3],
  );
  answered('second.jsonl', ['A line.', '6']);
  writeLines(path('references.jsonl'), [{ question_id: 111, choices: [{ turns: ['It is 4.', 'It is 6.'] }] }]);
  const answers = ['--answers', path('ours.jsonl'), path('second.jsonl'), '--references', path('references.jsonl')];
  const { source, withReference } = JSON.parse(await prepare(path('answers.jsonl'), ...answers));
  assert.deepEqual([source, withReference], ['ours', 2]);
  const server = await startChat(({ body }) => {
    const text = body.messages.map(({ content }) => content).join('\n');
    if (text.includes('It is 4.')) return 'Right. [[10]]';
    return text.includes("assistant's last answer") ? 'Short. [[9]]' : 'Fine. [[6]]';
  });
  t.after(server.stop);
  const files = ['--data', path('answers.jsonl'), '--out', path('rated.jsonl')];
  await done('judge', '--judge', server.url, '--judge-model', 'm', '--preset', 'mt-bench-single', ...files);
  const stdout = await done(
    ...['eval', 'mt-bench', '--questions', path('mt.jsonl'), '--judgments', path('rated.jsonl'), '--json'],
  );
  const [{ system, turns, overall, categories }] = JSON.parse(stdout).systems;
  assert.deepEqual([system, turns[1].mean, turns[2].mean, overall.mean], ['ours', 8, 9.5, 8.75]);
  assert.deepEqual([categories.writing.mean, categories.math.mean], [7.5, 10]);
});

test('Arena-Hard in both orders: much better counts three times', async (t) => {
  const prompts = ['one', 'two'].map((id) => ({ id, prompt: `Do ${id}.` }));
  const responses = (text: string) => prompts.map(({ id }) => ({ id, index: 0, text: `${text} ${id}` }));
  writeLines(path('prompts.jsonl'), prompts);
  writeLines(path('ours.jsonl'), responses('ours'));
  writeLines(path('base.jsonl'), responses('base'));
  // Ours is much better at the first prompt, and a little worse at the second, whichever is shown first.
  const server = await startChat(({ body }) => {
    const text = body.messages.at(-1)!.content;
    const isFirst = text.indexOf('ours') < text.indexOf('base');
    if (text.includes('Do one')) return isFirst ? '[[A>>B]]' : '[[B>>A]]';
    return isFirst ? '[[B>A]]' : '[[A>B]]';
  });
  t.after(server.stop);
  const between = ['--responses', path('ours.jsonl'), '--against', path('base.jsonl'), '--out', path('games.jsonl')];
  const judge = ['judge', '--judge', server.url, '--judge-model', 'm', '--preset', 'arena-hard'];
  await done(...judge, '--prompts', path('prompts.jsonl'), ...between);
  const { system, score, questions, games } = JSON.parse(
    await done('eval', 'arena-hard', '--data', path('games.jsonl'), '--json'),
  );
  assert.deepEqual([system, score, questions, games], ['ours', (100 * 6) / 8, 2, 4]);
});
