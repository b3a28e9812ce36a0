import {
  type Content,
  DataError,
  type Kind,
  type Provenance,
  pairAccuracy,
  pairsFromScores,
  readRecords,
  recogniseKind,
  type ScoredPrompt,
  type Text,
  writeRecords,
} from '@attune/preferences';
import type { Command } from 'commander';
import { type CommandContext, command, number, run } from '../command.ts';
import { UsageError } from '../errors.ts';
import { idOf } from '../models/encodeLines.ts';
import { readGenerated } from '../models/generated.ts';
import { checkOutFile } from '../models/outFile.ts';
import { type Answer, openScorer, scoreAnswers, scorePairFile } from '../models/scoring.ts';
import { type ScoringOptions, withScoring } from '../models/scoringOptions.ts';
import { formatCount, formatNumber, formatShare } from '../terminal/format.ts';

interface Options extends ScoringOptions {
  readonly model: string;
  readonly data?: string;
  readonly prompts?: string;
  readonly responses?: string;
  readonly out: string;
  readonly pairs?: string;
  readonly minGap?: number;
}

/** By how much the best response must lead to make a pair, where nobody says: the project's choice. */
const usualGap = 0.5;

/** `attune score`: what a reward model gives to responses. */
export const scoreCommand = (): Command =>
  withScoring(
    command(
      'score',
      "A reward model's scores of responses",
      'attune score --model runs/reward --data pairs.jsonl --out scores.jsonl',
      'attune score --model runs/reward --prompts prompts.jsonl --responses sampled.jsonl --out scores.jsonl --pairs dpo.jsonl',
    )
      .requiredOption('--model <path>', 'reward model: a run, model folder or adapter folder')
      .option('--data <file>', 'preference pairs, or prompts with one response each')
      .option('--prompts <file>', 'prompts, with their --responses')
      .option('--responses <file>', 'what attune generate sampled to --prompts')
      .requiredOption(
        '--out <file>',
        'where the scores go, one line for each pair or response (.jsonl, .json, .parquet)',
      )
      .option('--pairs <file>', 'where the best against the worst response to each prompt goes, for train dpo')
      .option('--min-gap <gap>', `a pair's best response leads by more than this (default: ${usualGap})`, number(0)),
  ).action(run(score));

async function score(context: CommandContext, options: Options): Promise<void> {
  const { data, prompts, responses, out, pairs, minGap } = options;
  checkOutFile(out);
  if (pairs !== undefined) checkOutFile(pairs, '--pairs');
  if (pairs === undefined && minGap !== undefined) throw new UsageError('--min-gap has no effect without --pairs.');
  if (data === undefined) {
    if (prompts !== undefined && responses !== undefined) return scoreGenerated(context, options, prompts, responses);
    throw new UsageError('Give --data FILE, or --prompts FILE and --responses FILE.');
  }
  const beside = Object.entries({ prompts, responses, pairs }).find(([, given]) => given !== undefined);
  if (beside)
    throw new UsageError(`--${beside[0]} does not go with --data. Give --prompts and --responses without it.`);
  const kind = await recogniseKind(data);
  const isPairs = kind === 'pairs' || kind === 'comparisons';
  return isPairs ? scorePairs(context, options, data) : scoreSingles(context, options, data, kind);
}

async function scorePairs({ result }: CommandContext, options: Options, file: string): Promise<void> {
  const { model, out } = options;
  using scorer = await openScorer(model, options);
  const { pairs, lost, ties, skips } = await scorePairFile(scorer, file);
  await writeRecords(out, pairs);
  const account = pairs.length > 0 ? pairAccuracy(pairs) : undefined;
  const [low, high] = account?.interval ?? [];
  const undecided = ties + skips > 0 ? ` (and ${ties + skips} that nobody decided)` : '';
  const right =
    account &&
    `The chosen response scores higher in ${formatShare(account.accuracy)} of them ` +
      `(95 % interval: ${formatShare(low!)} to ${formatShare(high!)}).`;
  result(
    { out, pairs: pairs.length, ...account, undecided: { ties, skips }, lost },
    [`${out}: ${formatCount(pairs.length)} pairs${undecided}${lost ? `; ${lost}` : ''}.`, right]
      .filter(Boolean)
      .join('\n'),
  );
}

