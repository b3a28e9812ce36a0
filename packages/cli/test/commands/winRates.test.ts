import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import golden from '../../../preferences/test/golden/lengthControlled.json' with { type: 'json' };
import { dataFolder } from './dataFolder.ts';

const { path, write, text, attune } = dataFolder();

const writeText = (name: string, lines: readonly (readonly (string | number | boolean)[])[]): string => {
  writeFileSync(path(name), `${lines.map((cells) => cells.join(',')).join('\n')}\n`);
  return name;
};

/** A text of so many code points, twice as many UTF-16 units and four times as many bytes. */
const long = (codePoints: number): string => '🦉'.repeat(codePoints);

const one = golden.cases[0]!;

// The golden case in AlpacaEval's files: annotations without the baseline's outputs, which stand in a file of their own.
const annotations = write(
  'weaker.annotations.jsonl',
  one.y.map((y, i) => ({
    ...{ index: i, dataset: i < 30 ? 'koala' : 'vicuna', instruction: `Question ${i}`, annotator: 'judge' },
    ...{ generator_1: 'base', generator_2: 'weaker', output_2: long(one.model[i]!), preference: 1 + y },
  })),
);
const outputs = write(
  'outputs.jsonl',
  one.baseline.map((length, i) => ({ instruction: `Question ${i}`, output: long(length), generator: 'base' })),
);
const difficulty = writeText('difficulty.csv', [
  ['index', 'instruction_difficulty'],
  ...golden.difficulty.map((value, i) => [i, value]),
]);
const gamed = writeText('df_gamed.csv', [
  ['model', 'index', 'preference', 'std_delta_len', 'instruction_difficulty', 'not_gamed_baseline'],
  ...golden.gamed.y.map((y, i) => {
    const index = i % golden.difficulty.length;
    return [i < 80 ? 'verbose' : 'concise', index, y, golden.gamed.delta[i]!, golden.difficulty[index]!, 'False'];
  }),
  ['concise', 3, '', 0.5, golden.difficulty[3]!, 'False'], // the judge said nothing
]);
const weights = writeText('weights.csv', [
  ['', 'np.tanh(std_delta_len)', 'instruction_difficulty', 'not_gamed_baseline.astype(float)'],
  ['weaker', -0.5, 0.8, -1.5],
  ['other', -1, 0.3, -0.5],
  ['base', 0, 0, 0],
]);

const files = ['--data', annotations, '--baseline', outputs];

async function json(...args: readonly string[]) {
  const { status, stdout, stderr } = await attune('eval', 'lc-winrate', ...args, '--resamples', '40', '--json');
  assert.equal(status, 0, stderr);
  return { ...JSON.parse(stdout), stderr };
}

const close = (value: number, expected: number, tolerance = 1e-6) =>
  assert.ok(Math.abs(value - expected) < tolerance, `${value}, not ${expected}`);

test(`lc-winrate from AlpacaEval's files agrees with ${golden.source}`, async () => {
  const {
    lcWinRate,
    weights: fitted,
    inversePenalty,
    fit,
    n,
    meanLengths,
    stderr,
  } = await json(...files, ...['--difficulty', difficulty, '--gamed', gamed]);
  const { l1cv, mle } = one.withGamed;
  assert.deepEqual([fit, n], ['l1-cv', 80]);
  assert.match(stderr, /1 rows without a preference are left out/);
  close(lcWinRate, l1cv.lcWinRate, 1e-4); // liblinear's tolerance
  close(inversePenalty, l1cv.C, 1e-3);
  close(fitted.length, l1cv.w[0]!, 1e-5);
  close(meanLengths[0], one.model.reduce((sum, length) => sum + length) / 80); // code points, not UTF-16 units
  close((await json(...files, '--gamed', gamed, '--fit', 'mle')).lcWinRate, mle.lcWinRate); // which has difficulties too
  const plain = one.withDifficulty;
  close((await json(...files, '--difficulty', difficulty, '--fit', 'mle')).lcWinRate, plain.mle.lcWinRate);
  close((await json(...files, '--difficulty', difficulty)).lcWinRate, plain.l1cv.lcWinRate, 1e-4);
  close((await json(...files)).lcWinRate, one.withoutDifficulty.mle.lcWinRate);
});

