import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Pair } from '@attune/preferences';
import type { CommandContext } from '../../command.ts';
import { toJsonl } from '../../run/lines.ts';
import { dpoStage } from '../../settings/dpo.ts';
import { settingsFrom } from '../../settings/readSettings.ts';
import type { SpaSettings } from '../../settings/spa.ts';
import { formatCount } from '../../terminal/format.ts';
import { trainDpo } from '../dpo.ts';
import { isTrained, keep, seedFolder } from './folder.ts';

/**
 * π₀ ← DPO from π_init, against π_init, on the labelled seed: a run of `attune train dpo` in `seed/`, of the pairs in
 * `seed.jsonl`. Nothing that was sampled goes into it.
 *
 * @returns the folder of π₀
 */
export async function trainSeed(
  context: CommandContext,
  settings: SpaSettings,
  seed: readonly Pair[],
  run: string,
): Promise<string> {
  const data = join(run, 'seed.jsonl');
  keep(data, toJsonl(seed));
  const path = seedFolder(run);
  if (!isTrained(path)) {
    context.say(`Seed: DPO on ${formatCount(seed.length)} labelled pairs`);
    const resume = existsSync(join(path, 'config.yaml'));
    await trainDpo(context, dpoSettings(settings, data, path), path, resume, { merged: true });
    context.signal.throwIfAborted();
  }
  return join(path, 'final');
}

/** What both trainings have settings for, and the seed's own. */
function dpoSettings(settings: SpaSettings, data: string, output_dir: string) {
  const shared = Object.entries(settings).filter(([name]) => name in dpoStage.schema.shape);
  const own = { data, output_dir, num_train_epochs: settings.seed_epochs, eval_share: 0 }; // what is held out is not in the seed
  return settingsFrom(dpoStage, { ...Object.fromEntries(shared), model: settings.model, ...own }, 'the seed');
}
