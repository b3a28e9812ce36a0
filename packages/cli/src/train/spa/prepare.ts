import {
  ChatTemplateError,
  type EncodedPair,
  EncodingError,
  encodePairs,
  encodePrompt,
  type Kind,
  type OpenedModel,
  type Tokenizer,
} from '@attune/align';
import type { Content, Pair } from '@attune/preferences';
import type { CommandContext } from '../../command.ts';
import { SettingError } from '../../errors.ts';
import { refuseForeignTokens } from '../../models/foreignTokens.ts';
import { refuseRewardModel } from '../../models/heads.ts';
import type { SpaSettings } from '../../settings/spa.ts';
import { formatCount } from '../../terminal/format.ts';
import { encodeData } from '../encodeData.ts';
import { openStart } from '../setup.ts';
import { type Blocks, readBlocks, type Unlabelled } from './blocks.ts';
import { checkJudge } from './judges.ts';

/** A prompt to respond to, as it is read by the model. */
export interface RoundPrompt {
  readonly id: string;
  readonly prompt: Content;
  readonly ids: readonly number[];
  /** Tokens that it lost at its beginning. */
  readonly cut: number;
}

/** A labelled pair that nothing learns from, with its tokens. */
export interface HeldOutPair {
  readonly pair: Pair;
  readonly encoded: EncodedPair;
}

/** What a run learns from, found fit for it. */
export interface Prepared {
  readonly seed: readonly Pair[];
  readonly heldOut: readonly HeldOutPair[];
  readonly rounds: readonly (readonly RoundPrompt[])[];
  /** The model's end token, if it has one. */
  readonly endId: number | undefined;
}

/**
 * Reads data and models and refuses what would fail hours later. Nothing is written.
 *
 * @throws SettingError, FileError, EncodingError saying what is wrong
 */
export async function prepare(context: CommandContext, settings: SpaSettings, kind: Kind): Promise<Prepared> {
  const blocks = await readBlocks(context, settings);
  using opened = await openStart(settings.model, kind);
  refuseRewardModel(settings.model, opened);
  refuseUnfitSeed(opened.tokenizer, blocks, settings);
  const room = roomFor(opened, settings);
  const rounds = blocks.rounds.map((block) => block.map((prompt) => encoded(opened.tokenizer, prompt, room)));
  refuseForeignTokens(
    settings.model,
    opened,
    rounds.flat().map(({ ids }) => ids),
  );
  const cut = rounds.flat().filter((prompt) => prompt.cut > 0).length;
  if (cut > 0) context.say(`  ! ${formatCount(cut)} prompts have more than ${room} tokens: they lose their beginning`);
  await checkJudge(settings, kind, opened);
  const heldOut = heldOutPairs(context, opened, blocks, settings);
  return { seed: blocks.seed, heldOut, rounds, endId: opened.tokenizer.eosIds[0] };
}

/** The pairs that are held out as tokens; those that are too long for the models are left out, and counted. */
function heldOutPairs(
  { say }: CommandContext,
  { tokenizer, model }: OpenedModel,
  { heldOut, places }: Blocks,
  { moved_boundary: movedBoundary }: SpaSettings,
): HeldOutPair[] {
  const nameOf = (record: object) => places.get(record);
  const options = { maxLength: model.maxPositions, truncation: 'drop', movedBoundary, nameOf } as const;
  const found = heldOut.flatMap((pair) =>
    encodePairs(tokenizer, [pair], options).examples.map((encoded) => ({ pair, encoded })),
  );
  const lost = heldOut.length - found.length;
  if (lost > 0)
    say(`  ! ${formatCount(lost)} of the ${formatCount(heldOut.length)} pairs held out are too long: left out`);
  return found;
}

/** The training on the seed encodes it again; here it only shows whether it can be. */
function refuseUnfitSeed(tokenizer: Tokenizer, { seed, places }: Blocks, settings: SpaSettings): void {
  if (seed.length > 0) encodeData(encodePairs, tokenizer, { train: seed, heldOut: [] }, { settings, places });
}

/** Tokens that a prompt may have. */
function roomFor({ model }: OpenedModel, { max_prompt_length, response_length }: SpaSettings): number {
  const room = Math.min(max_prompt_length, model.maxPositions - response_length);
  if (room >= 2) return room; // a begin token and one more
  throw new SettingError(
    `response_length: ${response_length} of the model's ${model.maxPositions} positions leave no room for a prompt. ` +
      'Lower response_length.',
  );
}

function encoded(tokenizer: Tokenizer, { id, prompt, where }: Unlabelled, room: number): RoundPrompt {
  const ids = tokensOf(tokenizer, prompt, where);
  const cut = Math.max(0, ids.length - room);
  const begin = cut > 0 && ids[0] === tokenizer.bosId ? 1 : 0; // the begin token stays
  return { id, prompt, ids: [...ids.slice(0, begin), ...ids.slice(begin + cut)], cut };
}

function tokensOf(tokenizer: Tokenizer, prompt: Content, where: string): number[] {
  try {
    return encodePrompt(tokenizer, prompt);
  } catch (error) {
    const ofThisPrompt = error instanceof EncodingError || error instanceof ChatTemplateError;
    if (ofThisPrompt) throw new EncodingError(`${where}: ${error.message}`, { cause: error });
    throw error;
  }
}