test('lc-winrate from weights predicts without a fit, with or without lengths, and between systems', async () => {
  const given = ['--difficulty', difficulty, '--weights', weights];
  const expected = (slope: number, system: number) =>
    (100 * golden.difficulty.reduce((sum, d) => sum + 1 / (1 + Math.exp(-slope * d - system)), 0)) / 80;
  const found = await json(...files, ...given);
  close(found.lcWinRate, expected(0.8, -1.5), 1e-9);
  assert.equal(found.fit, 'given');
  assert.ok(found.lcSandwich.interval[0] < found.lcWinRate && found.lcBootstrap === undefined);
  const short = await json('--data', annotations, ...given);
  assert.deepEqual([short.lcWinRate, short.lcSandwich, short.meanLengths], [found.lcWinRate, undefined, undefined]);
  const { between } = await json(...given, '--between', 'weaker', 'other');
  assert.deepEqual(between.systems, ['weaker', 'other']);
  close(between.lcWinRate, expected(0.5, -1), 1e-9);
});

test('weights go by the name of the file where it has one of its own, and it is said', async () => {
  const renamed = 'other.annotations.jsonl';
  writeFileSync(path(renamed), text(annotations));
  const { stderr } = await json('--data', renamed, '--difficulty', difficulty, '--weights', weights);
  assert.match(stderr, /it compares weaker; the weights of other, as it is called, are taken/);
  const unknown = writeText('unknown.csv', [
    ['', 'np.tanh(std_delta_len)', 'instruction_difficulty', 'not_gamed_baseline.astype(float)'],
    ['someone', 0, 0, 0],
  ]);
  const { status, stderr: said } = await attune(
    ...['eval', 'lc-winrate', '--data', annotations, '--difficulty', difficulty, '--weights', unknown],
  );
  assert.equal(status, 2);
  assert.match(said, /unknown\.csv has no weights of weaker/);
});

/** Our own comparisons: 'new' answers at length and wins by it. */
const own = write(
  'own.jsonl',
  Array.from({ length: 60 }, (_, i) => {
    const longer = 50 + 10 * (i % 12);
    const texts = [`short answer ${i}`, 'x'.repeat(i % 7 === 0 ? 5 : longer)];
    return {
      ...{ id: `c${i}`, prompt: [{ role: 'user', content: `Why ${i}?` }], judge: 'me' },
      responses: texts.map((content, side) => ({ id: `${i}${side}`, text: content, source: side ? 'new' : 'old' })),
      choice: i % 7 === 0 ? 'a' : i % 3 === 0 ? 'tie' : i % 5 === 0 ? 'a' : 'b',
    };
  }),
);

test('lc-winrate of our own comparisons stands beside the raw rate, each with its interval', async () => {
  const { winRate, bootstrap, lcWinRate, lcBootstrap, lcSandwich, fit, weights: fitted } = await json('--data', own);
  assert.equal(fit, 'mle');
  assert.ok(lcWinRate < winRate && fitted.length < 0); // the judge likes length, and 'new' is long
  for (const [low, high] of [lcBootstrap.interval, lcSandwich.interval]) assert.ok(low < lcWinRate && lcWinRate < high);
  assert.ok(bootstrap[0] < winRate && winRate < bootstrap[1]);
  const turned = await json('--data', own, '--system', 'old');
  close(turned.lcWinRate + lcWinRate, 100);
  const { stdout } = await attune('eval', 'lc-winrate', '--data', own, '--resamples', '20', '--report', 'page.html');
  assert.match(text('page.html'), /Win rates at equal length/);
  assert.match(stdout, /system +against +length +of others +win rate +95 % interval +length-controlled/);
});

test('difficulties of our own go by id or by prompt', async () => {
  const values = Array.from({ length: 60 }, (_, i) => Math.sin(i).toFixed(4));
  const byId = writeText('by-id.csv', [['id', 'instruction_difficulty'], ...values.map((d, i) => [`c${i}`, d])]);
  const byPrompt = writeText('by-prompt.csv', [
    ['prompt', 'instruction_difficulty'],
    ...values.map((d, i) => [`Why ${i}?`, d]),
  ]);
  const [first, second] = [
    await json('--data', own, '--difficulty', byId),
    await json('--data', own, '--difficulty', byPrompt),
  ];
  assert.equal(first.fit, 'l1-cv');
  assert.equal(first.lcWinRate, second.lcWinRate);
  const unnamed = writeText('pandas.csv', [['', 'instruction_difficulty'], ...values.map((d, i) => [i, d])]);
  assert.equal((await json('--data', own, '--difficulty', unnamed)).lcWinRate, first.lcWinRate);
  const { status, stderr } = await attune(
    ...[
      'eval',
      'lc-winrate',
      '--data',
      own,
      '--difficulty',
      writeText('few.csv', [
        ['id', 'instruction_difficulty'],
        ['c1', 1],
      ]),
    ],
  );
  assert.equal(status, 2);
  assert.match(stderr, /59 lines cannot be used.*line 1: no difficulty is known of its prompt/s);
});

