import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toJsonl } from '../../src/run/lines.ts';

/** A made-up round: how many prompts, how long, and what its texts say. */
export interface MadeUpRound {
  readonly prompts: number;
  /** Of them, the first few whose two responses are equal. */
  readonly equal?: number;
  readonly tokens?: number;
  readonly said?: string;
  /** Whether the round has come to its end. */
  readonly over?: boolean;
}

const pairsPerStep = 4;

/**
 * Writes what `attune train spa` leaves, by hand and without chance. Pair i of n has the confidence 0.5 + i/(2n), its
 * chosen response is two tokens longer than the other, every tenth is flagged, every fifth response is cut off.
 */
export function spaFolder(folder: string, rounds: readonly MadeUpRound[], settings: object = {}): void {
  mkdirSync(join(folder, 'seed'), { recursive: true });
  writeFileSync(
    join(folder, 'config.yaml'),
    JSON.stringify({ prompts_per_round: rounds.map((r) => r.prompts), ...settings }),
  );
  writeFileSync(join(folder, 'seed', 'metrics.jsonl'), toJsonl(course(12, 0)));
  const summaries = rounds.map((round, i) => {
    writeRound(join(folder, `round-${i + 1}`), round);
    const seconds = { sampling: 60, judging: 2, training: 38 };
    const named = Object.entries(seconds).map(([part, value]) => [`spa/${part}_seconds`, value * (i + 1)]);
    return { step: i + 1, time: 100 * i, ...Object.fromEntries(named) };
  });
  writeFileSync(join(folder, 'metrics.jsonl'), toJsonl(summaries.filter((_, i) => rounds[i]!.over !== false)));
}

/** A training whose loss falls from ln 2 and whose margin rises from 0. */
const course = (steps: number, from: number) =>
  Array.from({ length: steps }, (_, i) => ({
    ...{ step: i + 1, time: from + i, loss: Math.LN2 / (1 + i / steps), 'rewards/margins': i / steps },
  }));

function writeRound(
  folder: string,
  { prompts, equal = 0, tokens = 50, said = 'Once', over = true }: MadeUpRound,
): void {
  const train = join(folder, 'train');
  mkdirSync(train, { recursive: true });
  const places = Array.from({ length: prompts }, (_, i) => i);
  const judgments = places.map((i) => {
    const response = (length: number, side: string) => ({
      ...{ text: i < equal ? said : `${said} ${side} ${i}`, tokens: length, reward: i / 10 },
      finish: i % 5 === 0 ? 'length' : 'stop',
    });
    const responses = [response(tokens + 2, 'better'), response(tokens, 'worse')];
    const judged = { chosen: 0, rejected: 1, probability: 0.5 + i / (2 * prompts) };
    return { id: `p${i}`, prompt: `${said}, prompt ${i}`, responses, ...(i < equal ? { dropped: 'equal' } : judged) };
  });
  const learned = places.slice(equal);
  const doubts = learned.map((i, at) => ({
    ...{
      step: Math.floor(at / pairsPerStep) + 1,
      id: `p${i}`,
      margin: i / 50,
      extrapolated: Math.sin(i),
      threshold: -0.8,
    },
    flagged: i % 10 === 0,
  }));
  writeFileSync(join(folder, 'judgments.jsonl'), toJsonl(judgments));
  writeFileSync(join(train, 'metrics.jsonl'), toJsonl(course(Math.ceil(learned.length / pairsPerStep), 100)));
  writeFileSync(join(train, 'samples.jsonl'), toJsonl(doubts));
  const pairs = doubts.map(({ id, flagged, extrapolated }) => {
    const { prompt, responses, ...judged } = judgments[Number(id.slice(1))]!;
    const probability = 'probability' in judged ? judged.probability : undefined;
    return { id, prompt, chosen: responses[0]!.text, rejected: responses[1]!.text, probability, flagged, extrapolated };
  });
  if (over) writeFileSync(join(folder, 'pairs.jsonl'), toJsonl(pairs));
}
