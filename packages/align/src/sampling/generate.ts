import { InvalidValueError, seededRandom } from '@attune/preferences';
import { AttuneError, noGrad, type Tensor, tensor, tidy, zeros } from '@attune/torch';
import { breathe } from '../breathe.ts';
import type { CausalLm } from '../models/CausalLm.ts';
import { KvCache } from './KvCache.ts';
import { type Sampling, stepsOf } from './steps.ts';

/** How responses are sampled, how many, and where they end. */
export interface GenerateOptions extends Sampling {
  readonly maxNewTokens: number;
  /** Responses to each prompt. */
  readonly samples?: number;
  /** Tokens that end a response; the one that ended it stays in it. */
  readonly endIds: readonly number[];
  /** Ends a response by what it says so far, e.g. at a stop string. */
  readonly endsAt?: (ids: readonly number[]) => boolean;
  readonly seed: number;
  /** With each token, so many of the likeliest that might have stood in its place. */
  readonly likeliest?: number;
  /** Hears of every token as it is chosen: for text that is shown while it grows. */
  readonly onToken?: (token: SampledToken) => void;
  readonly signal?: AbortSignal;
}

/** A token and log π(token | before) in nats: of the model itself, before temperature and filters. */
export interface TokenLogp {
  readonly id: number;
  readonly logp: number;
}

/** A token of a response under way. */
export interface SampledToken extends TokenLogp {
  readonly prompt: number; // its place among the prompts
  readonly index: number; //  which of the prompt's samples
  /** The likeliest in its place, in falling order; as many as were asked for. */
  readonly likeliest?: readonly TokenLogp[];
}

/** A response as it was sampled. */
export interface Generated {
  readonly prompt: number; // its place among the prompts
  readonly index: number; //  which of the prompt's samples
  readonly ids: readonly number[];
  /** log π(token | before) of each token in nats: of the model itself, before temperature and filters. */
  readonly logps: readonly number[];
  readonly finish: 'stop' | 'length';
}

/**
 * Samples responses to a batch of prompts with a key-value cache; each comes as soon as it is finished, and its row is
 * dropped. Every response draws from a stream of random numbers of its own, so that what it says depends on the seed,
 * its prompt's place and its index, not on what else stands in the batch.
 *
 * @param places the prompts' places, where these are a part of many
 * @throws PromptError for a prompt that is empty, too long, or of another model's tokens
 * @throws InvalidValueError for fewer than one new token, or one sample
 */
export async function* generate(
  model: CausalLm,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions,
  places: readonly number[] = [...prompts.keys()],
): AsyncGenerator<Generated> {
  const { samples = 1, maxNewTokens } = options;
  const { device } = model.head;
  for (const [name, count] of Object.entries({ samples, maxNewTokens })) {
    if (!Number.isInteger(count) || count < 1) throw new InvalidValueError(name, 'a whole number of at least 1', count);
  }
  if (prompts.length === 0) return;
  prompts.forEach((prompt, i) => void checkPrompt(model, prompt, places[i]!, maxNewTokens));
  using cache = new KvCache(prompts, { samples, capacity: maxNewTokens, device });
  const pick = picker(model, options);
  let rows = prompts.flatMap((prompt, i) =>
    Array.from({ length: samples }, (_, index) => newRow(prompt, places[i]!, index, options)),
  );

  const start = tidy(() =>
    noGrad(() => {
      const first = cache.prefill(prompts);
      const hidden = model.hidden(tensor(first.ids, { dtype: 'int64', device }), first);
      const last = first.last.flatMap((place) => Array<number>(samples).fill(place));
      return pick(hidden.indexSelect(0, tensor(last, { dtype: 'int64', device })), rows);
    }),
  );
  rows.forEach((row, i) => void row.take(start[i]!));

  while (true) {
    const going: number[] = [];
    for (const [i, row] of rows.entries()) {
      const finish = row.finish(options);
      if (finish && !row.told) yield row.tell(finish);
      if (!finish) going.push(i);
    }
    if (going.length === 0) return;
    options.signal?.throwIfAborted();
    // Dropping copies the cache, so rows leave in groups; until then a finished one goes on unheard.
    if (going.length <= 0.75 * rows.length) {
      cache.keep(going);
      rows = going.map((i) => rows[i]!);
    }
    const next = tidy(() =>
      noGrad(() => {
        const ids = tensor(
          rows.map((row) => row.ids.at(-1)!),
          { dtype: 'int64', device },
        );
        return pick(model.hidden(ids, cache.step()), rows);
      }),
    );
    rows.forEach((row, i) => void row.take(next[i]!));
    await breathe();
  }
}

/** A prompt that cannot be answered. */
export class PromptError extends AttuneError {
  readonly code = 'prompt';
  override readonly badInput = true;
}

