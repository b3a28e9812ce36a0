import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { judgedPairs } from '../../../src/evals/judges/items.ts';
import { positionBias } from '../../../src/evals/judges/positionBias.ts';
import { decisionsOf } from '../../../src/evals/judges/verdicts.ts';
import { type Comparison, readComparisons, readJudgeResults } from '../../../src/index.ts';
import { published } from './published.ts';

// Li et al. 2023's repository, codes/leaderboard/README.md, prints these for its own two files of verdicts
const groups = {
  '73.61': 'post_summarization text_summarization note_summarization',
  '69.44': 'math_reasoning solving_exam_question_with_math solving_exam_question_without_math',
  '75.83': 'code_simplification code_generation explaining_code code_correction_rewriting code_to_code_translation',
  '74.17': 'text_simplification language_polishing instructional_rewriting text_correction paraphrasing',
  '87.04':
    'writing_song_lyrics writing_social_media_post writing_blog_post writing_personal_essay creative_writing ' +
    'writing_advertisement writing_marketing_materials writing_presentation_script counterfactual',
  '81.67':
    'writing_product_description writing_job_application writing_news_article writing_biography writing_email ' +
    'writing_legal_document writing_technical_document writing_scientific_paper functional_writing writing_cooking_recipe',
  '92.36':
    'asking_how_to_question open_question analyzing_general explaining_general seeking_advice recommendation ' +
    'value_judgement verifying_fact chitchat roleplay planning brainstorming',
  '86.36':
    'ranking text_to_text_translation data_analysis classification_identification title_generation ' +
    'question_generation reading_comprehension keywords_extraction information_extraction topic_modeling others',
};

/** A pair that has nothing but its place among the 1,392; of those whose text is not here no more is needed. */
const inPlace = (place: number, choice: Comparison['choice']): Comparison => ({
  id: String(place),
  prompt: [{ role: 'user', content: String(place) }],
  responses: [
    { id: 'a', text: 'first' },
    { id: 'b', text: 'second' },
  ],
  choice,
  judge: 'human',
});

test('Auto-J: its consistency overall and in all eight groups as published, and its agreement where labels are here', async (t) => {
  const [tests, given, turned] = [
    published(t, 'auto-j/testdata_pairwise.jsonl.gz'),
    published(t, 'auto-j/pairwise_example_output.jsonl'),
    published(t, 'auto-j/pairwise_exchange_example_output.jsonl'),
  ];
  if (!tests || !given || !turned) return;
  const rows = gunzipSync(readFileSync(tests)).toString().trimEnd().split('\n');
  const scenarios = rows.map((row) => (JSON.parse(row) as { scenario: string }).scenario);
  const labels = (await readComparisons(tests)).comparisons;
  // of each three of the 1,392 pairs, which are of one scenario, the first two are here
  const people = labels.map(({ choice }, i) => inPlace(3 * Math.floor(i / 2) + (i % 2), choice));
  const items = Array.from({ length: 1392 }, (_, place) => inPlace(place, 'skip'));
  const read = async (path: string, exchanged: boolean) =>
    (await readJudgeResults(path, { items, exchanged, judge: 'Auto-J' }))!.comparisons;
  const results = [...(await read(given, false)), ...(await read(turned, true))];
  const consistency = (comparisons: readonly Comparison[]) => {
    const { share, n } = positionBias(judgedPairs(comparisons), 'Auto-J').consistency!;
    return [(100 * share).toFixed(2), n];
  };
  assert.deepEqual(consistency(results), ['83.41', 1392]);
  for (const [expected, names] of Object.entries(groups)) {
    const scenarioOf = ({ id }: Comparison) => scenarios[2 * Math.floor(Number(id) / 3)]!;
    const among = results.filter((one) => names.split(' ').includes(scenarioOf(one)));
    assert.deepEqual(consistency(among), [expected, 24 * names.split(' ').length]);
  }
  // an agreement counts if both orders agree with the label. 54.96 % is published for all 1,392; of the 928 pairs here it
  // is 489, counted once from the repository's complete file
  const right = judgedPairs(results, people).filter(
    ({ said, people: [label] }) => label && decisionsOf(said.get('Auto-J')!).every((choice) => choice === label),
  );
  assert.equal(right.length, 489);
});
