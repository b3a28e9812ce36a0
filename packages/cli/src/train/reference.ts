import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type CausalLm,
  type EncodedPair,
  liveReference,
  needsReference,
  type OpenedModel,
  type Reference,
  type ReferenceLogps,
  referenceLogps,
  rememberedReference,
} from '@attune/align';
import type { CommandContext } from '../command.ts';
import { writeWhole } from '../run/durable.ts';
import type { DpoSettings } from '../settings/dpo.ts';
import { progress } from '../terminal/progress.ts';
import { standardError } from '../terminal/screen.ts';
import { kindOf, openStart } from './setup.ts';

/** The reference of a run: the model as it was when the run began. */
interface HeldReference extends Disposable {
  /** Undefined for losses that read none. */
  readonly logps: Reference | undefined;
}

/**
 * Before its first step the policy is its own reference, so one pass over the data gives all that is needed of it. The
 * numbers are kept beside the runs, under the hash of weights and token ids, and held against the model when they are
 * read. `live` runs the reference at every step instead: the model without its adapters, or a second copy of it.
 *
 * @param opened the policy, not yet trained
 */
export async function heldReference(
  context: Pick<CommandContext, 'say'>,
  { model }: OpenedModel,
  examples: readonly EncodedPair[],
  { settings, path, live }: { settings: DpoSettings; path: string; live: boolean },
): Promise<HeldReference> {
  if (!needsReference(settings.loss_type)) return { logps: undefined, ...ownsNothing };
  if (live && settings.use_lora) return { logps: liveReference(model, { adaptersOff: true }), ...ownsNothing };
  if (live) {
    const copy = await openStart(settings.model, kindOf(settings));
    return { logps: liveReference(copy.model), [Symbol.dispose]: () => copy[Symbol.dispose]() };
  }
  const file = join(dirname(path), '.reference', `${hashOf(model, examples)}.json`);
  const batchSize = settings.per_device_train_batch_size;
  let logps = remembered(context, file, model, examples);
  if (!logps) {
    logps = compute(model, examples, batchSize);
    mkdirSync(dirname(file), { recursive: true });
    writeWhole(file, JSON.stringify(logps));
  }
  return { logps: rememberedReference(examples, logps, model.head.device), ...ownsNothing };
}

const ownsNothing: Disposable = { [Symbol.dispose]: () => {} };

function compute(model: CausalLm, examples: readonly EncodedPair[], batchSize: number): ReferenceLogps {
  const shown = progress(standardError(), { label: 'reference', total: examples.length, unit: 'pairs' });
  const logps = referenceLogps(liveReference(model), examples, { batchSize, progress: shown.update });
  shown.end();
  return logps;
}

/** What an earlier run computed, if the model still agrees on the first pairs. */
function remembered(
  context: Pick<CommandContext, 'say'>,
  file: string,
  model: CausalLm,
  examples: readonly EncodedPair[],
): ReferenceLogps | undefined {
  if (!existsSync(file)) return undefined;
  const logps: ReferenceLogps = JSON.parse(readFileSync(file, 'utf8'));
  const now = referenceLogps(liveReference(model), examples.slice(0, 4), { batchSize: 4 });
  const apart = Math.max(
    ...now.flat().map((value, i) => Math.abs(value - (logps[i >> 1]?.[(i & 1) as 0 | 1] ?? Number.NaN))),
  );
  if (logps.length === examples.length && apart < 1e-2) return logps;
  context.say(
    `${file} does not fit this model and data (log-probabilities differ by ${apart} nats): it is computed again.`,
  );
  return undefined;
}

/** Of everything that decides the numbers: the weights and the token ids of every pair. */
function hashOf(model: CausalLm, examples: readonly EncodedPair[]): string {
  const hash = createHash('sha256');
  for (const [name, parameter] of model.namedParameters()) {
    if (!name.includes('lora_')) hash.update(name).update(parameter.toBytes());
  }
  hash.update(JSON.stringify(examples.map(({ prompt, chosen, rejected }) => [prompt, chosen, rejected])));
  return hash.digest('hex').slice(0, 32);
}
