import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dataFolder } from '../dataFolder.ts';

const { write, text, attune } = dataFolder();

// Two judges whose choices follow a written rule over two properties.
const samples = Array.from({ length: 120 }, (_, i) => ({
  id: `s${i}`,
  prompt: `Question ${i} <b>`,
  response_a: `Answer A ${i}`,
  response_b: `Answer B ${i}`,
  features: { 'rich <i>': (i % 3) - 1, long: ((i * 7) % 5) - 2 },
  group: i < 60 ? 'Code' : 'Advice',
}));
write('samples.jsonl', samples);
write(
  'features.jsonl',
  samples.map(({ id, features, group }) => ({ id, features, group })),
);
const labels = (judge: string, sign: number) =>
  samples.map(({ id, features }, i) => ({
    judge,
    id,
    label: sign * features.long + ((i * 13) % 4) - 1.5 > 0 ? 'A' : 'B',
  }));
write('labels.jsonl', [...labels('one', 1), ...labels('two', -1)]);

const plain = (page: string): string => page.replaceAll('\u00a0', ' ');

test('what dissect fit found becomes a page with intervals, samples and what judges said of them, in both languages', async () => {
  const sources = ['--features', 'features.jsonl', '--labels', 'labels.jsonl'];
  const quick = ['--draws', '100', '--warmup', '50', '--folds', '2', '--min-samples', '10', '--workers', '1'];
  const fitted = await attune('dissect', 'fit', ...sources, '--groups', '--out', 'weights.jsonl', ...quick);
  assert.equal(fitted.status, 0, fitted.stderr);
  for (const [language, title] of [
    ['en', 'What one and two prefer'],
    ['zh', 'one和two偏好什么'],
  ]) {
    const { status, stdout, stderr } = await attune(
      ...['dissect', 'report', '--weights', 'weights.jsonl', ...sources, '--data', 'samples.jsonl', '--out', 'r.html'],
      ...['--language', language!, '--sample', 's5', '7', '--json'],
    );
    assert.equal(status, 0, stderr);
    const { judges, groups, shown } = JSON.parse(stdout);
    assert.deepEqual([judges, groups, shown], [2, 2, ['one', 'two']]);
    const page = text('r.html');
    assert.match(page, new RegExp(`<h1>${title}</h1>`));
    for (const said of ['Question 5 &lt;b&gt;', 'Question 7 &lt;b&gt;', 'rich &lt;i&gt;', 'class="half"']) {
      assert.ok(page.includes(said), said);
    }
    assert.doesNotMatch(page, /NaN|undefined|Infinity|<script/);
  }
});

test('comparisons that were annotated and fitted give the page its texts too', async () => {
  write(
    'comparisons.jsonl',
    samples.map(({ id, prompt, response_a, response_b }) => ({
      ...{ id, prompt: [{ role: 'user', content: prompt }], choice: 'a', judge: 'one' },
      responses: [response_a, response_b].map((said, i) => ({ id: `${id}-${i}`, text: said })),
    })),
  );
  const { status, stderr } = await attune(
    ...['dissect', 'report', '--weights', 'weights.jsonl', '--features', 'features.jsonl', '--sample', 's5'],
    ...['--data', 'comparisons.jsonl', '--out', 'compared.html'],
  );
  assert.equal(status, 0, stderr);
  for (const said of ['Question 5 &lt;b&gt;', 'Answer B 5']) assert.ok(text('compared.html').includes(said), said);
});

test('weights, features, texts and labels that do not belong together are refused, and nothing is written', async () => {
  const line = (judge: string, names: readonly string[]) => ({
    ...{ judge, group: 'Code' },
    properties: names.map((name) => ({ name, mean: 0.1 })),
  });
  write('own.jsonl', [line('one', ['rich <i>', 'long'])]);
  write('strange.jsonl', [line('one', ['other', 'long'])]);
  write('few.jsonl', samples.slice(1));
  write('shuffled.jsonl', [samples[1]!, samples[0]!, ...samples.slice(2)]);
  const refused = async (message: RegExp, weights: string, ...more: string[]) => {
    const { status, stderr } = await attune('dissect', 'report', '--weights', weights, '--out', 'no.html', ...more);
    assert.equal(status, 2, stderr);
    assert.match(stderr, message);
  };
  const features = ['--features', 'features.jsonl'];
  await refused(/has features of rich <i>, long; the weights are of other, long/, 'strange.jsonl', ...features);
  await refused(/has 119 samples; expected 120/, 'own.jsonl', ...features, '--data', 'few.jsonl');
  await refused(/at position 0 \(from 0\) has the id s1; .* s0/, 'own.jsonl', ...features, '--data', 'shuffled.jsonl');
  await refused(/--data tells of samples, which --features has/, 'own.jsonl', '--data', 'samples.jsonl');
  await refused(/--judges: nobody has no weights there. There are one/, 'own.jsonl', '--judges', 'nobody');
  await refused(/--sample s999: .* has no such id/, 'own.jsonl', ...features, '--sample', 's999');
  await refused(/there is no AB.jsonl/, 'own.jsonl', '--logprobs', '.');
  await refused(/there is no folder/, 'own.jsonl', '--out', 'nowhere/no.html');
});

const published = join(import.meta.dirname, '../../../../../../shared/data/dissection');

test('the study’s own weights give its figures: Figure 1, the kinds of judges, strength before and after', async (t) => {
  if (!existsSync(published)) return t.skip('needs ../shared/data/dissection');
  const at = (name: string) => join(published, name);
  const { status, stderr } = await attune(
    ...['dissect', 'report', '--weights', at('fitted_paras_comparison'), '--logprobs', at('first_token_logprobs')],
    ...['--judges', 'human', 'gpt-4-1106-preview', 'llama-2-70b-chat', '--out', 'study.html'],
  );
  assert.equal(status, 0, stderr);
  const page = plain(text('study.html'));
  const [communication] = /<b>Communication<\/b>.*?<\/figure>/s.exec(page)!;
  // Figure 1, as read off the picture to half a percent
  for (const [who, p] of [
    ['human, lengthy', 62],
    ['human, friendly', 59],
    ['human, admit limits', 39],
    ['gpt-4-1106-preview, no severe errors', 78],
    ['gpt-4-1106-preview, contain rich info', 68.5],
    ['llama-2-70b-chat, contain rich info', 73],
    ['llama-2-70b-chat, friendly', 67],
  ] as const) {
    const found = Number(new RegExp(`<title>${who}: ([\\d.]+)</title>`).exec(communication!)![1]);
    assert.ok(Math.abs(found - p) <= 0.51, `${who}: ${found}`);
  }
  const kind = (name: string) => new RegExp(`>${name} \\(\\d+\\)</span>.*?<b[^>]*>([\\d.]+)</b>`, 's').exec(page)![1];
  assert.deepEqual([kind('within up to 14B'), kind('within over 30B')], ['0.83', '0.88']); // section 4.2 of the paper
  assert.match(page, /<span class="label">across<\/span>.*?>0\.74</s);
  assert.match(page, /nothing is known of how uncertain they are/);
  assert.match(page, /qwen-72b: 2\.24 \(/); // the strongest of the pretrained, by the paper
});
