import { writeFileSync } from 'node:fs';
import {
  type BinaryLabel,
  cluster,
  commonScenarios,
  DataError,
  type Features,
  groupSimilarity,
  type LetterAnswers,
  letterFolders,
  letterStrength,
  mean,
  posteriorSimilarity,
  publishedGroupings,
  publishedJudges,
  readFeatures,
  readGroupIndex,
  readGroupings,
  readLabels,
  readLetterFolder,
  readPropertySet,
  readSamples,
  readWeights,
  similarity,
  standardDeviation,
  standardScenarios,
  type WeightTable,
} from '@attune/preferences';
import { type Command, Option } from 'commander';
import { type CommandContext, command, run, wholeNumber } from '../../command.ts';
import { UsageError } from '../../errors.ts';
import { checkOutFile } from '../../models/outFile.ts';
import { chinese } from '../../report/dissect/chinese.ts';
import type { DissectReportData, JudgeStrength, SimilarityData } from '../../report/dissect/data.ts';
import { dissectReport } from '../../report/dissect/dissectReport.ts';
import { type ExplainedSample, explainedSamples } from '../../report/dissect/explainedSamples.ts';
import { english } from '../../report/dissect/words.ts';
import type { Estimate } from '../../report/estimate.ts';
import { positionOf } from './positionOf.ts';

const languages = { en: english, zh: chinese };

interface Options {
  readonly weights: readonly string[];
  readonly out: string;
  readonly judges?: readonly string[];
  readonly logprobs?: string;
  readonly features?: string;
  readonly data?: string;
  readonly labels?: readonly string[];
  readonly groups?: string;
  readonly groupings?: string;
  readonly properties?: string;
  readonly sample?: readonly string[];
  readonly examples: number;
  readonly language: keyof typeof languages;
  readonly seed: number;
}

/** `attune dissect report`: a dissection as one page. */
export const reportCommand = (): Command =>
  command(
    'report',
    'A dissection as one page: every property in every group, judges beside each other, samples explained',
    'attune dissect report --weights weights.jsonl --features resolved.jsonl --data samples.jsonl --out report.html',
    'attune dissect report --weights fitted_paras_comparison mine.jsonl --logprobs first_token_logprobs --judges human mine --out report.html',
  )
    .requiredOption('--weights <paths...>', 'fitted weights: folders as published, and what dissect fit wrote')
    .requiredOption('--out <file>', 'where the page goes (.html)')
    .option(
      '--judges <names...>',
      'up to five to show property by property, the first against the others (default: human and gpt-4-1106-preview, or the first three)',
    )
    .option('--logprobs <folder>', 'AB.jsonl and BA.jsonl of judges, for the strength of their preferences')
    .option('--features <file>', 'resolved samples, or features by line: samples are explained')
    .option(
      '--data <file>',
      'the texts of these samples (prompt, response_a, response_b), or the comparisons, in their order',
    )
    .option('--labels <files...>', "the judges' labels of these samples, in their order")
    .option('--groups <file>', 'a group index, where the features do not name their groups')
    .option(
      '--groupings <file>',
      'kinds of judges, as dissect similarity reads them (default: by size, family, alignment)',
    )
    .option('--properties <file>', 'a property set of your own (default: the 29 of the published study)')
    .option('--sample <ids...>', 'samples to show before others, by id or position')
    .option('--examples <n>', 'samples of each kind', wholeNumber(0), 5)
    .addOption(new Option('--language <code>', 'of the page').choices(Object.keys(languages)).default('en'))
    .option('--seed <n>', 'of the bootstrap and the posterior draws', wholeNumber(0), 0)
    .action(run(report));

async function report({ result }: CommandContext, options: Options): Promise<void> {
  checkOutFile(options.out);
  const set = options.properties === undefined ? {} : { properties: readPropertySet(options.properties) };
  const weights = await readWeights(options.weights, set);
  const shown = shownJudges(weights, options.judges);
  const over = commonScenarios(weights, standardScenarios());
  const data: DissectReportData = {
    ...{ weights, scenarios: standardScenarios(), shown, over },
    similarity: similarityOf(weights, over, options),
    strengths: options.logprobs === undefined ? [] : await strengthsIn(options.logprobs),
    samples: await samplesOf(weights, shown, options),
  };
  writeFileSync(options.out, dissectReport(data, languages[options.language]));
  const { judges, groups } = weights;
  result(
    { out: options.out, judges: judges.length, groups: groups.length, shown, samples: data.samples.length },
    `${options.out}: judges: ${judges.length}, groups: ${groups.length}, samples explained: ${data.samples.length}.`,
  );
}

const mostShown = 5; // as many as there are colours

