import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Content, Pair } from '@attune/preferences';
import { readStepLines, type StepLine } from '../run/lines.ts';

/** What a run of `attune train spa` has left so far. */
export interface SpaRun {
  /** The `metrics.jsonl` of training on the labelled pairs; empty where there were none. */
  readonly seed: readonly StepLine[];
  readonly rounds: readonly SpaRound[];
}

/** A round of self-annotation, as far as it has come. */
export interface SpaRound {
  readonly number: number;
  /** Prompts whose responses were judged. */
  readonly judged: number;
  readonly ties: number;
  /** Share of the responses that ended at the limit, not by themselves. */
  readonly cutOff: number;
  /** The judgments that became pairs to learn from. */
  readonly pairs: readonly SpaPair[];
  /** Steps of the training, and each pair at the step that saw it. */
  readonly metrics: readonly StepLine[];
  readonly doubts: readonly StepLine[];
  /** The run's own line about the round; undefined until the round is over. */
  readonly summary: StepLine | undefined;
  readonly shown: ShownPairs;
}

/** A pair in numbers. */
export interface SpaPair {
  readonly id: string;
  /** That the chosen response is the better one, by the judge. */
  readonly probability: number;
  /** Whether training took it for mislabelled. */
  readonly flagged: boolean;
  /** Its margin under the extrapolated model, nats × β; undefined until training has seen it. */
  readonly extrapolated: number | undefined;
  /** Lengths in tokens. */
  readonly chosen: number;
  readonly rejected: number;
}

/** A few pairs of each kind, in full. */
export interface ShownPairs {
  readonly surest: readonly FullPair[];
  readonly undecided: readonly FullPair[];
  readonly flagged: readonly FullPair[];
}

/** A pair with its texts. */
export interface FullPair extends Omit<SpaPair, 'chosen' | 'rejected'> {
  readonly prompt: Content;
  readonly chosen: JudgedResponse;
  readonly rejected: JudgedResponse;
}

/** A response in `judgments.jsonl`. */
export interface JudgedResponse {
  readonly text: string;
  readonly tokens: number;
  readonly reward: number;
  readonly finish: string;
}

/** A line of `judgments.jsonl`. */
interface JudgmentLine {
  readonly id: string;
  readonly prompt: Content;
  readonly responses: readonly JudgedResponse[];
  /** Places among the responses. */
  readonly chosen?: number;
  readonly rejected?: number;
  readonly probability: number;
  readonly tie?: boolean;
}

/** What `pairs.jsonl` says beside a pair's texts. */
interface PairLine {
  readonly id: string;
  readonly flagged: boolean;
  readonly extrapolated?: number;
}

const shownOfEach = 2;

/** Reads a run folder. A round's texts are let go before the next round's are read. */
export function readSpaRun(folder: string): SpaRun {
  const summaries = new Map(readStepLines(join(folder, 'metrics.jsonl')).map((line) => [line.step, line]));
  const rounds: SpaRound[] = [];
  for (let number = 1; existsSync(join(folder, `round-${number}`)); number++) {
    rounds.push(readRound(join(folder, `round-${number}`), number, summaries.get(number)));
  }
  return { seed: readStepLines(join(folder, 'seed', 'metrics.jsonl')), rounds };
}

/** The pairs of all rounds that are over, with what training thought of their labels. */
export function readSelfLabels(folder: string): (Pair & { readonly flagged: boolean })[] {
  const all: string[] = [];
  for (let number = 1; existsSync(join(folder, `round-${number}`)); number++) {
    all.push(...wholeLines(join(folder, `round-${number}`, 'pairs.jsonl')));
  }
  return all.map((line) => JSON.parse(line));
}

function readRound(folder: string, number: number, summary: StepLine | undefined): SpaRound {
  const lines = wholeLines(join(folder, 'judgments.jsonl'));
  const judgmentOf = (line: string): JudgmentLine => JSON.parse(line);
  const trained = trainedPairs(join(folder, 'pairs.jsonl'));
  const pairs: SpaPair[] = [];
  const places = new Map<string, number>();
  let [ties, responses, cutOff] = [0, 0, 0];
  lines.forEach((line, place) => {
    const judgment = judgmentOf(line);
    if (judgment.tie) ties++;
    responses += judgment.responses.length;
    cutOff += judgment.responses.filter(({ finish }) => finish === 'length').length;
    const pair = pairOf(judgment, trained);
    if (!pair) return;
    pairs.push(pair);
    places.set(pair.id, place);
  });
  const train = join(folder, 'train');
  return {
    number,
    judged: lines.length,
    ties,
    cutOff: cutOff / responses,
    pairs,
    metrics: readStepLines(join(train, 'metrics.jsonl')),
    doubts: readStepLines(join(train, 'samples.jsonl')),
    summary,
    shown: shownPairs(pairs, (pair) => inFull(pair, judgmentOf(lines[places.get(pair.id)!]!))),
  };
}

/** The lines of a JSONL file; one that a killed process did not finish is left out. */
const wholeLines = (path: string): string[] =>
  existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];

/** What training made of the round's pairs; undefined until it is through with all of them. */
function trainedPairs(path: string): ReadonlyMap<string, PairLine> | undefined {
  if (!existsSync(path)) return undefined;
  const lines = wholeLines(path).map((line): PairLine => JSON.parse(line));
  return new Map(lines.map(({ id, flagged, extrapolated }) => [id, { id, flagged, extrapolated }]));
}

/** The pair that a judgment became, if it did: two equal responses make none. */
function pairOf(
  { id, responses, chosen, rejected, probability }: JudgmentLine,
  trained: ReadonlyMap<string, PairLine> | undefined,
): SpaPair | undefined {
  if (chosen === undefined || rejected === undefined || (trained && !trained.has(id))) return undefined;
  const { flagged = false, extrapolated } = trained?.get(id) ?? {};
  const [better, worse] = [responses[chosen]!.tokens, responses[rejected]!.tokens];
  return { id, probability, flagged, extrapolated, chosen: better, rejected: worse };
}

const inFull = (pair: SpaPair, { prompt, responses, chosen, rejected }: JudgmentLine): FullPair => ({
  ...pair,
  prompt,
  chosen: responses[chosen!]!,
  rejected: responses[rejected!]!,
});

/** The pairs that the judge was surest and least sure of, and those that training doubted most; no pair twice. */
function shownPairs(pairs: readonly SpaPair[], full: (pair: SpaPair) => FullPair): ShownPairs {
  const taken = new Set<string>();
  const first = (some: readonly SpaPair[]) => {
    const free = some.filter(({ id }) => !taken.has(id)).slice(0, shownOfEach);
    for (const { id } of free) taken.add(id);
    return free.map(full);
  };
  const doubted = pairs.filter(({ flagged }) => flagged);
  const bySureness = pairs.toSorted((a, b) => b.probability - a.probability);
  return {
    flagged: first(doubted.toSorted((a, b) => (a.extrapolated ?? 0) - (b.extrapolated ?? 0))),
    surest: first(bySureness),
    undecided: first(bySureness.toReversed()),
  };
}
