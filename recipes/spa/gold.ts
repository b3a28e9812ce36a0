import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  bedtimeWeights,
  type Content,
  type Pair,
  type PropertyWeights,
  type SimulatedAnnotator,
  simulatedAnnotator,
  wilsonInterval,
  winRate,
} from '@attune/preferences';
import { readLines } from '../tools.ts';

/** So many of so many. */
export interface Share {
  readonly of: number;
  readonly n: number;
}

/** What a round thought of its labels, against what the annotator thinks; pairs of equal score left out. */
export interface Round {
  readonly labels: Share; //  right
  readonly flagged: Share; // wrong
  readonly judging: number; // share of the round's seconds
}

/** An annotator that knows these properties and no others, and never slips. */
export function tasteFor(weights: Partial<PropertyWeights>): SimulatedAnnotator {
  const nothing = Object.fromEntries(Object.keys(bedtimeWeights).map((name) => [name, 0])) as PropertyWeights;
  return simulatedAnnotator({ weights: { ...nothing, ...weights }, seed: 0 });
}

/** Pairs of the responses that `attune generate -n 2` sampled: the higher score is chosen, and where none is there is no pair. */
export function labelled(gold: SimulatedAnnotator, promptsFile: string, responsesFile: string): Pair[] {
  const said = Map.groupBy(readLines<{ id: string; text: string }>(responsesFile), ({ id }) => id);
  return readLines<{ id: string; prompt: Content }>(promptsFile).flatMap(({ id, prompt }): Pair[] => {
    const [a, b] = said.get(id)!.map(({ text }) => text) as [string, string];
    const lead = gold.score(a) - gold.score(b);
    if (lead === 0) return [];
    const [chosen, rejected] = (lead > 0 ? [a, b] : [b, a]).map((text) => asContent(text, prompt)) as [
      Content,
      Content,
    ];
    return [{ id, prompt, chosen, rejected } as Pair];
  });
}

/** How often responses score higher than others to the same prompts; ties count half. */
export function winsOver(gold: SimulatedAnnotator, start: string, responses: string): Share {
  const before = new Map(readLines<{ id: string; text: string }>(start).map(({ id, text }) => [id, gold.score(text)]));
  const leads = readLines<{ id: string; text: string }>(responses).map(
    ({ id, text }) => gold.score(text) - before.get(id)!,
  );
  const { winRate: rate, n } = winRate(leads.map((lead) => (lead > 0 ? 1 : lead < 0 ? 0 : 0.5)));
  return { of: (rate * n) / 100, n };
}

/** The rounds of a run; none where it has none. */
export function roundsOf(gold: SimulatedAnnotator, run: string): Round[] {
  if (!existsSync(join(run, 'round-1'))) return [];
  return readLines<Record<string, number>>(join(run, 'metrics.jsonl')).map((line, i) => {
    const pairs = readLines<{ chosen: Content; rejected: Content; flagged: boolean }>(
      join(run, `round-${i + 1}`, 'pairs.jsonl'),
    );
    const judged = pairs
      .map(({ chosen, rejected, flagged }) => ({
        lead: gold.score(said(chosen)) - gold.score(said(rejected)),
        flagged,
      }))
      .filter(({ lead }) => lead !== 0);
    const flagged = judged.filter((pair) => pair.flagged);
    const seconds = (part: string) => line[`spa/${part}_seconds`]!;
    return {
      labels: { of: judged.filter(({ lead }) => lead > 0).length, n: judged.length },
      flagged: { of: flagged.filter(({ lead }) => lead < 0).length, n: flagged.length },
      judging: seconds('judging') / (seconds('sampling') + seconds('judging') + seconds('training')),
    };
  });
}

/** A system's line, and one for each of its rounds. */
export function tell(name: string, wins: Share, rounds: readonly Round[]): void {
  console.log(`${name.padEnd(38)} ${percent(wins)}`);
  for (const [i, { labels, flagged, judging }] of rounds.entries()) {
    console.log(
      `          round ${i + 1}: own labels right ${percent(labels)}; flagged ones wrong ${percent(flagged)}; ` +
        `judging ${(100 * judging).toFixed(1)} % of the time`,
    );
  }
}

/** `72.4 % [69.4, 75.3], n = 900` */
export function percent({ of, n }: Share): string {
  if (n === 0) return 'none';
  const [low, high] = wilsonInterval(of, n).map((bound) => (100 * bound).toFixed(1));
  return `${((100 * of) / n).toFixed(1)} % [${low}, ${high}], n = ${n}`;
}

/** Answers to messages are messages. */
const asContent = (text: string, prompt: Content): Content =>
  typeof prompt === 'string' ? text : [{ role: 'assistant', content: text }];

const said = (content: Content): string => (typeof content === 'string' ? content : content.at(-1)!.content);