async function scoreSingles({ result }: CommandContext, options: Options, file: string, kind: Kind): Promise<void> {
  const { model, out } = options;
  const { answers, lines, unit } = await readAnswers(file, kind);
  using scorer = await openScorer(model, options);
  const { places, scores, lost } = scoreAnswers(scorer, answers, (place) => `${file}, ${unit} ${lines[place]}`);
  const scored = places.map((place, i) => ({ id: idOf(answers[place]!.id, lines[place]!), score: scores[i]! }));
  await writeRecords(out, scored);
  result({ out, responses: scored.length, ...spread(scores), lost }, describe(out, scores, lost));
}

async function scoreGenerated(
  { result }: CommandContext,
  options: Options,
  promptsFile: string,
  responsesFile: string,
): Promise<void> {
  const { model, out, pairs: pairsFile, minGap = usualGap } = options;
  const answered = await readGenerated(promptsFile, responsesFile);
  const flat = answered.flatMap(({ id, prompt, responses }) =>
    responses.map(({ index, text, line }) => ({ id, index, line, prompt, completion: asResponse(prompt, text) })),
  );
  using scorer = await openScorer(model, options);
  const { places, scores, lost } = scoreAnswers(scorer, flat, (place) => `${responsesFile}, line ${flat[place]!.line}`);
  const kept = places.map((place, i) => ({ ...flat[place]!, score: scores[i]! }));
  await writeRecords(
    out,
    kept.map(({ id, index, score }) => ({ id, index, score })),
  );
  const told = describe(out, scores, lost);
  const account = { out, prompts: answered.length, responses: kept.length, ...spread(scores), lost };
  if (pairsFile === undefined) return result(account, told);
  const groups = Map.groupBy(kept, ({ id }) => id);
  const prompts = [...groups].map(
    ([id, responses]): ScoredPrompt => ({
      id,
      prompt: responses[0]!.prompt,
      responses: responses.map(({ completion: response, score }) => ({ response, score })),
    }),
  );
  const { pairs, equal, close } = pairsFromScores(prompts, { minGap });
  await writeRecords(pairsFile, pairs);
  result(
    { ...account, pairs: { out: pairsFile, pairs: pairs.length, equal, close, minGap } },
    `${told}\n${pairsFile}: ${formatCount(pairs.length)} pairs of ${formatCount(prompts.length)} prompts; ` +
      `${formatCount(equal)} have no two different scores, in ${formatCount(close)} the best leads by ${minGap} or less.`,
  );
}

/** A sampled text as what its prompt is: text, or a message. */
const asResponse = (prompt: Content, text: string): Content =>
  typeof prompt === 'string' ? text : [{ role: 'assistant', content: text }];

type NamedAnswer = Answer & { readonly id?: string };

/** Single responses with their prompts. @throws DataError where a record has no prompt or no response */
async function readAnswers(
  file: string,
  kind: Kind,
): Promise<Pick<Provenance, 'lines' | 'unit'> & { readonly answers: readonly NamedAnswer[] }> {
  if (kind === 'unpaired') {
    const { records: answers, lines, unit } = await readRecords('unpaired', file);
    return { answers, lines, unit };
  }
  if (kind !== 'texts')
    throw new DataError(file, 'holds prompts without responses. Each line needs prompt and response.');
  const { records, lines, unit } = await readRecords('texts', file);
  const answers = records.map(answerOf);
  const problems = answers.flatMap((answer, i) =>
    answer ? [] : [{ line: lines[i]!, message: 'there is no response after a prompt' }],
  );
  if (problems.length > 0) throw new DataError(file, problems, { needs: 'Each line needs prompt and response.', unit });
  return { answers: answers as NamedAnswer[], lines, unit };
}

function answerOf(text: Text): NamedAnswer | undefined {
  if ('prompt' in text) return text;
  if ('text' in text) return undefined;
  const { messages } = text;
  const isAnswered = messages.length > 1 && messages.at(-1)!.role === 'assistant';
  return isAnswered ? { prompt: messages.slice(0, -1), completion: messages.slice(-1) } : undefined;
}

interface Spread {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

const spread = (scores: readonly number[]): Spread => ({
  mean: scores.reduce((sum, score) => sum + score, 0) / scores.length,
  min: scores.reduce((least, score) => Math.min(least, score), Infinity),
  max: scores.reduce((most, score) => Math.max(most, score), -Infinity),
});

function describe(out: string, scores: readonly number[], lost: string | undefined): string {
  const { mean, min, max } = spread(scores);
  const range = `${formatNumber(mean)} on average, from ${formatNumber(min)} to ${formatNumber(max)}`;
  return `${out}: ${formatCount(scores.length)} responses${lost ? `; ${lost}` : ''}. Scores: ${range}.`;
}