test('several files are several rows, also of a table in a file, and may be set against each other', async () => {
  const two = golden.cases[1]!;
  const stronger = write(
    'stronger.jsonl',
    two.y.map((y, i) => ({
      ...{ instruction: `Question ${i}`, generator_1: 'base', generator_2: 'stronger', preference: 1 + y },
      ...{ output_1: long(two.baseline[i]!), output_2: long(two.model[i]!) },
    })),
  );
  const both = ['--data', annotations, stronger, '--baseline', outputs, '--out', 'table.csv'];
  const { systems, between } = await json(...both, '--between', 'weaker', 'stronger');
  const names = systems.map(({ system }: { system: string }) => system);
  assert.deepEqual(names, ['weaker', 'stronger']);
  // with a constant alone, log-odds add: 12.2 % and 71.6 % against one baseline are 5.2 % between them
  const logOdds = (rate: number) => Math.log(rate / (100 - rate));
  const gap = logOdds(systems[0].lcWinRate) - logOdds(systems[1].lcWinRate);
  close(between.lcWinRate, 100 / (1 + Math.exp(-gap)));
  const [low, high] = between.lcSandwich.interval;
  assert.ok(low < between.lcWinRate && between.lcWinRate < high && high < 12);
  const turned = (await json(...both, '--between', 'stronger', 'weaker')).between;
  close(turned.lcSandwich.standardError, between.lcSandwich.standardError);
  const [head, first] = text('table.csv').split('\n');
  assert.match(head!, /^system,against,length,lengthOfOthers,winRate,/);
  assert.match(first!, /^weaker,base,/);
  const apart = ['--data', annotations, own, '--baseline', outputs, '--between', 'weaker', 'new'];
  const { status, stderr } = await attune('eval', 'lc-winrate', ...apart);
  assert.equal(status, 2);
  assert.match(stderr, /the systems were judged against base and old, not all against one/);
});

test('--estimate-difficulty finds from ten systems which prompts are hard', async () => {
  const [systems, prompts] = [10, 40];
  const hard = (i: number) => (i % 2 === 0 ? 1.5 : -1.5); // every other prompt
  const many = Array.from({ length: systems }, (_, m) =>
    write(
      `system-${m}.jsonl`,
      Array.from({ length: prompts }, (_, i) => ({
        ...{ instruction: `Task ${i}`, generator_1: 'base', generator_2: `system-${m}` },
        ...{ output_1: 'x'.repeat(100 + ((7 * i + m) % 50)), output_2: 'x'.repeat(80 + ((11 * i + 3 * m) % 90)) },
        preference: 1 + 1 / (1 + Math.exp(0.3 * m - 1 - hard(i))),
      })),
    ),
  );
  const { systems: rates, difficultyDeviation } = await json('--data', ...many, '--estimate-difficulty');
  assert.ok(difficultyDeviation >= 1, `${difficultyDeviation}`);
  assert.equal(rates[0].fit, 'mle');
  for (const [m, { weights: fitted, lcWinRate, winRate }] of rates.entries()) {
    assert.ok(Math.abs(fitted.difficulty - 1) < 0.25); // in the difficulties' own unit
    assert.ok(Math.abs(lcWinRate - winRate) < 1, `${m}`); // length changes nothing here
  }
  const { status, stderr } = await attune('eval', 'lc-winrate', '--data', ...many.slice(1), '--estimate-difficulty');
  assert.equal(status, 2);
  assert.match(stderr, /systems to estimate difficulties from is 9; expected at least 10/);
});

test('a rate far from the raw one is warned of', async () => {
  const far = writeText('far.csv', [
    ['', 'np.tanh(std_delta_len)', 'instruction_difficulty', 'not_gamed_baseline.astype(float)'],
    ['weaker', 0, 0, 2],
  ]);
  const found = await json('--data', annotations, '--difficulty', difficulty, '--weights', far);
  assert.equal(found.extremeChange, true);
  assert.match(found.stderr, /weaker: the length-controlled rate \(88\.1 %\) is far from the raw one/);
});