function checkPrompt(model: CausalLm, prompt: readonly number[], place: number, maxNewTokens: number): void {
  const { length } = prompt;
  if (length === 0) throw new PromptError(`Prompt ${place} has no tokens. Give it at least the begin token.`);
  const foreign = prompt.find((id) => !(id >= 0 && id < model.vocabSize));
  if (foreign !== undefined) {
    throw new PromptError(
      `Prompt ${place} has the token ${foreign}, and the model's vocabulary has ${model.vocabSize}. ` +
        "Encode it with the model's own tokenizer.",
    );
  }
  if (length + maxNewTokens <= model.maxPositions) return;
  throw new PromptError(
    `Prompt ${place} has ${length} tokens; with ${maxNewTokens} new ones that is more than the ${model.maxPositions} ` +
      'positions of the model. Shorten the prompt or ask for fewer new tokens.',
  );
}

/** A response under way. */
interface Row {
  readonly ids: readonly number[];
  readonly prompt: readonly number[];
  readonly told: boolean;
  /** From 0 (included) to 1 (excluded). */
  draw(): number;
  take(picked: Picked): void;
  finish(options: GenerateOptions): 'stop' | 'length' | undefined;
  tell(finish: 'stop' | 'length'): Generated;
}

type Picked = Pick<SampledToken, 'id' | 'logp' | 'likeliest'>;

function newRow(prompt: readonly number[], place: number, index: number, { seed, onToken }: GenerateOptions): Row {
  const random = seededRandom(streamSeed(seed, place, index));
  const ids: number[] = [];
  const logps: number[] = [];
  let told = false;
  return {
    ids,
    prompt,
    get told() {
      return told;
    },
    draw: random.uniform,
    take(picked) {
      if (told) return void (ids[ids.length - 1] = picked.id);
      ids.push(picked.id);
      logps.push(picked.logp);
      onToken?.({ prompt: place, index, ...picked });
    },
    finish({ endIds, endsAt, maxNewTokens }) {
      if (told || endIds.includes(ids.at(-1)!) || endsAt?.(ids)) return 'stop';
      return ids.length >= maxNewTokens ? 'length' : undefined;
    },
    tell(finish) {
      told = true;
      return { prompt: place, index, ids: [...ids], logps, finish };
    },
  };
}

/** One stream for each response. */
const streamSeed = (seed: number, place: number, index: number): number =>
  Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(place + 1, 0x85ebca77) ^ Math.imul(index + 1, 0xc2b2ae3d);

/** Chooses each row's next token from what the model made of its last one: hidden [rows, hidden]. */
function picker(model: CausalLm, options: GenerateOptions): (hidden: Tensor, rows: readonly Row[]) => Picked[] {
  const shape = stepsOf(options);
  const remembers = (options.repetitionPenalty ?? 1) !== 1;
  return (hidden, rows) => {
    const logits = model.logits(hidden).to(hidden.dtype === 'float64' ? 'float64' : 'float32'); // [rows, vocab]
    const shaped = shape(logits, remembers ? seenBy(rows, logits) : logits);
    const ids = options.temperature === 0 ? shaped.argmax(-1) : draw(shaped.softmax(-1), rows);
    const mass = logits.logsumexp(1, true); // [rows, 1]
    const logps = logits.gather(1, ids.unsqueeze(1)).sub(mass).squeeze(1).toArray();
    const likeliest = options.likeliest ? likeliestOf(logits, mass, options.likeliest) : undefined;
    return ids.toArray().map((id, i) => ({ id, logp: logps[i]!, ...(likeliest && { likeliest: likeliest[i]! }) }));
  };
}

/** The k tokens of the largest logits: logits [rows, vocab], log of their summed exponentials [rows, 1] → [rows][k]. */
function likeliestOf(logits: Tensor, mass: Tensor, k: number): TokenLogp[][] {
  const { values, indices } = logits.topk(Math.min(k, logits.shape[1]!));
  const [ids, logps] = [indices.toArray(), values.sub(mass).toArray()];
  const width = indices.shape[1]!;
  return Array.from({ length: logits.shape[0]! }, (_, row) =>
    Array.from({ length: width }, (__, i) => ({ id: ids[row * width + i]!, logp: logps[row * width + i]! })),
  );
}

/** The token at which the cumulated probability passes each row's own random number: [rows, vocab] → [rows], int64. */
function draw(probabilities: Tensor, rows: readonly Row[]): Tensor {
  const mass = probabilities.cumsum(-1); // [rows, vocab]
  // Numbers of 23 bits stay below 1 in float32 also after the product, so that no row draws beyond its last token.
  const uniform = rows.map((row) => Math.floor(row.draw() * 2 ** 23) / 2 ** 23);
  const level = tensor(uniform, { device: mass.device })
    .to(mass.dtype)
    .unsqueeze(1)
    .mul(mass.narrow(1, mass.shape[1]! - 1, 1));
  return mass.le(level).sum(-1);
}

/** [rows, vocab], true at the tokens of each row's prompt and response. */
function seenBy(rows: readonly Row[], like: Tensor): Tensor {
  const vocab = like.shape[1]!;
  const places = rows.flatMap(({ prompt, ids }, i) => [...prompt, ...ids].map((id) => i * vocab + id));
  const ones = tensor(
    places.map(() => 1),
    { device: like.device },
  );
  const counts = zeros([rows.length * vocab], { device: like.device }).indexAdd(
    0,
    tensor(places, { dtype: 'int64', device: like.device }),
    ones,
  );
  return counts.view(like.shape).gt(0);
}
