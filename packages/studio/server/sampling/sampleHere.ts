import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandError, runAttune } from '../jobs/attune.ts';
import { hasChatTemplate } from '../runs/places.ts';
import type { Studio } from '../studio.ts';
import { type Drawing, type Sampled, sampled, type Waiting } from './sample.ts';

const TOGETHER = 16; // prompts: with two responses each as many as attune generate samples at a time

/** Asks a model on this machine: `attune generate` in a process of its own, for a few prompts at a time. */
export async function* sampleHere(
  studio: Studio,
  model: string,
  drawing: Drawing,
  prompts: AsyncIterable<Waiting[]>,
  signal: AbortSignal,
): AsyncGenerator<Sampled> {
  const folder = mkdtempSync(join(tmpdir(), 'attune-sampling-'));
  const asText = !hasChatTemplate(model);
  try {
    for await (const page of prompts) {
      for (let from = 0; from < page.length && !signal.aborted; from += TOGETHER) {
        yield* generate(studio, { model, folder, asText, ...drawing }, page.slice(from, from + TOGETHER), signal);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Generating extends Drawing {
  readonly model: string;
  readonly folder: string;
  readonly asText: boolean;
}

/** A line of what `attune generate` writes. */
interface Response {
  readonly id: string;
  readonly index: number;
  readonly text: string;
  readonly finish: 'stop' | 'length';
}

async function* generate(
  studio: Studio,
  { model, folder, asText, temperature, maxTokens }: Generating,
  prompts: readonly Waiting[],
  signal: AbortSignal,
): AsyncGenerator<Sampled> {
  const [file, out] = [join(folder, 'prompts.jsonl'), join(folder, 'responses.jsonl')];
  const lines = prompts.map(({ id, prompt }) => {
    return JSON.stringify({ id, prompt: asText && prompt.length === 1 ? prompt[0]!.content : prompt });
  });
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  const command = ['generate', '--model', model, '--prompts', file, '--out', out, '--n', '2'];
  const options = ['--temperature', String(temperature), '--max-new-tokens', String(maxTokens)];
  try {
    await runAttune(studio, [...command, ...options], signal);
  } catch (error) {
    const unfit = error instanceof CommandError ? unfitLines(error.message, prompts.length) : new Map();
    if (unfit.size === 0) throw error;
    for (const [place, said] of unfit) yield { prompt: prompts[place]!, failure: { reason: 'does not fit', said } };
    const rest = prompts.filter((_, place) => !unfit.has(place));
    if (rest.length > 0) {
      yield* generate(studio, { model, folder, asText, temperature, maxTokens }, rest, signal);
    }
    return;
  }
  const responses = readFileSync(out, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Response);
  const byPrompt = Map.groupBy(responses, ({ id }) => id);
  for (const prompt of prompts) {
    const [a, b] = byPrompt.get(prompt.id)!;
    yield sampled(prompt, [a!.text, b!.text], { cut: [a!, b!].filter(({ finish }) => finish === 'length').length });
  }
}

/** Which prompts the command says it cannot encode, and why: "…, line 3: the prompt has …". */
function unfitLines(said: string, prompts: number): Map<number, string> {
  const found = said.matchAll(/\bline (\d+): (.+)/g);
  return new Map([...found].map(([, line, why]) => [Number(line) - 1, why!] as const).filter(([at]) => at < prompts));
}