test('what is missing or wrong is said with what to do', async () => {
  const refused = async (message: RegExp, ...args: readonly string[]) => {
    const { status, stderr } = await attune('eval', 'lc-winrate', ...args);
    assert.equal(status, 2);
    assert.match(stderr, message);
  };
  await refused(
    /80 lines cannot be used\. Where it is the baseline that wrote it.*"output_1" \(by base\) is missing/s,
    '--data',
    annotations,
  );
  await refused(/--data is missing/);
  await refused(/--weights needs --difficulty/, '--data', own, '--weights', weights);
  await refused(/exclude each other/, '--data', own, '--weights', weights, '--difficulty', difficulty, '--fit', 'mle');
  await refused(/--between takes two systems/, '--data', own, '--between', 'new');
  await refused(/--between nobody: there are weights of new/, '--data', own, '--between', 'nobody', 'new');
  const bad = writeText('bad.csv', [
    ['index', 'instruction_difficulty'],
    [0, 'hard'],
    [1, 2],
  ]);
  await refused(
    /bad\.csv, line 2: "instruction_difficulty" is "hard"; expected a number/,
    '--data',
    own,
    '--difficulty',
    bad,
  );
  const columns = writeText('columns.csv', [
    ['row', 'how hard'],
    [0, 1],
  ]);
  await refused(
    /columns\.csv: has the columns row, how hard\. Columns: instruction_difficulty/,
    '--data',
    own,
    '--difficulty',
    columns,
  );
  const allWon = write(
    'all-won.jsonl',
    [1, 2, 3].map((i) => ({ instruction: `${i}`, output_1: 'a', output_2: 'bb'.repeat(i), preference: 2 })),
  );
  await refused(/maximum likelihood is undefined; expected one.*l1-cv/s, '--data', allWon);
});

test('--weighted counts by the probability that a judge wrote beside its choice', async () => {
  const judged = write(
    'judged.jsonl',
    [0.9, 0.2, 0.6].map((probability, i) => ({
      ...{ id: `${i}`, prompt: [{ role: 'user', content: `What ${i % 2}?` }], judge: 'me', probability },
      responses: ['old', 'new'].map((source) => ({ id: `${i}${source}`, text: `${source} ${i}`, source })),
      choice: probability > 0.5 ? 'a' : 'b',
    })),
  );
  const run = async (...more: readonly string[]) => attune('eval', 'winrate', '--data', judged, '--json', ...more);
  const [byChoice, bySureness] = [await run(), await run('--weighted')];
  close(JSON.parse(byChoice.stdout).winRate, 100 / 3);
  close(JSON.parse(bySureness.stdout).winRate, (100 * (0.1 + 0.8 + 0.4)) / 3);
  assert.match(byChoice.stderr, /3 comparisons are of 2 prompts; the bootstrap draws prompts/);
});

test('winrate has a row per category, by AlpacaEval’s datasets or a file', async () => {
  const run = async (...args: readonly string[]) =>
    JSON.parse((await attune('eval', 'winrate', ...args, '--json')).stdout);
  const { categories, bootstrap, winRate, n } = await run('--data', annotations);
  assert.deepEqual(
    categories.map((row: { category: string; n: number }) => [row.category, row.n]),
    [
      ['koala', 30],
      ['vicuna', 50],
    ],
  );
  close((30 * categories[0].winRate + 50 * categories[1].winRate) / 80, winRate, 1e-9);
  assert.ok(n === 80 && bootstrap[0] < winRate && winRate < bootstrap[1]);
  const byPrompt = write('categories.jsonl', [
    { prompt: 'Why 0?', category: 'first' },
    { id: 'c1', category: 'second' },
  ]);
  const { status, stdout, stderr } = await attune(
    'eval',
    'winrate',
    '--data',
    own,
    '--categories',
    byPrompt,
    '--out',
    'rates.csv',
  );
  assert.equal(status, 0);
  assert.match(stdout, /first .*\n.*second .*\n.*no category .*\n.*overall/);
  assert.match(stderr, /has no category for 58 comparisons/);
  assert.match(text('rates.csv'), /^system,against,category,winRate,.*\nnew,old,first,/);
});

test('lc-winrate of published annotations is AlpacaEval’s leaderboard', async (t) => {
  const folder = join(import.meta.dirname, '../../../../../shared/data/preferences/alpaca_eval');
  if (!existsSync(folder)) return t.skip('../shared/data/preferences/alpaca_eval is not here');
  const expected = JSON.parse(readFileSync(join(folder, 'expected_winrates.json'), 'utf8'));
  const published = [
    ...['--baseline', join(folder, 'gpt4_1106_preview.model_outputs.jsonl.gz')],
    ...['--difficulty', join(folder, 'instruction_difficulty.csv')],
  ];
  for (const model of ['claude-2', 'NullModel', 'gpt4_1106_preview']) {
    const data = join(folder, 'weighted_alpaca_eval_gpt4_turbo', `${model}.annotations.jsonl.gz`);
    const predicted = await json(
      '--data',
      data,
      ...published,
      '--weights',
      join(folder, 'length_controlled_v1_weights.csv'),
    );
    const { from_published_weights: from, l1_cv_fit: fit } = expected[model];
    close(predicted.lcWinRate, from?.length_controlled_winrate ?? 50, 1e-8);
    const fitted = await json('--data', data, ...published);
    close(fitted.lcWinRate, fit?.length_controlled_winrate ?? 50, 0.1); // liblinear stopped at its tolerance
  }
});
