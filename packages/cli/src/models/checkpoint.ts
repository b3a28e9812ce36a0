import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  asRewardModel,
  copyTokenizer,
  createModel,
  fill,
  fillAdapters,
  type Kind,
  OpenedModel,
  readTokenizerFiles,
  Tokenizer,
} from '@attune/align';
import { Random, readSafetensors, readSafetensorsHeader } from '@attune/torch';
import { parse } from 'yaml';
import { RunError } from '../errors.ts';
import type { PretrainSettings } from '../settings/pretrain.ts';
import { configOf } from '../train/pretrain.ts';
import { type LoraSettings, makeTrainable } from '../train/session.ts';
import { openStart } from '../train/setup.ts';

/** The settings of a run that decide what its model is made of. */
type RunSettings = PretrainSettings | (LoraSettings & { readonly model: string });

/** Whether a folder is a checkpoint of a run. */
export const isCheckpoint = (path: string): boolean => existsSync(join(path, 'state.json'));

/**
 * The model as it was at a checkpoint: built anew by the settings of its run, then filled with the weights that are
 * trained. Its owner disposes it.
 *
 * @throws RunError where the checkpoint does not lie in its run folder
 */
export async function openCheckpoint(path: string, kind: Kind): Promise<OpenedModel> {
  const settings = settingsOf(path);
  const weights = join(path, 'weights.safetensors');
  const opened = 'tokenizer' in settings ? await newModel(settings, path, kind) : await openStart(settings.model, kind);
  try {
    const isReward = readSafetensorsHeader(weights).entries.some(({ name }) => name === 'score.weight');
    if (isReward) asRewardModel(opened.model, new Random(0)); // its head is filled in with the other weights
    if ('tokenizer' in settings || !settings.use_lora) {
      fill(opened.model, readSafetensors(weights), weights);
      return opened;
    }
    makeTrainable(opened.model, settings);
    fillAdapters(opened.model, weights);
    const { model, tokenizerFiles, copyTokenizer } = opened;
    return new OpenedModel({ model, path, base: settings.model, tokenizerFiles, copyTokenizer });
  } catch (error) {
    opened[Symbol.dispose]();
    throw error;
  }
}

function settingsOf(path: string): RunSettings {
  const config = resolve(path, '../../config.yaml');
  if (!existsSync(config)) {
    throw new RunError(
      `${path} is a checkpoint, but no run: ${config} is missing. Export it from within its run folder.`,
    );
  }
  return parse(readFileSync(config, 'utf8'));
}

async function newModel(settings: PretrainSettings, path: string, kind: Kind): Promise<OpenedModel> {
  const tokenizerFiles = await readTokenizerFiles(settings.tokenizer);
  const config = configOf(settings, new Tokenizer(tokenizerFiles));
  return new OpenedModel({
    model: createModel(config, new Random(0), kind),
    path,
    tokenizerFiles,
    copyTokenizer: (to) => copyTokenizer(settings.tokenizer, to),
  });
}
