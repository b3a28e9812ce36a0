import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { alignBench } from '../../../src/judges/index.ts';
import { alignBenchDimensions, alignBenchType, alignBenchTypes } from '../../../src/judges/presets/alignBenchTypes.ts';
import { sharedData } from '../../files.ts';
import { said } from './reply.ts';

const folder = join(sharedData, 'alignbench');
const json = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'));

/** A question of mathematics: four dimensions, of logical reasoning. */
const question = { prompt: '2 + 2 = ?', response: '5', reference: '4', subcategory: '初等数学' };
const read = (text: string) => alignBench.read(said(text), question);

test('every sub-category has a type, every type its dimensions, as in the configuration of the benchmark', (t) => {
  if (!existsSync(folder)) return t.skip('the shared data are not here');
  const mapping: Record<string, string> = json('subcategory_question_mapping.json');
  const sets: Record<string, string[]> = json('dimension_set.json');
  const defined = Object.keys(json('dimension_definition.json'));
  assert.equal(Object.keys(mapping).length, 36);
  assert.deepEqual(
    new Set(alignBenchTypes.flatMap(({ subcategories }) => subcategories)),
    new Set(Object.keys(mapping)),
  );
  for (const [subcategory, type] of Object.entries(mapping)) {
    assert.equal(alignBenchType(subcategory).name, type);
    assert.deepEqual(alignBenchType(subcategory).dimensions, sets[type]);
  }
  for (const dimension of Object.keys(alignBenchDimensions)) assert.ok(defined.includes(dimension), dimension);
});

test('no definition is the benchmark’s own', (t) => {
  if (!existsSync(folder)) return t.skip('the shared data are not here');
  const theirs = Object.values(json('dimension_definition.json') as Record<string, string>).join('\n');
  for (const ours of Object.values(alignBenchDimensions)) {
    for (let at = 0; at + 12 <= ours.length; at++) assert.ok(!theirs.includes(ours.slice(at, at + 12)), ours);
  }
});

test('all questions of both versions can be asked, in their own dimensions and no others', (t) => {
  if (!existsSync(folder)) return t.skip('the shared data are not here');
  for (const version of ['1.0', '1.1']) {
    const lines = readFileSync(join(folder, `alignbench_v${version}.jsonl`), 'utf8')
      .trimEnd()
      .split('\n');
    assert.equal(lines.length, 683);
    for (const line of lines) {
      const { question: prompt, reference, category, subcategory } = JSON.parse(line);
      const { messages } = alignBench.request({ prompt, response: '不知道。', reference, category, subcategory });
      const [system, user] = messages.map(({ content }) => content) as [string, string];
      for (const text of [prompt, reference, '不知道。']) assert.ok(user.includes(`\n${text}\n`));
      for (const dimension of Object.keys(alignBenchDimensions)) {
        const asked = (alignBenchType(subcategory).dimensions as readonly string[]).includes(dimension);
        assert.equal(system.includes(`'${dimension}': 分数`), asked, `${subcategory}: ${dimension}`);
      }
    }
  }
});

test('the rules of scoring are told: bands, what dominates, and that the reference is worth 8', () => {
  const { content } = alignBench.request(question).messages[0]!;
  for (const rule of [
    '1 到 2 分',
    '3 到 4 分',
    '5 到 6 分',
    '7 到 8 分',
    '9 到 10 分',
    '参考答案本身相当于 8 分',
    '严格',
  ]) {
    assert.ok(content.includes(rule), rule);
  }
});

test('a question without a reference, or of an unknown sub-category, is not asked', () => {
  const { reference: _, ...without } = question;
  assert.throws(() => alignBench.request(without), /reference of an AlignBench question is undefined/);
  assert.throws(
    () => alignBench.request({ ...question, subcategory: '初级数学' }),
    /one of its 36 \(did you mean 初等数学\?\)/,
  );
});

test('any scores from 1 to 10 are read back as they were written', () => {
  const score = fc.integer({ min: 1, max: 10 });
  fc.assert(
    fc.property(score, score, score, score, score, (a, b, c, d, overall) => {
      const dimensions = { 事实正确性: a, 满足用户需求: b, 逻辑连贯性: c, 完备性: d };
      const entries = [...Object.entries(dimensions), ['综合得分', overall]];
      const text = `回答有误。\n{${entries.map(([name, value]) => `'${name}': ${value}`).join(', ')}}`;
      assert.deepEqual(read(text), { score: overall, dimensions });
      assert.deepEqual(read(`\`\`\`json\n${JSON.stringify(Object.fromEntries(entries), null, 2)}\n\`\`\``), {
        score: overall,
        dimensions,
      });
    }),
  );
});

test('scores are read whatever the punctuation', () => {
  const dimensions = { 事实正确性: 6, 完备性: 7 };
  for (const text of [
    "{'事实正确性': 6, '完备性': 7, '综合得分': 6}",
    '{‘事实正确性’：6，‘完备性’：7，‘综合得分’：6}',
    '｛“事实正确性”：6，“完备性”：7，“综合得分”：6｝',
    '{"事实正确性": "6", "完备性": "7", "综合得分": "6"}',
    '{事实正确性: 6分, 完备性: 7 分, 综合得分: 6/10}',
    "{\n  '事实正确性': 6,\n  '完备性': 7,\n  '综合得分': 6\n}",
    "{'事实正确性': 6, '完备性': 7, **'综合得分'**: **6**}",
  ]) {
    assert.deepEqual(read(text), { score: 6, dimensions }, text);
  }
});

test('of several dictionaries the last one counts', () => {
  assert.equal(read("{'综合得分': 9}\n再想一想：{'综合得分': 4}")?.score, 4);
});

test('the overall score may stand outside the dictionary, if the reply gives it once', () => {
  assert.deepEqual(read("{'事实正确性': 5}\n综合得分：5"), { score: 5, dimensions: { 事实正确性: 5 } });
  assert.deepEqual(read('综合得分: 5'), { score: 5, dimensions: {} });
  assert.equal(read('综合得分: 5 还是 综合得分: 6？'), undefined);
});

test('dimensions of another name are left out, the overall score stands', () => {
  assert.deepEqual(read("{'正确性': 8, '完备性': 11, '创造性': 5, '综合得分': 7}"), { score: 7, dimensions: {} });
});

test('what is no whole number from 1 to 10 is no score', () => {
  for (const score of ['11', '0', '-1', '7.5', '9-10', '八', '', 'null', '7 或 8', '1000']) {
    assert.equal(read(`{'事实正确性': 6, '综合得分': ${score}}`), undefined, score);
  }
  assert.equal(read("{'综合得分': 6, '综合得分': 7}"), undefined);
});

test('a reply that is cut off, or says no overall score, gives none', () => {
  assert.equal(read("{'事实正确性': 6, '综合得分': 1"), undefined); // perhaps it was going to be 10
  assert.equal(read("综合得分：6\n{'事实正确性': 6, "), undefined);
  assert.equal(alignBench.read(said("{'综合得分': 6}", { whole: false }), question), undefined);
  for (const none of ['', '很好的回答。', "{'事实正确性': 6}", '{}', '抱歉，我不能评价。']) {
    assert.equal(read(none), undefined, none);
  }
});

test('no text makes the reader throw', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '综合得分',
    '事实正确性',
    ':',
    '：',
    '7',
    "'",
    '\n',
    ',',
    '｛',
    '｝',
    '-',
    '.',
    '分',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const score = read(pieces.join(''))?.score;
      assert.ok(score === undefined || (score >= 1 && score <= 10 && Number.isInteger(score)));
    }),
    { numRuns: 500 },
  );
});
