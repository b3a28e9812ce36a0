import {
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { generate, type OpenedModel } from '@attune/align';
import { readAs, seededRandom } from '@attune/preferences';
import { z } from 'zod';
import { RunError } from '../../errors.ts';
import { textAfter } from '../../models/responses.ts';
import { toJsonl } from '../../run/lines.ts';
import { formatCount } from '../../terminal/format.ts';
import { progress } from '../../terminal/progress.ts';
import { standardError } from '../../terminal/screen.ts';
import { kindOf, openStart } from '../setup.ts';
import { keep, Stopwatch } from './folder.ts';
import { label, policyOf, type Round } from './Round.ts';

/** A response as it was sampled. */
const Sampled = z.object({
  id: z.string(), // of its prompt
  index: z.int().min(0),
  text: z.string(),
  tokens: z.array(z.int()),
  logprobs: z.array(z.number()), // nats, of π_{i−1} itself: before temperature and filters
  finish: z.enum(['stop', 'length']),
});
export type Sampled = z.infer<typeof Sampled>;

/**
 * Writes the block of the round, or makes sure that it is what it was, also where the round is over: no prompt of it may
 * come in a later one.
 *
 * @throws RunError where it is not
 */
export function keepPrompts({ folder, prompts }: Round): void {
  mkdirSync(folder, { recursive: true });
  keep(join(folder, 'prompts.jsonl'), toJsonl(prompts.map(({ id, prompt }) => ({ id, prompt }))));
}

/**
 * Data expansion: every prompt's responses, y ~ π_{i−1}(· | x). They are sampled in fixed chunks of prompts, the longest
 * prompts first, and `responses.jsonl` has each chunk on the disk before the next begins: what it has is never sampled
 * again. Each response draws from a stream of its own, which only the seed, the round, its prompt's place and its index
 * decide.
 *
 * @returns the responses to each prompt, in the order of the prompts
 */
export async function expand(round: Round): Promise<Sampled[][]> {
  const { folder, prompts, settings } = round;
  const file = join(folder, 'responses.jsonl');
  const { num_generations: samples, local_rollout_forward_batch_size: rows } = settings;
  const together = Math.max(1, Math.floor(rows / samples));
  const order = [...prompts.keys()].sort((a, b) => prompts[b]!.ids.length - prompts[a]!.ids.length || a - b);
  const done = await cutToChunks(file, { lines: together * samples, total: order.length * samples });
  if (done < order.length * samples) await sampleRest(round, file, { order, together, done: done / samples });
  return await readResponses(file, round);
}

/** Samples the chunks that are missing. @param done prompts that have their responses */
async function sampleRest(
  round: Round,
  file: string,
  { order, together, done }: { order: readonly number[]; together: number; done: number },
): Promise<void> {
  const { context, folder, settings } = round;
  using clock = new Stopwatch(folder, 'sampling');
  using policy = await openStart(policyOf(round), kindOf(settings));
  using out = appendingTo(file);
  const total = (order.length - done) * settings.num_generations;
  const shown = progress(standardError(), { label: label(round, 'sampling'), total, unit: 'responses' });
  for (let start = done; start < order.length; start += together) {
    context.signal.throwIfAborted();
    const before = (start - done) * settings.num_generations;
    const lines = await sampleChunk(round, policy, order.slice(start, start + together), (responses) =>
      shown.update(before + responses),
    );
    out.append(toJsonl(lines));
    clock.lap();
  }
  shown.end();
}

/** The responses to some prompts, by place, each prompt's together. */
async function sampleChunk(
  { context, settings, number, prompts }: Round,
  { model, tokenizer }: OpenedModel,
  places: readonly number[],
  heard: (responses: number) => void,
): Promise<Sampled[]> {
  const { num_generations: samples, response_length: maxNewTokens, temperature, top_p: topP } = settings;
  let tokens = 0;
  const onToken = () => heard(Math.min(places.length * samples, ++tokens / maxNewTokens));
  const options = { samples, maxNewTokens, temperature, topP, endIds: tokenizer.eosIds, onToken };
  const batch = places.map((place) => prompts[place]!.ids);
  const found = new Map<string, Sampled>();
  const sampled = generate(
    model,
    batch,
    { ...options, seed: roundSeed(settings.seed, number), signal: context.signal },
    places,
  );
  for await (const { prompt, index, ids, logps, finish } of sampled) {
    const { id, ids: before } = prompts[prompt]!;
    const text = textAfter(tokenizer, before, ids);
    found.set(`${prompt} ${index}`, { id, index, text, tokens: [...ids], logprobs: [...logps], finish });
  }
  return places.flatMap((place) => Array.from({ length: samples }, (_, index) => found.get(`${place} ${index}`)!));
}

/** Every round has a stream of random numbers of its own. */
function roundSeed(seed: number, round: number): number {
  const seeds = seededRandom(seed);
  for (let i = 1; i < round; i++) seeds.uint32();
  return seeds.uint32();
}

/**
 * Cuts away the chunk that a killed process did not finish.
 *
 * @param lines of a chunk; the last one of `total` may be smaller
 * @returns the lines that are left
 */
async function cutToChunks(file: string, { lines, total }: { lines: number; total: number }): Promise<number> {
  if (!existsSync(file)) return 0;
  let [read, bytes, kept, keptBytes] = [0, 0, 0, 0];
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf('\n'); at >= 0; at = chunk.indexOf('\n', at + 1)) {
      read++;
      if (read % lines === 0 || read === total) [kept, keptBytes] = [read, bytes + at + 1];
    }
    bytes += chunk.length;
  }
  if (keptBytes < bytes) truncateSync(file, keptBytes);
  return kept;
}

function appendingTo(file: string): Disposable & { append(text: string): void } {
  const out = openSync(file, 'a');
  return {
    append(text) {
      writeSync(out, text);
      fsyncSync(out);
    },
    [Symbol.dispose]: () => closeSync(out),
  };
}

/** @throws RunError where there are other responses than were sampled */
async function readResponses(file: string, { prompts, settings, context }: Round): Promise<Sampled[][]> {
  const { records } = await readAs(Sampled, file, 'Each line needs id, index, text, tokens, logprobs and finish.');
  const places = new Map(prompts.map(({ id }, place) => [id, place]));
  const responses: Sampled[][] = prompts.map(() => []);
  for (const response of records) responses[places.get(response.id) ?? -1]?.splice(response.index, 1, response);
  const whole = responses.every((some) => some.length === settings.num_generations && !some.includes(undefined!));
  if (!whole || records.length !== prompts.length * settings.num_generations) {
    throw new RunError(`${file} was changed: it has not the responses to prompts.jsonl. Remove it to sample again.`);
  }
  const cut = records.filter(({ finish }) => finish === 'length').length;
  context.say(
    `  ${formatCount(records.length)} responses, ${formatCount(cut)} of them cut at ${settings.response_length} tokens`,
  );
  return responses;
}
