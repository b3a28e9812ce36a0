import { type Content, type Pair, promptKey, readPrompts, seededRandom, shuffled } from '@attune/preferences';
import type { CommandContext } from '../../command.ts';
import { SettingError } from '../../errors.ts';
import type { SpaSettings } from '../../settings/spa.ts';
import { formatCount } from '../../terminal/format.ts';
import { withHeldOut } from '../heldOut.ts';
import { type Places, pairs } from '../records.ts';

/** A prompt that nobody has labelled anything for. */
export interface Unlabelled {
  readonly id: string;
  readonly prompt: Content;
  /** Where it was read, as errors name it: `prompts.jsonl, line 5`. */
  readonly where: string;
}

/** What a run learns from. */
export interface Blocks {
  /** D₀: labelled pairs. */
  readonly seed: readonly Pair[];
  /** Labelled pairs that nothing learns from. */
  readonly heldOut: readonly Pair[];
  /** X₁, X₂, …: none has a prompt of the seed, of a pair that is held out, or of another. */
  readonly rounds: readonly (readonly Unlabelled[])[];
  /** Where each pair was read. */
  readonly places: Places;
}

type Context = Pick<CommandContext, 'say'>;

/**
 * Reads the seed and the blocks of prompts, all drawn by `data_seed`. Of pairs outside of the seed nothing but the prompt
 * is kept.
 *
 * @throws SettingError where there are too few prompts, or no pair for the seed
 */
export async function readBlocks(context: Context, settings: SpaSettings): Promise<Blocks> {
  const places: Places = new WeakMap();
  const { train: labelled, heldOut } = await labelledPairs(context, settings, places);
  const inSeed = settings.data === undefined ? new Set<number>() : drawnSeed(labelled.length, settings);
  const seed = labelled.filter((_, place) => inSeed.has(place));
  const rest = labelled.filter((_, place) => !inSeed.has(place));
  const found =
    settings.prompts === undefined
      ? rest.map((pair): Found => ({ id: pair.id, prompt: pair.prompt, where: places.get(pair)! }))
      : await promptsIn(context, settings.prompts);
  const { fresh, inSeed: known, repeated } = unused(found, [...seed, ...heldOut]);
  const left = `${formatCount(known)} of them in the seed and ${formatCount(repeated)} repeated: left out`;
  const seeded = settings.data === undefined ? 'no seed' : `${formatCount(seed.length)} pairs are the seed`;
  const apart = heldOut.length > 0 ? `, ${formatCount(heldOut.length)} are held out` : '';
  context.say(
    `${seeded}${apart}; ${formatCount(found.length)} prompts to respond to${known + repeated > 0 ? `, ${left}` : ''}`,
  );
  return { seed, heldOut, places, rounds: blocksOf(fresh, { ...settings, found: found.length }) };
}

/** All labelled pairs, those of a prompt together on one side. */
async function labelledPairs(context: Context, { data, eval_share, data_seed }: SpaSettings, places: Places) {
  if (data === undefined) return { train: [], heldOut: [] };
  return await withHeldOut(
    { data, eval_share, data_seed },
    (files) => pairs(context, files, places),
    ({ prompt }) => promptKey(prompt),
  );
}

/** A prompt as it was read. */
interface Found extends Omit<Unlabelled, 'id'> {
  readonly id: string | undefined;
}

async function promptsIn(context: Context, files: string | readonly string[]): Promise<Found[]> {
  const all: Found[] = [];
  for (const file of [files].flat()) {
    const { prompts, format, lines, unit } = await readPrompts(file);
    context.say(`${file}: ${prompts.length} prompts (${format})`);
    for (const [i, { id, prompt }] of prompts.entries())
      all.push({ id, prompt, where: `${file}, ${unit} ${lines[i]}` });
  }
  return all;
}

/** Places of the pairs that are the seed. */
function drawnSeed(labelled: number, { seed_share, data_seed }: SpaSettings): ReadonlySet<number> {
  const count = Math.round(seed_share * labelled);
  if (count === 0) {
    const problem = `${seed_share} of ${labelled} pairs is none. Raise it, or leave data out to start without a seed.`;
    throw new SettingError(`seed_share: ${problem}`);
  }
  return new Set(shuffled([...Array(labelled).keys()], seededRandom(data_seed)).slice(0, count));
}

/** The prompts that nobody has labelled, each once, under names that are each its own. */
export function unused(
  found: readonly Found[],
  known: readonly Pair[],
): { fresh: Unlabelled[]; inSeed: number; repeated: number } {
  const labelled = new Set(known.map(({ prompt }) => promptKey(prompt)));
  const [seen, names] = [new Set<string>(), new Set<string>()];
  const fresh: Unlabelled[] = [];
  let [inSeed, repeated] = [0, 0];
  for (const { id, prompt, where } of found) {
    const key = promptKey(prompt);
    if (labelled.has(key)) inSeed++;
    else if (seen.has(key)) repeated++;
    else {
      const name = id === undefined || names.has(id) ? where : id;
      names.add(name);
      seen.add(key);
      fresh.push({ id: name, prompt, where });
    }
  }
  return { fresh, inSeed, repeated };
}

/** Disjoint blocks of these sizes. @throws SettingError where the prompts do not suffice */
export function blocksOf(
  fresh: readonly Unlabelled[],
  {
    prompts_per_round: sizes,
    data_seed,
    found,
  }: Pick<SpaSettings, 'prompts_per_round' | 'data_seed'> & { found: number },
): Unlabelled[][] {
  const needed = sizes.reduce((sum, size) => sum + size, 0);
  if (fresh.length < needed) {
    const parts = sizes.map(formatCount).join(' + ');
    throw new SettingError(
      `prompts_per_round: ${sizes.length > 1 ? `${parts} = ` : ''}${formatCount(needed)} prompts are needed, each once, and ` +
        `${formatCount(fresh.length)} of ${formatCount(found)} can be used: the others repeat one of them or one of the seed. ` +
        'Give more prompts, or ask for fewer.',
    );
  }
  const order = shuffled(fresh, seededRandom(data_seed));
  let at = 0;
  return sizes.map((size) => order.slice(at, (at += size)));
}