function shownJudges({ judges }: WeightTable, asked: readonly string[] | undefined): readonly string[] {
  const known = ['human', 'gpt-4-1106-preview'].filter((judge) => judges.includes(judge));
  const shown = asked ?? (known.length === 2 ? known : judges.slice(0, 3));
  const stranger = shown.find((judge) => !judges.includes(judge));
  if (stranger !== undefined) {
    throw new UsageError(`--judges: ${stranger} has no weights there. There are ${judges.join(', ')}.`);
  }
  if (shown.length > mostShown) throw new UsageError(`--judges: ${shown.length} are named; ${mostShown} can be shown.`);
  return [...new Set(shown)];
}

/** Of all judges in the groups that they share; undefined where there are not two judges or no such group. */
function similarityOf(
  weights: WeightTable,
  over: readonly string[],
  { groupings: file, seed }: Options,
): SimilarityData | undefined {
  const { judges } = weights;
  if (judges.length < 2 || over.length === 0) return undefined;
  const matrix = similarity(weights, over);
  const groupings = file === undefined ? publishedGroupings(judges) : readGroupings(file, judges);
  return {
    over,
    matrix,
    clusters: cluster(matrix),
    groupings: groupings.map((grouping) => ({
      grouping,
      kinds: groupSimilarity(matrix, judges, grouping, { seed }),
    })),
    posterior: posteriorSimilarity(weights, over, { seed }),
  };
}

async function strengthsIn(folder: string): Promise<JudgeStrength[]> {
  const folders = letterFolders(folder);
  if (folders.length === 0) {
    throw new UsageError(`--logprobs ${folder}: there is no AB.jsonl in it, nor in its folders.`);
  }
  const known = publishedJudges();
  const place = (judge: string) => known.findIndex(({ name }) => name === judge);
  const strengths: JudgeStrength[] = [];
  for (const { judge, folder: own } of folders) {
    const answers = await readLetterFolder(own);
    const { first, consistent } = letterStrength(answers);
    const base = known[place(judge)]?.base;
    strengths.push({ judge, base, strength: strengthOf(own, answers), first, consistent });
  }
  return strengths.sort((a, b) => place(a.judge) - place(b.judge));
}

/** Mean of |log p(A) − log p(B)| with its normal 95 % interval over samples, whose two orders go together. */
function strengthOf(folder: string, { ab, ba }: LetterAnswers): Estimate {
  const bySample = ab.flatMap((given, i) => {
    const gaps = [given, ba[i]].flatMap((one) => (one ? [Math.abs(one.a - one.b)] : []));
    return gaps.length === 0 ? [] : [mean(gaps)];
  });
  if (bySample.length < 2) throw new DataError(folder, 'has fewer than two samples with log-probabilities.');
  const value = mean(bySample);
  const half = (1.96 * standardDeviation(bySample)) / Math.sqrt(bySample.length);
  return { value, low: value - half, high: value + half, n: bySample.length };
}

async function samplesOf(
  weights: WeightTable,
  judges: readonly string[],
  options: Options,
): Promise<ExplainedSample[]> {
  const { features: file, data, labels, groups, sample = [], examples } = options;
  if (file === undefined) {
    const idle = Object.entries({ data, labels, groups, sample: options.sample }).find(
      ([, value]) => value !== undefined,
    );
    if (idle) throw new UsageError(`--${idle[0]} tells of samples, which --features has. Give it too.`);
    return [];
  }
  const set = options.properties === undefined ? {} : { properties: readPropertySet(options.properties) };
  const features = await readFeatures(file, set);
  if (features.names.join('\n') !== weights.names.join('\n')) {
    throw new DataError(
      file,
      `has features of ${features.names.join(', ')}; the weights are of ${weights.names.join(', ')}.`,
    );
  }
  const samples = features.rows.length;
  return explainedSamples(
    {
      ...{ weights, features, judges },
      groups: groups === undefined ? undefined : readGroupIndex(groups, samples),
      labels: await labelsOf(labels ?? [], features),
      texts: data === undefined ? undefined : await textsOf(data, features),
    },
    { count: examples, asked: sample.map((one) => positionOf(one, file, features)) },
  );
}

async function labelsOf(files: readonly string[], { rows }: Features): Promise<Map<string, readonly BinaryLabel[]>> {
  const ids = rows.flatMap(({ id }) => id ?? []);
  const expected = { samples: rows.length, ...(ids.length === rows.length && { ids }) };
  const all = new Map<string, readonly BinaryLabel[]>();
  for (const file of files) {
    for (const { judge, labels } of await readLabels(file, expected)) all.set(judge, labels);
  }
  return all;
}

async function textsOf(file: string, { rows }: Features) {
  const { records } = await readSamples(file);
  if (records.length !== rows.length) {
    throw new DataError(file, `has ${records.length} samples; expected ${rows.length}, one for each line of features.`);
  }
  const stranger = records.findIndex(
    ({ id }, i) => id !== undefined && rows[i]!.id !== undefined && String(id) !== rows[i]!.id,
  );
  if (stranger < 0) return records;
  throw new DataError(
    file,
    `at position ${stranger} (from 0) has the id ${records[stranger]!.id}; the features there are of ${rows[stranger]!.id}.`,
  );
}
