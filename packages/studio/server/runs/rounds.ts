/** How far a run of self-annotation is: its rounds, as their folders tell. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { RoundPart, SelfJudgment, SpaRound } from '../../shared/runs.ts';
import type { RunPlace } from './places.ts';
import { firstLines, linesIn, readMetrics } from './readRun.ts';

/** The seed, and every round that has begun. */
export function readRounds(place: RunPlace): SpaRound[] {
  const { run } = place;
  if (!existsSync(join(run, 'seed'))) return [];
  const { num_generations: perPrompt = 2 } = parse(readFileSync(join(run, 'config.yaml'), 'utf8')) ?? {};
  const numbers = new Map(readMetrics(place).map((line) => [line.step, line]));
  const rounds: SpaRound[] = [seedOf(join(run, 'seed'))];
  for (let round = 1; existsSync(join(run, `round-${round}`)); round++) {
    const folder = join(run, `round-${round}`);
    const prompts = linesOf(join(folder, 'prompts.jsonl'));
    const responses = linesOf(join(folder, 'responses.jsonl'));
    const part = partOf(folder, responses === perPrompt * prompts);
    const judgments = judgmentsOf(join(folder, 'judgments.jsonl'));
    const training = trainingOf(join(folder, 'train'));
    rounds.push({ round, part, prompts, responses, numbers: numbers.get(round) ?? null, training, judgments });
  }
  return rounds;
}

function seedOf(folder: string): SpaRound {
  const part = existsSync(join(folder, 'final')) ? 'over' : 'training';
  return { round: 0, part, prompts: null, responses: 0, numbers: null, training: trainingOf(folder), judgments: [] };
}

/** The files of a round come one after the other. */
function partOf(folder: string, isSampled: boolean): RoundPart {
  const has = (name: string) => existsSync(join(folder, name));
  if (has('pairs.jsonl')) return 'over';
  if (has('judgments.jsonl')) return 'training';
  return isSampled ? 'judging' : 'sampling';
}

function linesOf(file: string): number {
  if (!existsSync(file)) return 0;
  let lines = 0;
  for (const byte of readFileSync(file)) if (byte === 0x0a) lines++;
  return lines;
}

function trainingOf(folder: string): SpaRound['training'] {
  const file = join(folder, 'metrics.jsonl');
  return existsSync(file) ? linesIn(readFileSync(file, 'utf8')) : [];
}

const SHOWN = 4; // judgments of a round
const SHOWN_BYTES = 256 << 10;

/** A line of `judgments.jsonl`, as far as it is shown. */
const Judgment = z.object({
  prompt: z.union([z.string(), z.array(z.object({ content: z.string() }))]),
  responses: z.array(z.object({ text: z.string(), reward: z.number().nullable(), tokens: z.number() })),
  chosen: z.number().optional(),
  probability: z.number().optional(),
});

function judgmentsOf(file: string): SelfJudgment[] {
  return firstLines(file, SHOWN_BYTES)
    .slice(0, SHOWN)
    .map((line) => {
      const { prompt, responses, chosen, probability = null } = Judgment.parse(JSON.parse(line));
      const text = typeof prompt === 'string' ? prompt : prompt.map(({ content }) => content).join('\n\n');
      const first = responses.filter((_, i) => i === chosen);
      return { prompt: text, responses: [...first, ...responses.filter((_, i) => i !== chosen)], probability };
    });
}
